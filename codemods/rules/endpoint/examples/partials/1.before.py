import json
import websockets


async def main():
    url = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000&disable_partial_transcripts=true"
    async with websockets.connect(url) as ws:
        async for raw in ws:
            event = json.loads(raw)
            print(event["text"])
