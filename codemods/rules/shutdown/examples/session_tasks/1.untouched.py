import asyncio

import websockets


async def main(first, second):
    async with websockets.connect("wss://example.com/chat") as ws:
        await asyncio.gather(first(ws), second(ws))
