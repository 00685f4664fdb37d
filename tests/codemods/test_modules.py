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


_SHOW = """\
def show(event):
    if event["message_type"] == "FinalTranscript":
        print(event["text"])
"""
_LIVE = """\
import json
import websocket
IMPORT


def on_message(ws, raw):
    event = json.loads(raw)
    CALL


websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
"""
_WAYS = {
    "a star of a star": (
        "from two import *",
        "show(event)",
        {"two.py": "from one import *\n", "one.py": "from show import *\n"},
    ),
    "stars in a ring": (
        "from one import *",
        "show(event)",
        {"one.py": "from show import *\nfrom ring import *\n", "ring.py": "from one import *\n"},
    ),
    "a module of a package": (
        "import ui.screen",
        "ui.screen.show(event)",
        {"ui/__init__.py": "", "ui/screen.py": "from show import show\n"},
    ),
    "a module of a namespace package": (
        "import ui.screen",
        "ui.screen.show(event)",
        {"ui/screen.py": "from show import show\n"},
    ),
    "deep in packages": (
        "import a.b.screen",
        "a.b.screen.show(event)",
        {"a/__init__.py": "", "a/b/__init__.py": "", "a/b/screen.py": "from show import show\n"},
    ),
    "deep in namespaces": ("import a.b.screen", "a.b.screen.show(event)", {"a/b/screen.py": "from show import show\n"}),
    "a package's own import": (
        "import ui",
        "ui.screen.show(event)",
        {"ui/__init__.py": "from . import screen\n", "ui/screen.py": "from show import show\n"},
    ),
    "a package that star-imports": (
        "import ui",
        "ui.show(event)",
        {"ui/__init__.py": "from .screen import *\n", "ui/screen.py": "from show import *\n"},
    ),
}


@pytest.mark.parametrize("way", _WAYS)
def test_what_a_message_is_handed_to_is_found_through_any_import(way: str) -> None:
    line, call, between = _WAYS[way]
    live = _LIVE.replace("IMPORT", line).replace("CALL", call)
    migrated = migrate_all({"live.py": live, "show.py": _SHOW, **between})
    assert 'event["transcript"]' in migrated["show.py"].text
    assert not any(finding for one in migrated.values() for finding in one.findings if not finding.fixed)
