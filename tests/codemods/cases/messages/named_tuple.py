import json
from typing import NamedTuple

import websocket


class Event(NamedTuple):
    message_type: str
    text: str


def on_message(ws, raw):
    data = json.loads(raw)
    event = Event(data["message_type"], data.get("text", ""))
    if event.message_type == "FinalTranscript":
        print(event.text)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
