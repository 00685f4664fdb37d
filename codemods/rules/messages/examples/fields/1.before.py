import json
import websockets


async def main():
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000") as ws:
        print(json.loads(await ws.recv())['session_id'])
        async for raw in ws:
            print(json.loads(raw)['text'])
