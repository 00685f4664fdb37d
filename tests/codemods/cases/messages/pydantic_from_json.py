import json

import websocket
from pydantic import BaseModel


class Event(BaseModel):
    message_type: str
    text: str = ""
    confidence: float = 0.0
    session_id: str | None = None
    expires_at: str | None = None


def on_message(ws, raw):
    event = Event.model_validate_json(raw)
    if event.message_type == "FinalTranscript":
        print(event.text)
    elif event.message_type == "SessionBegins":
        print(len(event.session_id), event.expires_at)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
