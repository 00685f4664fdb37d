import asyncio
import contextlib

import websockets


async def send(ws, chunks):
    try:
        async for chunk in chunks:
            await ws.send(chunk)
    finally:
        with contextlib.suppress(websockets.ConnectionClosed):
            await ws.send('{"type": "Terminate"}')


async def main(chunks):
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        sender = asyncio.create_task(send(ws, chunks))
        try:
            while True:
                print(await ws.recv())
        finally:
            sender.cancel()
            await asyncio.wait([sender])
