import asyncio

import websockets


async def main(chunks):
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws") as ws:
        async for chunk in chunks:
            await ws.send(chunk)
            print(await ws.recv())
