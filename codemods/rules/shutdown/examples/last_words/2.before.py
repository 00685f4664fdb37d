import asyncio
import json

import websockets


async def send(ws, chunks):
    try:
        async for chunk in chunks:
            await ws.send(chunk)
    except asyncio.CancelledError:
        await ws.send(json.dumps({"terminate_session": True}))
        raise


async def main(chunks):
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws") as ws:
        sender = asyncio.create_task(send(ws, chunks))
        try:
            while True:
                print(await asyncio.wait_for(ws.recv(), timeout=60))
        finally:
            sender.cancel()
            await asyncio.wait([sender])
