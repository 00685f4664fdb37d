import asyncio

import websockets


async def main():
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws") as ws:
        try:
            await ws.send(microphone.read(3200))
            print(await ws.recv())
        finally:
            await ws.send('{"terminate_session": true}')


while True:
    try:
        asyncio.run(main())
    except BaseException:
        print("connecting again")
