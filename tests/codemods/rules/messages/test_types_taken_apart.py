"""V3M325: what programs take for a type of v2's and never was one."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

PROGRAM = """\
import json
import websocket


def on_message(ws, raw):
    event = json.loads(raw)
    {body}


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('event["message_type"] == "error"', 'event["type"] == "Error"'),
        ("event.get('message_type') == 'ERROR'", "event.get('type') == 'Error'"),
        ('"error" != event["message_type"]', '"Error" != event["type"]'),
    ],
)
def test_an_error_has_a_type_in_v3(before: str, after: str) -> None:
    result = migrate(PROGRAM.format(body=f'if {before}:\n        print(event["error"])'))
    assert f"if {after}:" in result.text
    assert [finding for finding in result.findings if not finding.fixed] == []


def test_any_other_type_is_told() -> None:
    (told,) = migrate(PROGRAM.format(body='print(event["message_type"] == "Interim")')).left("V3M325")
    assert "v2 has no message type 'Interim'" in told
