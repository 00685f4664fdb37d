import json
from dataclasses import dataclass

import websocket


@dataclass
class Event:
    message_type: str
    text: str = ""
    words: tuple = ()
    confidence: float = 0.0
    created: str = ""
    audio_start: int = 0
    audio_end: int = 0
    punctuated: bool = False
    text_formatted: bool = False
    session_id: str = ""
    expires_at: str = ""
    audio_duration_seconds: float = 0

    @classmethod
    def parse(cls, raw):
        return cls(**json.loads(raw))

    @property
    def is_final(self):
        return self.message_type == "FinalTranscript"


def on_message(ws, raw):
    event = Event.parse(raw)
    if event.is_final:
        print(event.text)
    elif event.message_type == "SessionBegins":
        print(event.expires_at[:4])


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
