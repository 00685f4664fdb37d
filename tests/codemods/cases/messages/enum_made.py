import json
from enum import Enum

import websocket


class Kind(Enum):
    BEGINS = "SessionBegins"
    PARTIAL = "PartialTranscript"
    FINAL = "FinalTranscript"
    INFO = "SessionInformation"
    END = "SessionTerminated"


def on_message(ws, raw):
    data = json.loads(raw)
    kind = Kind(data["message_type"])
    if kind is Kind.FINAL:
        print(data["text"])


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
