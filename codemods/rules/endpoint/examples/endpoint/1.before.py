import websockets

URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"


async def main():
    async with websockets.connect(URL) as ws:
        print(await ws.recv())
