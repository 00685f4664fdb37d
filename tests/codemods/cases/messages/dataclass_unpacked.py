import json
from dataclasses import dataclass, field

import websocket


@dataclass
class Event:
    message_type: str
    text: str = ""
    confidence: float = 0.0
    words: list = field(default_factory=list)
    created: str = ""
    audio_start: int = 0
    audio_end: int = 0
    punctuated: bool = False
    text_formatted: bool = False
    session_id: str = ""
    expires_at: str = ""
    audio_duration_seconds: float = 0


def on_message(ws, raw):
    event = Event(**json.loads(raw))
    if event.message_type == "FinalTranscript":
        print(event.text)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
