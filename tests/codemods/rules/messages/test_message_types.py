"""V3M301: each sentence is taken once, whatever the test of the type looks like; v3's own words are no second test."""

from __future__ import annotations

import pytest

from tests.codemods.listening import FINALS, VARIANTS, hear
from tests.codemods.programs import migrate

PROGRAM = """\
import json
import websocket

shown = 0


def on_message(ws, raw):
    global shown
    event = json.loads(raw)
    {body}


if __name__ == "__main__":
    websocket.WebSocketApp("{url}", on_message=on_message)
"""
V2 = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"


def program(body: str, url: str = V2) -> str:
    return PROGRAM.format(body=body.replace("\n", "\n    "), url=url)


NOT_PARTIAL = {
    "beside a test for finals": (
        'if event["message_type"] == "FinalTranscript":\n    shown += 1\n'
        'if event.get("text") and event["message_type"] != "PartialTranscript":\n    print(event["text"])'
    ),
    "kept in a variable": (
        'if event["message_type"] == "FinalTranscript":\n    shown += 1\n'
        'partial = event["message_type"] == "PartialTranscript"\n'
        'if event.get("text") and not partial:\n    print(event["text"])'
    ),
    "left early": (
        'if event.get("text"):\n    if event["message_type"] == "PartialTranscript":\n        return\n'
        'if event["message_type"] in ("FinalTranscript", "SessionTerminated"):\n    shown += 1\n'
        'if event.get("text"):\n    print(event["text"])'
    ),
    "left early, within a chain": (
        'if event["message_type"] == "PartialTranscript":\n    return\n'
        'elif event["message_type"] == "SessionBegins":\n    return\n'
        'if "text" in event:\n    print(event["text"])'
    ),
    "in a conditional expression": (
        'text = None if event["message_type"] == "PartialTranscript" else event.get("text")\nif text:\n    print(text)'
    ),
    "in a list": (
        'if event.get("text") and event["message_type"] not in ["PartialTranscript", "SessionBegins"]:\n'
        '    print(event["text"])\nif event["message_type"] == "FinalTranscript":\n    shown += 1'
    ),
}


@pytest.mark.parametrize("body", NOT_PARTIAL.values(), ids=NOT_PARTIAL)
def test_what_is_not_partial_is_done_once_a_turn(body: str) -> None:
    source = program(body)
    printed = hear(source, None)
    assert all(printed.count(final) == 1 for final in FINALS)
    after = migrate(source).text
    assert {variant: hear(after, variant) for variant in VARIANTS} == dict.fromkeys(VARIANTS, printed)


EITHER = {
    "or": 'kind = event.get("type") or event.get("message_type")\ntext = event.get("transcript") or event.get("text")',
    "default": (
        'kind = event.get("message_type", event.get("type"))\n'
        'text = event["text"] if "text" in event else event.get("transcript")'
    ),
    "conditional": (
        'kind = event["type"] if "type" in event else event["message_type"]\n'
        'text = event.get("transcript", event.get("text"))'
    ),
    "one default": (
        'kind = event.get("type", event.get("message_type"))\ntext = event.get("transcript") or event.get("text")'
    ),
}
_FINAL = {
    "else": 'if kind == "Turn":\n    final = event["end_of_turn"]\nelse:\n    final = kind == "FinalTranscript"',
    "elif": (
        'final = False\nif kind == "Turn":\n    final = event.get("end_of_turn")\n'
        'elif kind in ("PartialTranscript", "FinalTranscript"):\n    final = kind == "FinalTranscript"'
    ),
    "or": 'final = kind == "FinalTranscript" or (kind == "Turn" and event["end_of_turn"])',
}


@pytest.mark.parametrize("final", _FINAL.values(), ids=_FINAL)
@pytest.mark.parametrize("either", EITHER.values(), ids=EITHER)
def test_a_program_that_reads_both_spellings_keeps_one(either: str, final: str) -> None:
    end = 'if kind in ("Termination", "SessionTerminated"):\n    print("end")'
    source = program(f"{either}\n{final}\nif final and text:\n    print(text)\n{end}")
    printed = hear(source, None)
    after = migrate(source).text
    assert {variant: hear(after, variant) for variant in VARIANTS} == dict.fromkeys(VARIANTS, printed)
    assert 'if kind == "Termination":' in after
    for word in ("message_type", "FinalTranscript", '"text"'):
        assert word not in after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('event.get("message_type") not in (None, "SessionBegins")', 'event.get("type") not in (None, "Begin")'),
        ('event["message_type"] in ["SessionBegins", "Error"]', 'event["type"] in ["Begin", "Error"]'),
        ('event["message_type"] in {"Turn", "FinalTranscript"}', 'event["type"] == "Turn"'),
        ('event["message_type"] in ("SessionTerminated", "Termination")', 'event["type"] == "Termination"'),
        (
            'event.get("message_type") in (None, "FinalTranscript")',
            'event.get("type") is None or event.get("type") == "Turn" and event.get("end_of_turn") and '
            'event.get("turn_is_formatted") and event.get("transcript")',
        ),
    ],
)
def test_what_else_a_type_is_held_against_stays(before: str, after: str) -> None:
    text = migrate(program(f"if {before}:\n    print(raw)")).text
    assert f"if {after}:" in text
    assert "def turn_kind" not in text


def test_a_branch_that_v3_never_enters_goes() -> None:
    body = (
        'if event.get("type") == "Begin":\n    print(1)\n'
        'elif event.get("message_type") == "SessionBegins":\n    print(2)'
    )
    result = migrate(program(f'{body}\nelse:\n    print(event.get("text"))'))
    assert "print(2)" not in result.text
    assert any("dealt with above" in message for message in result.fixed("V3M301"))


def test_a_v3_test_of_another_message_takes_nothing() -> None:
    body = (
        'other = json.loads(ws.recv())\nif other.get("type") == "Turn":\n    return\n'
        'if event["message_type"] == "FinalTranscript":\n    print(event["text"])'
    )
    assert 'if event["type"] == "Turn" and event["end_of_turn"]' in migrate(program(body)).text


def test_a_v3_test_before_the_message_is_replaced_takes_nothing() -> None:
    body = (
        'if event.get("type") == "Turn":\n    return\nevent = json.loads(ws.recv())\n'
        'if event["message_type"] == "FinalTranscript":\n    print(event["text"])'
    )
    assert 'if event["type"] == "Turn" and event["end_of_turn"]' in migrate(program(body)).text


CHAINS = {
    "or": 'kind = event.get("type") or event.get("message_type")',
    "default": 'kind = event.get("type", event.get("message_type"))',
    "conditional": 'kind = event["type"] if "type" in event else event["message_type"]',
}


@pytest.mark.parametrize("either", CHAINS.values(), ids=CHAINS)
def test_a_branch_for_finals_behind_one_for_ended_turns_goes(either: str) -> None:
    source = program(
        f'{either}\nif kind == "Turn" and event["end_of_turn"]:\n    print(event["transcript"])\n'
        'elif kind == "FinalTranscript":\n    if event["text"]:\n        print(event["text"])\n'
        'elif kind in ("Termination", "SessionTerminated"):\n    print("end")'
    )
    printed = hear(source, None)
    after = migrate(source).text
    assert {variant: hear(after, variant) for variant in VARIANTS} == dict.fromkeys(VARIANTS, printed)
    assert after.count("print(") == 2


HALF = {
    "one test": 'if event.get("type") == "Turn" and event["end_of_turn"]:\n    print(event["transcript"])',
    "one inside the other": (
        'if event.get("type") == "Turn":\n    if event.get("end_of_turn"):\n        print(event["transcript"])\n'
        '    elif not event["end_of_turn"]:\n        shown += 1'
    ),
    "kept in a variable": (
        'done = event.get("type") == "Turn" and event["end_of_turn"]\nif done:\n    print(event["transcript"])'
    ),
    "asked for already": (
        'if event.get("type") == "Turn" and event["transcript"] and event["end_of_turn"]:\n'
        '    print(event["transcript"])'
    ),
}


@pytest.mark.parametrize("body", HALF.values(), ids=HALF)
def test_an_empty_end_of_a_session_is_no_sentence_in_a_half_converted_program(body: str) -> None:
    url = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000"
    end = 'if event.get("message_type") == "SessionTerminated":\n    print("end")'
    after = migrate(program(f"{body}\n{end}", url)).text
    for variant in VARIANTS:
        printed = hear(after, variant)
        assert "" not in printed.splitlines()
        assert all(printed.count(final) == 1 for final in FINALS)
