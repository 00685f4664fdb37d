import json
from dataclasses import dataclass

import websocket


@dataclass
class Event:
    message_type: str
    text: str

    @classmethod
    def from_json(cls, raw):
        data = json.loads(raw)
        return cls(message_type=data["message_type"], text=data.get("text", ""))


def on_message(ws, raw):
    event = Event.from_json(raw)
    if event.message_type == "FinalTranscript":
        print(event.text)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
