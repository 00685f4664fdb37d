"""V3M305: v2's ISO text is made of v3's seconds where people see it, at once or from where it is kept."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

PROGRAM = """\
import datetime
import json

import websocket


class Desk:
    def __init__(self):
        self.until = None
        self.state = {}

    def on_message(self, ws, raw):
        data = json.loads(raw)
        if data["message_type"] == "SessionBegins":
            KEPT = data["expires_at"]

    def status(self):
        USED

    def run(self):
        url = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
        websocket.WebSocketApp(url, on_message=self.on_message).run_forever()
"""
TEXT = 'datetime.datetime.fromtimestamp(data["expires_at"], datetime.timezone.utc).isoformat()'


@pytest.mark.parametrize(
    ("kept", "used"),
    [
        ("self.until", "return f'open until {self.until}'"),
        ("self.until", "print('open until', self.until)"),
        ("self.state['until']", "print(self.state['until'])"),
        ("self.until", "until = self.until\n        print(until)"),
    ],
)
def test_what_is_kept_and_shown_is_kept_as_text(kept: str, used: str) -> None:
    found = migrate(PROGRAM.replace("KEPT", kept).replace("USED", used)).text
    assert f"{kept} = {TEXT}" in found
    assert used in found


@pytest.mark.parametrize(
    "used",
    [
        "return datetime.datetime.fromisoformat(self.until)",
        "print(self.until)\n        return datetime.datetime.fromisoformat(self.until)",
    ],
)
def test_what_is_kept_and_parsed_is_kept_as_seconds(used: str) -> None:
    found = migrate(PROGRAM.replace("KEPT", "self.until").replace("USED", used)).text
    assert 'self.until = data["expires_at"]' in found
    assert "datetime.datetime.fromtimestamp(self.until, datetime.timezone.utc)" in found
