import asyncio
import contextlib

import websockets

URL = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"


async def main(chunks):
    async with websockets.connect(URL) as ws:

        async def send():
            async for chunk in chunks:
                await ws.send(chunk)
            with contextlib.suppress(websockets.ConnectionClosed):
                await ws.send('{"type": "Terminate"}')

        async def receive():
            async for message in ws:
                print(message)

        receiver = asyncio.create_task(receive())
        try:
            await asyncio.gather(send(), asyncio.shield(receiver))
        finally:
            with contextlib.suppress(websockets.ConnectionClosed):
                await ws.send('{"type": "Terminate"}')
                await asyncio.gather(asyncio.wait_for(receiver, timeout=5), return_exceptions=True)  # for the last transcripts
