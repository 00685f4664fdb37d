import websockets


async def main(chunk):
    async with websockets.connect("wss://example.com/chat") as ws:
        await ws.send(chunk)
