import json
from enum import Enum

import websocket
from pydantic import BaseModel


class Kind(str, Enum):
    BEGINS = "SessionBegins"
    PARTIAL = "PartialTranscript"
    FINAL = "FinalTranscript"
    INFO = "SessionInformation"
    END = "SessionTerminated"


class Event(BaseModel):
    message_type: Kind
    text: str = ""


def on_message(ws, raw):
    data = json.loads(raw)
    event = Event.model_validate(data)
    if event.message_type == Kind.FINAL:
        print(event.text)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
