import json
from typing import TypedDict

import websocket


class Event(TypedDict, total=False):
    message_type: str
    text: str
    confidence: float
    session_id: str


def on_message(ws, raw):
    event: Event = json.loads(raw)
    if event["message_type"] == "FinalTranscript":
        print(event["text"])


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
