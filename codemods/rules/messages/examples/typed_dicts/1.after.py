import json
from typing import TypedDict

import websocket


class Event(TypedDict):
    type: str
    transcript: str
    end_of_turn: bool
    turn_is_formatted: bool
    words: list


def on_message(ws, raw):
    event: Event = json.loads(raw)
    print(" ".join(word["text"] for word in event.get("words", ())))


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)
