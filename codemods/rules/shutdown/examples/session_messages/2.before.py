import asyncio

import websockets


async def send(ws, chunks):
    async for chunk in chunks:
        await ws.send(chunk)


async def main(chunks):
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws") as ws:
        sender = asyncio.create_task(send(ws, chunks))
        try:
            while True:
                print(await ws.recv())
        finally:
            sender.cancel()
