import json
from typing import TypedDict

import websocket


class Event(TypedDict):
    message_type: str
    text: str
    confidence: float


def on_message(ws, raw):
    event: Event = json.loads(raw)
    print(event.get("text"))


websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000", on_message=on_message)
