import json
from datetime import datetime, timezone


def on_message(ws, raw):
    received = datetime.now(timezone.utc)  # in place of `created`, which v3 does not send
    data = json.loads(raw)
    if data["type"] == "Turn" and data["end_of_turn"] and data["turn_is_formatted"]:
        print(received.isoformat(), data["transcript"])
