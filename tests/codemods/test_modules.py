"""Programs of several modules: what one of them takes from another must still be there."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate_all

_CLIENT = """\
import base64
import json
import websockets

URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"

async def send(chunk):
    async with websockets.connect(URL) as socket:
        await socket.send(json.dumps({"audio_data": base64.b64encode(chunk).decode()}))
"""


@pytest.mark.parametrize(
    ("user", "kept"),
    [
        ("from client import *\nprint(base64.b64encode(b''), json.dumps({}))\n", ("import base64", "import json")),
        ("from client import base64 as codec, send\n", ("import base64",)),
        ("import client\nprint(client.json.dumps({}))\n", ("import json",)),
        ("from client import send\n", ()),
    ],
)
def test_an_import_that_another_module_takes_stays(user: str, kept: tuple[str, ...]) -> None:
    migrated = migrate_all({"client.py": _CLIENT, "user.py": user})
    text = migrated["client.py"].text
    assert "await socket.send(chunk)" in text
    assert tuple(line for line in ("import base64", "import json") if line in text) == kept
    assert migrated["user.py"].text == user
