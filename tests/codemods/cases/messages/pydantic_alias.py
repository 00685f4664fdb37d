import json

import websocket
from pydantic import BaseModel, Field


class Event(BaseModel):
    kind: str = Field(alias="message_type")
    words: list = []
    said: str = Field("", alias="text")


def on_message(ws, raw):
    event = Event(**json.loads(raw))
    if event.kind == "FinalTranscript":
        print(event.said)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
