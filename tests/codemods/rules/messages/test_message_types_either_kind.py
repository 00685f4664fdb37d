"""Tests that a partial passes as well as a final become one test for a turn, however they are put."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

HEAD = """\
import json

import websocket

ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")
while True:
    m = json.loads(ws.recv())
    kind = m["message_type"]
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('kind == "PartialTranscript" or kind == "FinalTranscript"', 'kind == "Turn"'),
        ('not (kind == "PartialTranscript" or kind == "FinalTranscript")', 'kind != "Turn"'),
        ('kind != "PartialTranscript" and kind != "FinalTranscript"', 'kind != "Turn"'),
        ('m["message_type"] == "FinalTranscript" or m["message_type"] == "PartialTranscript"', 'm["type"] == "Turn"'),
        ('kind in ("PartialTranscript", "FinalTranscript")', 'kind == "Turn"'),
        ('kind not in {"PartialTranscript", "FinalTranscript"}', 'kind != "Turn"'),
        (
            'kind == "PartialTranscript" or kind == "SessionBegins" or kind == "FinalTranscript"',
            'kind == "Turn" or kind == "Begin"',
        ),
    ],
)
def test_a_test_for_both_kinds_is_one_for_a_turn(before: str, after: str) -> None:
    assert f"    if {after}:\n" in migrate(f"{HEAD}    if {before}:\n        print(m['words'])\n").text


def test_what_is_asked_of_one_kind_alone_is_still_asked_of_it() -> None:
    both = 'kind == "PartialTranscript" or (kind == "FinalTranscript" and m["punctuated"])'
    after = migrate(f"{HEAD}    if {both}:\n        print(m['words'])\n").text
    assert 'not m["end_of_turn"]' in after and 'm["end_of_turn"] and m["turn_is_formatted"]' in after
