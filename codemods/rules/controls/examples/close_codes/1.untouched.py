import websockets


async def main():
    async with websockets.connect("wss://api.example.com/ws") as ws:
        try:
            await ws.recv()
        except websockets.exceptions.ConnectionClosedError as e:
            assert e.code == 4008
