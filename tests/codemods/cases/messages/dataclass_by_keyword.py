import json
from dataclasses import dataclass

import websocket


@dataclass
class Event:
    kind: str
    text: str


def on_message(ws, raw):
    data = json.loads(raw)
    event = Event(kind=data["message_type"], text=data.get("text", ""))
    if event.kind == "FinalTranscript":
        print(event.text)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
