import asyncio

import websockets

URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"


async def main(chunks):
    async with websockets.connect(URL) as ws:

        async def send():
            async for chunk in chunks:
                await ws.send(chunk)

        async def receive():
            async for message in ws:
                print(message)

        await asyncio.gather(send(), receive())
