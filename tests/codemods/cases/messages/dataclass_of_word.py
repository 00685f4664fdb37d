import json
from dataclasses import dataclass

import websocket


@dataclass
class Word:
    text: str
    start: int
    end: int
    confidence: float


def on_message(ws, raw):
    data = json.loads(raw)
    if data["message_type"] == "FinalTranscript":
        words = [Word(**w) for w in data["words"]]
        print(" ".join(w.text for w in words))


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
