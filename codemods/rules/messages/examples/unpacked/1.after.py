import json
from dataclasses import dataclass

import websocket


def turn_kind(message):
    """Return a message's type: for a Turn, "PartialTurn" or "FinalTurn"."""
    kind = message.get("type")
    if kind != "Turn":
        return kind
    final = message["end_of_turn"] and message["turn_is_formatted"] and message["transcript"]
    return "FinalTurn" if final else "PartialTurn"


def event_fields(message):
    """Return what a message has for the fields of Event."""
    fields = dict(message_type=turn_kind(message))
    if message.get("type") == "Turn":
        fields["text"] = " ".join(word["text"] for word in message["words"])
    return fields


@dataclass
class Event:
    message_type: str
    text: str = ''


def on_message(ws, raw):
    event = Event(**event_fields(json.loads(raw)))
    if event.message_type == "FinalTurn":
        print(event.text)


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)
