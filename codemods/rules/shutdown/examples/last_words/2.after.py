import asyncio
import json

import websockets


async def send(ws, chunks):
    try:
        async for chunk in chunks:
            await ws.send(chunk)
    except asyncio.CancelledError:
        # TODO(v3-migrate): V3M509 nobody receives once this task is cancelled: ask for the end before, wait for Termination
        await ws.send(json.dumps({"type": "Terminate"}))
        raise


async def main(chunks):
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true") as ws:
        sender = asyncio.create_task(send(ws, chunks))
        try:
            while True:
                print(await asyncio.wait_for(ws.recv(), timeout=60))
        finally:
            sender.cancel()
            await asyncio.wait([sender])
