import json
from enum import Enum

import websocket


class Kind(str, Enum):
    BEGINS = "SessionBegins"
    PARTIAL = "PartialTranscript"
    FINAL = "FinalTranscript"


def on_message(ws, raw):
    data = json.loads(raw)
    match data["message_type"]:
        case Kind.FINAL:
            print(data["text"])
        case Kind.PARTIAL:
            pass


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
