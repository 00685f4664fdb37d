"""V3M402: v2's close codes are found under a name, too: in a constant, a table, a `match`."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

SCRIPT = (
    "import json\n\nfrom websockets.sync.client import connect\nfrom websockets import ConnectionClosedError\n\n"
    "{names}\n\n\ndef run(key):\n"
    '    with connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000") as ws:\n'
    "        try:\n            for raw in ws:\n                print(raw)\n"
    "        except ConnectionClosedError as error:\n            {use}\n"
)
APP = (
    "import websocket\n\n{names}\n\n\nclass Live:\n    def closed(self, ws, code, reason):\n        error = Closing()\n"
    "        error.code = code\n        {use}\n\n    def run(self):\n"
    '        websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", '
    "on_close=self.closed).run_forever()\n\n\nclass Closing:\n    code = 0\n\n\nLive().run()\n"
)
USES = {
    "a constant": ("EXPIRED = 4008", "print(error.code == EXPIRED)", "4008"),
    "a set": ("AGAIN = {4008, 4029}", "print(error.code in AGAIN)", "4008, 4029"),
    "a tuple": ("AGAIN = (1011, 4008)", "print(error.code not in AGAIN)", "4008"),
    "a table": ("SAID = {4001: 'no key', 4002: 'no funds'}", "print(SAID[error.code])", "4001, 4002"),
    "a table with a default": ("SAID = {4001: 'no key'}", "print(SAID.get(error.code, 'gone'))", "4001"),
    "a match": (
        "",
        "match error.code:\n                case 4001 | 4008:\n                    print('gone')",
        "4001, 4008",
    ),
}


@pytest.mark.parametrize("program", [SCRIPT, APP], ids=["script", "class"])
@pytest.mark.parametrize(("names", "use", "codes"), USES.values(), ids=USES)
def test_codes_under_a_name_are_told(program: str, names: str, use: str, codes: str) -> None:
    (told,) = migrate(program.format(names=names, use=use)).left("V3M402")
    assert told.startswith(f"v2 close codes ({codes}) are looked for: v3 has ")


@pytest.mark.parametrize("use", ["print(error.code == NORMAL)", "print(other in (4008, 4009))", "print(SAID[other])"])
def test_other_numbers_are_not(use: str) -> None:
    names = "NORMAL = 1000\nother = 4008\nSAID = {4008: 'soup'}"
    assert migrate(SCRIPT.format(names=names, use=use)).left("V3M402") == []
