"""What `*args` collects: as many as a call spells out, all of a sequence, and no end where a function calls itself."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

CONNECT = 'ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")\n'
SHOW = """\
import json

import websocket


def show(*messages):
    for message in messages:
        if message["message_type"] == "FinalTranscript":
            print(message["text"])


"""
WRAPPED = """\
def wrapped(inner, more):
    def outer(*args):
        return inner(more, *args)

    return outer


for name in names:
    show = wrapped(show, name)
"""


@pytest.mark.parametrize(
    "use",
    [
        "show(json.loads(ws.recv()))\n",
        "batch = []\nbatch.append(json.loads(ws.recv()))\nshow(*batch)\n",
        "show(*(json.loads(ws.recv()) for _ in range(3)))\n",
        "show(*[json.loads(raw) for raw in ws])\n",
    ],
)
def test_what_is_passed_on_is_a_message(use: str) -> None:
    """Rewritten, whether its place is known or not."""
    assert 'print(message["transcript"])' in migrate(SHOW + CONNECT + use).text


def test_a_function_that_adds_an_argument_and_calls_itself_comes_to_an_end() -> None:
    """Its arguments are told apart up to a number, and from there they are one."""
    migrated = migrate(f"{SHOW}{CONNECT}{WRAPPED}show(json.loads(ws.recv()))\n")
    assert "v3/ws" in migrated.text
