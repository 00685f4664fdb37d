"""V3M309: the types that a TypedDict lists for a message are v3's, each once."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

PROGRAM = """\
import json
from typing import {names}

import typing
import websocket


class Event(TypedDict, total=False):
    message_type: {annotation}
    text: str


def show(raw: str) -> None:
    event: Event = json.loads(raw)
    if event["message_type"] == "FinalTranscript":
        print(event["text"])


websocket.WebSocketApp(
    "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=lambda ws, raw: show(raw)
)
"""


@pytest.mark.parametrize(
    ("annotation", "after"),
    [
        ('Literal["PartialTranscript", "FinalTranscript"]', 'Literal["Turn"]'),
        ("typing.Literal['SessionBegins', 'FinalTranscript']", "typing.Literal['Begin', 'Turn']"),
        (
            'Optional[Literal["SessionBegins", "PartialTranscript", "FinalTranscript", "SessionTerminated"]]',
            'Optional[Literal["Begin", "Turn", "Termination"]]',
        ),
        ("str", "str"),
    ],
)
def test_the_types_listed_are_v3s(annotation: str, after: str) -> None:
    result = migrate(PROGRAM.format(names="Literal, Optional, TypedDict", annotation=annotation))
    assert f"    type: {after}\n    transcript: str\n" in result.text
