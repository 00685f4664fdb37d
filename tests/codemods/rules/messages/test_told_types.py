"""V3M329: what is said to people about v2's messages is said of v3's; what a program may read stays."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

PROGRAM = """\
import json, logging

from websockets.sync.client import connect

with connect("wss://HOST?sample_rate=16000") as ws:
    SAID
    for raw in ws:
        message = json.loads(raw)
        if message["message_type"] == "FinalTranscript":
            print(message["text"])
"""
V2 = "api.assemblyai.com/v2/realtime/ws"


def said(statement: str, host: str = V2) -> str:
    lines = migrate(PROGRAM.replace("HOST", host).replace("SAID", statement)).text.splitlines()
    return lines[lines.index("    for raw in ws:") - 1].strip()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('print("Receiving SessionBegins ...")', 'print("Receiving Begin ...")'),
        ("print('SessionTerminated came, bye')", "print('Termination came, bye')"),
        ('print(f"no FinalTranscript from {ws} yet")', 'print(f"no final Turn from {ws} yet")'),
        (
            'logging.warning("the PartialTranscript of %s is late", ws)',
            'logging.warning("the partial Turn of %s is late", ws)',
        ),
    ],
)
def test_a_sentence_names_the_message_of_v3(before: str, after: str) -> None:
    assert said(before) == after


@pytest.mark.parametrize(
    "statement",
    [
        'print("FinalTranscript: 3 words")',
        'print("kind=FinalTranscript of many")',
        'print("it said \\"FinalTranscript\\" again")',
        'print(\'{"message_type": "FinalTranscript", "text": "so it goes"}\')',
        'print("on_FinalTranscript was called")',
        'print("FinalTranscript")',
        'label = "a FinalTranscript"',
        'ws.send("no FinalTranscript yet")',
    ],
)
def test_what_may_be_read_by_a_program_stays(statement: str) -> None:
    assert said(statement) == statement


def test_another_service_keeps_its_words() -> None:
    statement = 'print("Receiving SessionBegins ...")'
    assert said(statement, "stt.example.com/listen") == statement
