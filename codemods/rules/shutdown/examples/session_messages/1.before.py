import asyncio

import websockets


async def send(ws, chunks):
    async for chunk in chunks:
        await ws.send(chunk)


async def main(chunks):
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws") as ws:
        sender = asyncio.create_task(send(ws, chunks))
        try:
            async for message in ws:
                print(message)
        finally:
            sender.cancel()
