import json
import websockets


def show(message):
    if message["message_type"] == "FinalTranscript":
        print(message["text"])


def imported(line):
    show(dict(pair.split("=") for pair in line.split("&")))


async def listen():
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000") as ws:
        async for raw in ws:
            show(json.loads(raw))
