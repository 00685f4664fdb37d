import json
from dataclasses import dataclass

import websocket


@dataclass
class Event:
    message_type: str
    text: str = ''


def on_message(ws, raw):
    event = Event(**json.loads(raw))
    if event.message_type == "FinalTranscript":
        print(event.text)


websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000", on_message=on_message)
