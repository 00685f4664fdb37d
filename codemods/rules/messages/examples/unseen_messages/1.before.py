import json
import websockets
from archive import recorded


def show(message):
    if message["message_type"] == "FinalTranscript":
        print(message["text"])


async def listen():
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000") as ws:
        async for raw in ws:
            show(json.loads(raw))


def replay(name):
    for message in recorded(name):
        show(message)
