import json
import websockets


async def main(url):
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000") as ws:
        async for raw in ws:
            event = json.loads(raw)
            if event["message_type"] == "FinalTranscript":
                print(event["text"])
