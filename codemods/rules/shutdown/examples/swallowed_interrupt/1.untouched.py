import asyncio

import websockets


async def main():
    async with websockets.connect("wss://example.com/chat") as ws:
        try:
            await ws.send(microphone.read(3200))
            print(await ws.recv())
        finally:
            await ws.send('bye')


while True:
    try:
        asyncio.run(main())
    except:
        print("connecting again")
