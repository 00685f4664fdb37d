"""V3M312: what a program puts into a message is what it finds there."""

from __future__ import annotations

import pytest

from tests.codemods.listening import VARIANTS, hear
from tests.codemods.programs import migrate

PROGRAM = """\
import json
import websocket


def on_message(ws, raw):
    event = json.loads(raw)
    if event["message_type"] == "FinalTranscript":
        {write}


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
"""
WRITES = {
    "keyword": 'event.update(text=event["text"].upper())\nprint(event["text"])',
    "dict": 'event.update({"text": "HELLO", "own": 1})\nprint(event["text"], event["own"])',
    "operator": 'event |= {"text": "HELLO"}\nprint(event["text"])',
    "new dict": 'print((event | {"text": "HELLO"})["text"])',
    "copy": 'other = dict(event, text="HELLO")\nprint(other["text"], other["message_type"] == "FinalTranscript")',
    "copied first": 'other = dict(event)\nother.update(text="HELLO")\nprint(other["text"], event["text"])',
    "item": 'event["text"] = event["text"].lower()\nprint(event["text"])',
    "default": 'event.setdefault("text", "nothing")\nprint(event["text"])',
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_program_reads_what_it_has_written(write: str) -> None:
    source = PROGRAM.format(write=write.replace("\n", "\n        "))
    result = migrate(source)
    assert [finding for finding in result.findings if not finding.fixed] == []
    assert {variant: hear(result.text, variant) for variant in VARIANTS} == dict.fromkeys(VARIANTS, hear(source, None))


@pytest.mark.parametrize(
    ("write", "code"),
    [
        ('own = {"text": "HELLO"}\nevent.update(own)\nprint(event["text"], own)', "V3M312"),
        ('event.update(confidence=1)\nprint(event["confidence"])', "V3M312"),
        ('print({**event, "text": "HELLO"}["text"])', "V3M303"),
        ('event.pop("text")\nshow(**event)', "V3M310"),
        ('del event["text"]\nshow(**event)', "V3M310"),
    ],
)
def test_what_cannot_be_renamed_is_told(write: str, code: str) -> None:
    source = PROGRAM.format(write=write.replace("\n", "\n        "))
    show = 'def show(message_type, text="none", **rest):\n    print(text)\n\n\ndef on_message'
    assert migrate(source.replace("def on_message", show)).left(code)
