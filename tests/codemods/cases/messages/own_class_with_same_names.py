import json
from dataclasses import dataclass

import websocket


@dataclass
class Caption:
    text: str
    confidence: float = 0
    session_id: str = "mine"


def on_message(ws, raw):
    data = json.loads(raw)
    if data["message_type"] == "FinalTranscript":
        c = Caption(text=data["text"])
        print(c.text, c.session_id)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
