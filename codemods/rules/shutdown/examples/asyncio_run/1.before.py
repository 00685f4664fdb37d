import asyncio

import websockets


async def main(chunk):
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws") as ws:
        try:
            await ws.send(chunk)
            print(await ws.recv())
        finally:
            await ws.send('{"terminate_session": true}')


loop = asyncio.get_event_loop()
try:
    loop.run_until_complete(main(b''))
finally:
    loop.close()
