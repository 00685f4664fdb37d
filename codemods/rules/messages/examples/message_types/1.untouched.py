import json
import websockets


async def main():
    async with websockets.connect("wss://api.example.com/ws") as ws:
        event = json.loads(await ws.recv())
        if event["message_type"] == "FinalTranscript":
            print(event["text"])
