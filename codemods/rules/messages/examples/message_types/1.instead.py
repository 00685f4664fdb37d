import json


def kind(event):
    """Return what happened, in one word: v3 has one type for partials and finals."""
    if event["type"] != "Turn":
        return event["type"]  # Begin, SpeechStarted, Termination, Error, and what may come to be
    return "final" if event["end_of_turn"] and event["turn_is_formatted"] else "partial"


def on_message(ws, raw):
    event = json.loads(raw)
    if kind(event) == "final":
        print(event["transcript"])
