import websockets


async def main():
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000") as ws:
        try:
            await ws.recv()
        except websockets.exceptions.ConnectionClosedError as e:
            assert e.code == 4008
            if e.code in (4001, 4002):
                raise
            if e.code >= 4000:
                print(e)
