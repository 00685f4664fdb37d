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


_MESSAGES = """\
def is_final(message):
    return message.get("message_type") == "FinalTranscript" and bool(message["text"])
"""
_LISTENER = """\
import json
import websocket
from messages import is_final

def on_message(socket, raw):
    message = json.loads(raw)
    if is_final(message):
        print(message["text"])

websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
"""
_IMITATION = """\
from messages import is_final

def NAME():
    return is_final({"message_type": "FinalTranscript", "text": "yes"})
"""


@pytest.mark.parametrize(
    ("path", "function", "proven"),
    [
        ("test_messages.py", "check", True),
        ("messages_test.py", "check", True),
        ("selfcheck.py", "test_is_final", True),
        ("demo.py", "replay", False),
    ],
)
def test_what_a_test_makes_up_is_no_counterproof(path: str, function: str, proven: bool) -> None:
    imitation = _IMITATION.replace("NAME", function)
    migrated = migrate_all({"messages.py": _MESSAGES, "listener.py": _LISTENER, path: imitation})
    now = 'message.get("type") == "Turn" and message.get("end_of_turn") and message.get("turn_is_formatted")'
    assert (now in migrated["messages.py"].text) == proven
    assert bool(migrated["messages.py"].left("V3M330")) != proven
    assert bool(migrated[path].left("V3M326")) == proven
    assert migrated[path].text == imitation
