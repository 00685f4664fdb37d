import json
from dataclasses import dataclass, fields

import websocket


@dataclass
class Event:
    message_type: str
    text: str = ""


def on_message(ws, raw):
    data = json.loads(raw)
    names = {f.name for f in fields(Event)}
    event = Event(**{k: v for k, v in data.items() if k in names})
    if event.message_type == "FinalTranscript":
        print(event.text)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
