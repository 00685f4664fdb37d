import json
from enum import Enum

import websocket


class Kind(str, Enum):
    FINAL = "FinalTranscript"


def on_message(ws, raw):
    data = json.loads(raw)
    if data["message_type"] in [k.value for k in Kind]:
        print(data["text"])


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
