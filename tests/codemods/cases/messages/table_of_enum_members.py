import json
from enum import Enum

import websocket


class Kind(str, Enum):
    PARTIAL = "PartialTranscript"
    FINAL = "FinalTranscript"


def final(m):
    print(m["text"])


H = {Kind.FINAL: final, Kind.PARTIAL: lambda m: None}


def on_message(ws, raw):
    data = json.loads(raw)
    h = H.get(data["message_type"])
    if h:
        h(data)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
