"""A connection is the vendor's only if all its URLs are: else neither it nor what it says is moved, and it is told."""

from __future__ import annotations

from textwrap import indent

import pytest

from codemods.analysis import analyse
from codemods.model import Options, ParseError
from tests.codemods.tools import NoWorkspace

V2 = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
OTHER = "wss://stt.example/v1/listen"

WAYS = {
    "branches": "if flag:\n    url = {a!r}\nelse:\n    url = {b!r}",
    "one or the other": "url = {a!r} if flag else {b!r}",
    "a table": "url = {{'a': {a!r}, 'b': {b!r}}}[flag]",
    "a table with a default": "url = {{'b': {b!r}}}.get(flag, {a!r})",
    "an environment variable's default": "import os\nurl = os.environ.get('STT', {a!r}) if flag else {b!r}",
    "a loop": "for url in ({b!r}, {a!r}):\n    if flag:\n        break",
    "an attribute": "class Settings:\n    url = {a!r}\nif flag:\n    Settings.url = {b!r}\nurl = Settings.url",
    "a function": "def choose(name):\n    if name:\n        return {a!r}\n    return {b!r}\nurl = choose(flag)",
    "a host alone": "host = 'stt.example' if flag else 'api.assemblyai.com'\n"
    "url = f'wss://{{host}}/v2/realtime/ws?sample_rate=16000'",
}
CLIENTS = {
    "websockets": """\
import json
import websockets


async def listen(flag):
{choice}
    async with websockets.connect(url, additional_headers={{"Authorization": "key"}}) as ws:
        await ws.send(json.dumps({{"audio_data": "AAAA"}}))
        async for raw in ws:
            event = json.loads(raw)
            if event["message_type"] == "FinalTranscript":
                print(event["text"])
        await ws.send(json.dumps({{"terminate_session": True}}))
""",
    "websocket-client": """\
import json
import websocket


def show(event):
    match event["message_type"]:
        case "FinalTranscript":
            print(event["text"])
        case "SessionBegins":
            print(event["session_id"])


def listen(flag):
{choice}
    app = websocket.WebSocketApp(url, on_message=lambda ws, raw: show(json.loads(raw)))
    app.run_forever()
""",
}


def program(client: str, way: str, ours: str = V2, other: str = OTHER) -> str:
    return CLIENTS[client].format(choice=indent(WAYS[way].format(a=ours, b=other), "    "))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("way", WAYS)
def test_what_is_shared_with_another_server_is_left_alone_and_told(client: str, way: str) -> None:
    text = program(client, way)
    plan = analyse({"app.py": text}, NoWorkspace(), Options(todo=False))["app.py"]
    assert not isinstance(plan, ParseError)
    assert plan.render() == text
    lines = text.splitlines()
    told = {lines[finding.span.line - 1].strip() for finding in plan.findings}
    v2 = [line.strip() for line in lines if any(word in line for word in ('event["', '"audio_data"', '"terminate'))]
    missing = [line for line in v2 if line not in told]
    assert not missing
    (connect,) = [f.message for f in plan.findings if f.code == "V3M101"]
    assert connect.startswith("this connection may go to stt.example, too, where v3 is not spoken")


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("other", ["ws://localhost:8765", "ws://127.0.0.1:8765/ws", V2.replace("api.", "api.eu.")])
def test_a_server_of_the_tests_own_and_the_vendors_others_speak_as_the_vendor_does(client: str, other: str) -> None:
    plan = analyse({"app.py": program(client, "branches", other=other)}, NoWorkspace(), Options(todo=False))["app.py"]
    assert not isinstance(plan, ParseError)
    assert "message_type" not in plan.render()
    assert "assemblyai.com/v2" not in plan.render()
