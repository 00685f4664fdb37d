import dataclasses
import json

import websocket


@dataclasses.dataclass(frozen=True)
class Final:
    message_type: str
    text: str
    words: list
    confidence: float
    audio_start: int
    audio_end: int
    punctuated: bool
    text_formatted: bool
    created: str = ""


def on_message(ws, raw):
    data = json.loads(raw)
    if data["message_type"] == "FinalTranscript":
        final = Final(**data)
        print(final.text, final.audio_start, final.audio_end)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
