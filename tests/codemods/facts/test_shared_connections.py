"""A connection is the vendor's only if all its URLs are: else neither it nor what it says is moved, and it is told."""

from __future__ import annotations

from textwrap import indent

import pytest

from codemods.analysis import analyse
from codemods.model import Options, ParseError
from tests.codemods.tools import NoWorkspace


class Side(NoWorkspace):
    """Modules that lie beside each other."""

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        return f"{module}.py"


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


TWO = """\
import json
import websocket

URL = "{v2}"


def first():
    print(json.loads(websocket.create_connection(URL).recv())["session_id"])


def second(flag):
    ws = websocket.create_connection({url})
    print(json.loads(ws.recv())["session_id"])
"""


@pytest.mark.parametrize(
    "url", ["URL if flag else 'wss://stt.example/v1'", "{'a': URL, 'b': 'wss://stt.example'}[flag]"]
)
def test_an_address_that_a_connection_to_anybody_has_too_moves_for_neither(url: str) -> None:
    text = TWO.format(v2=V2, url=url)
    plan = analyse({"app.py": text}, NoWorkspace(), Options(todo=False))["app.py"]
    assert not isinstance(plan, ParseError)
    assert plan.render() == text
    assert [f.span.line for f in plan.findings if f.code == "V3M101"] == [8, 12]
    assert {f.span.line for f in plan.findings if f.code == "V3M330"} == {8, 13}


def test_an_address_of_its_own_moves() -> None:
    text = TWO.format(v2=V2, url=f"'{V2}&token=1' if flag else 'wss://stt.example/v1'")
    plan = analyse({"app.py": text}, NoWorkspace(), Options(todo=False))["app.py"]
    assert not isinstance(plan, ParseError)
    assert 'URL = "wss://streaming.assemblyai.com/v3/ws' in plan.render()
    assert '["id"]' in plan.render()
    assert f"'{V2}&token=1' if flag" in plan.render()


ONE_FUNCTION = """\
import json
import os

import websockets
from urllib.parse import urlsplit


def opened(uri):
    return websockets.connect(uri, additional_headers={{"Authorization": os.environ["KEY"]}})


async def transcribe():
    async with opened("wss://{streaming}?sample_rate=16000") as ws:
        async for raw in ws:
            print(json.loads(raw)["{text}"])


async def speak(words, base={base}):
    parts = urlsplit(base)
    async with opened(f"wss://{{parts.netloc}}{{parts.path}}{path}?voice=1") as ws:
        await ws.send(json.dumps({{"type": "Generate", "text": words}}))
        async for raw in ws:
            event = json.loads(raw)
            print(event["text"], event["type"])
"""


@pytest.mark.parametrize("base", ["os.environ['TTS']", "'https://speech.assemblyai.com'"])
@pytest.mark.parametrize(("streaming", "text"), [("api.assemblyai.com/v2/realtime/ws", "text")])
def test_what_opens_another_service_by_its_path_as_well_is_left_alone_and_told(
    base: str, streaming: str, text: str
) -> None:
    """A host out of sight may be anybody's; a path that is not the socket's is not the vendor's streaming."""
    source = ONE_FUNCTION.format(streaming=streaming, text=text, base=base, path="/v1/speech")
    plan = analyse({"app.py": source}, NoWorkspace(), Options(todo=False))["app.py"]
    assert not isinstance(plan, ParseError)
    assert plan.render() == source
    assert {finding.code for finding in plan.findings} >= {"V3M101"}


def test_of_a_program_that_speaks_v3_and_something_else_nothing_is_told() -> None:
    v3 = ONE_FUNCTION.format(
        streaming="streaming.assemblyai.com/v3/ws", text="transcript", base="os.environ['TTS']", path="/v1/speech"
    )
    plan = analyse({"app.py": v3}, NoWorkspace(), Options(todo=False))["app.py"]
    assert not isinstance(plan, ParseError)
    assert plan.render() == v3
    assert not plan.findings


@pytest.mark.parametrize("path", ["", "/ws", "/v2/realtime/ws", "/realtime/ws", "/proxy/v2/realtime/ws", "/v3/ws"])
def test_the_sockets_own_path_at_a_host_out_of_sight_is_the_vendors(path: str) -> None:
    """As behind a proxy, whose address is configured."""
    source = (
        'import json\nimport os\nimport websocket\n\nif "HOST" in os.environ:\n'
        f"    URL = f\"wss://{{os.environ['HOST']}}{path}?sample_rate=16000\"\nelse:\n"
        '    URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"\n'
        'ws = websocket.create_connection(URL)\nprint(json.loads(ws.recv())["session_id"])\n'
    )
    plan = analyse({"app.py": source}, NoWorkspace(), Options(todo=False))["app.py"]
    assert not isinstance(plan, ParseError)
    assert "session_id" not in plan.render()


def test_a_server_that_a_test_puts_at_a_path_of_its_own_stands_for_the_vendors() -> None:
    source = (
        'import json\nimport websocket\n\n\ndef first(url="wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"):\n'
        '    return json.loads(websocket.create_connection(url).recv())["session_id"]\n'
    )
    test = 'from app import first\n\n\ndef test_first(server):\n    assert first(f"ws://{server.host}/fake")\n'
    plan = analyse({"app.py": source, "test_app.py": test}, Side(), Options(todo=False))["app.py"]
    assert not isinstance(plan, ParseError)
    assert "session_id" not in plan.render()
