"""How deep a chain of calls is, and in which order it is written, makes no difference to what is known."""

from __future__ import annotations

import random

import pytest

from tests.codemods.programs import migrate

_HEAD = "import json\nimport websocket\n"
_LAST = 'def hop_{depth}(event):\n    if event["message_type"] == "FinalTranscript":\n        print(event["text"])\n'
_TAIL = (
    "def on_message(ws, raw):\n    hop_0(json.loads(raw))\n\n\n"
    'websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)\n'
)


def _chain(depth: int, order: str) -> str:
    hops = [f"def hop_{index}(event):\n    return hop_{index + 1}(event)\n" for index in range(depth)]
    hops.append(_LAST.format(depth=depth))
    if order == "from the end":
        hops.reverse()
    elif order == "any":
        random.Random(depth).shuffle(hops)
    return "\n\n".join([_HEAD, *hops, _TAIL])


@pytest.mark.parametrize("order", ["as called", "from the end", "any"])
@pytest.mark.parametrize("depth", [5, 20, 80])
def test_a_message_is_followed_however_far_it_is_handed_on(depth: int, order: str) -> None:
    result = migrate(_chain(depth, order))
    assert 'event["type"] == "Turn" and event["end_of_turn"] and event["turn_is_formatted"]' in result.text
    assert 'print(event["transcript"])' in result.text
    assert [finding for finding in result.findings if not finding.fixed] == []


@pytest.mark.parametrize("order", ["as called", "from the end"])
def test_what_is_handed_back_is_followed_as_far(order: str) -> None:
    hops = [f"def hop_{index}(ws):\n    return hop_{index + 1}(ws)\n" for index in range(40)]
    hops.append("def hop_40(ws):\n    return json.loads(ws.recv())\n")
    if order == "from the end":
        hops.reverse()
    use = (
        "def listen():\n"
        '    ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")\n'
        '    print(hop_0(ws)["message_type"])\n'
    )
    assert '["type"]' in migrate("\n\n".join([_HEAD, *hops, use])).text


def test_more_values_than_are_told_apart_are_no_proof() -> None:
    """Sixty dicts of the program's own and the vendor's message: the set overflows, and says so."""
    rows = ", ".join(f'{{"row{index}": {index}}}' for index in range(60))
    program = (
        f"{_HEAD}\nROWS = [{rows}]\n\n\ndef handle(event):\n"
        '    if event["message_type"] == "FinalTranscript":\n        print(event["text"])\n\n\n'
        "def replay():\n    for row in ROWS:\n        handle(row)\n\n\n" + _TAIL.replace("hop_0", "handle")
    )
    assert migrate(program).left("V3M331") or migrate(program).left("V3M330")


def test_a_loop_over_objects_of_a_library_comes_to_an_end() -> None:
    program = (
        "import library\n\n\nclass Walk:\n    def __init__(self):\n        self.node = library.root\n\n"
        "    def up(self):\n        self.node = self.node.parent\n        self.path = self.path + '/' + 'up'\n"
    )
    assert migrate(f"{_HEAD}{program}").text.endswith(program)
