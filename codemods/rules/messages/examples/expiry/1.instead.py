import json
from datetime import datetime, timezone


def on_message(ws, raw):
    data = json.loads(raw)
    if data["type"] == "Begin":
        expires = datetime.fromtimestamp(data["expires_at"], timezone.utc)
        print("until", expires.isoformat())
