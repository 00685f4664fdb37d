"""V3M310 has nothing to say of what is filled with v3's own keys."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

V3 = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000"
PROGRAM = """\
import json
from dataclasses import dataclass

import websocket
from pydantic import BaseModel


class Turn(BaseModel):
    type: str
    transcript: str
    end_of_turn: bool = False


class Begin(BaseModel):
    id: str
    expires_at: int


class Old(BaseModel):
    session_id: str
    expires_at: str


@dataclass
class Word:
    text: str
    start: int
    end: int
    confidence: float
    word_is_final: bool


KINDS = {{"Turn": Turn, "Begin": Begin}}
MIXED = {{"Turn": Turn, "Begin": Old}}


def show(transcript, words, **rest):
    print(transcript)


def parse(model, data):
    return model.model_validate(data)


ws = websocket.create_connection("{url}")
while True:
    data = json.loads(ws.recv())
    {use}
"""
OWN = [
    'print(KINDS[data["type"]](**data))',
    'print(parse(KINDS[data["type"]], data))',
    "print(parse(Turn, data), parse(Begin, data))",
    "print(Turn(**data))",
    "show(**data)",
    'print([Word(**word) for word in data["words"]])',
]


@pytest.mark.parametrize("use", OWN)
def test_what_wants_keys_of_v3_alone_is_passed_over(use: str) -> None:
    text = PROGRAM.format(url=V3, use=use)
    result = migrate(text)
    assert result.text == text
    assert result.left("V3M310") == []


@pytest.mark.parametrize(
    "use", ["print(Old(**data))", 'print(MIXED[data["type"]](**data))', "print(parse(chosen(), data))"]
)
def test_what_wants_keys_of_v2_or_is_out_of_sight_is_not(use: str) -> None:
    result = migrate(PROGRAM.format(url=V3, use=use))
    assert result.left("V3M310") or result.text != PROGRAM.format(url=V3, use=use)
