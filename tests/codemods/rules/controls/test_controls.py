"""What a program asks of the service becomes a text message that v3 knows, or is reported."""

from __future__ import annotations

import pytest

from codemods.model import Options
from tests.codemods.programs import Migrated, migrate

V2 = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
SCRIPTS = {
    "websocket-client": f'ws = websocket.create_connection("{V2}")\n{{send}}\n',
    "websocket-client app": (
        f"def on_open(ws):\n    {{send}}\n\n\nwebsocket.WebSocketApp('{V2}', on_open=on_open).run_forever()\n"
    ),
    "websockets": (
        f"async def main():\n    async with websockets.connect('{V2}') as ws:\n        {{send}}\n\n\n"
        "asyncio.run(main())\n"
    ),
    "websockets in a class": (
        f"class Bot:\n    async def open(self):\n        self.ws = await websockets.connect('{V2}')\n\n"
        "    async def close(self):\n        {send}\n"
    ),
    "websockets.sync": f"with connect('{V2}') as ws:\n    {{send}}\n",
    "aiohttp": (
        "async def main(session):\n"
        f"    async with session.ws_connect('{V2}') as ws:\n        {{send}}\n\n\n"
        "async def run():\n    async with aiohttp.ClientSession() as session:\n        await main(session)\n"
    ),
}
HEAD = (
    "import asyncio\nimport json\n\nimport aiohttp\nimport orjson\nimport websocket\nimport websockets\n"
    "from websockets.sync.client import connect\n\nNUMBER = int(input())\n\n"
)
SETTINGS = '"type": "UpdateConfiguration", "end_of_turn_confidence_threshold": 1,'
TEXT = {"aiohttp": "await ws.send_str({})", "websockets": "await ws.send({})"}
BYTES = {
    "websocket-client": "ws.send_binary({})",
    "websocket-client app": "ws.send({}, websocket.ABNF.OPCODE_BINARY)",
    "websockets": "await ws.send({})",
    "websockets in a class": "await self.ws.send({})",
    "websockets.sync": "ws.send({})",
    "aiohttp": "await ws.send_bytes({})",
}


def sending(client: str, what: str, how: dict[str, str] | None = None, **options: object) -> Migrated:
    default = "await self.ws.send({})" if client == "websockets in a class" else "ws.send({})"
    send = (how or TEXT).get(client, default).format(what)
    chosen = Options(todo=False, ignore=("V3M5",), **options)  # type: ignore[arg-type]
    return migrate(HEAD + SCRIPTS[client].format(send=send), chosen)


@pytest.mark.parametrize("client", SCRIPTS)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('json.dumps({"terminate_session": True})', 'json.dumps({"type": "Terminate"})'),
        ('json.dumps({"terminate_session": True, "session": 1})', 'json.dumps({"type": "Terminate"})'),
        ("json.dumps({'type': 'terminate'})", "json.dumps({'type': 'Terminate'})"),
        ('json.dumps({"message_type": "TerminateSession"})', 'json.dumps({"type": "Terminate"})'),
        ('json.dumps({"force_endpoint": True})', 'json.dumps({"type": "ForceEndpoint"})'),
        ('json.dumps({"audio_data": ""})', 'json.dumps({"type": "KeepAlive"})'),
        ('json.dumps({"type": "keep_alive"})', 'json.dumps({"type": "KeepAlive"})'),
        ("'{\"terminate_session\":true}'", '\'{"type": "Terminate"}\''),
        ("f'{{\"terminate_session\": true}}'", 'f\'{{"type": "Terminate"}}\''),
        ('f"""{{"force_end_utterance": true}}"""', 'f"""{{"type": "ForceEndpoint"}}"""'),
        (
            'json.dumps({"end_utterance_silence_threshold": 300})',
            f'json.dumps({{{SETTINGS} "max_turn_silence": 300}})',
        ),
        (
            "f'{{\"end_utterance_silence_threshold\": {NUMBER}}}'",
            "f'{{" + SETTINGS + ' "max_turn_silence": {NUMBER}}}\'',
        ),
        (
            "'{\"end_utterance_silence_threshold\": %d}' % NUMBER",
            "'{" + SETTINGS + ' "max_turn_silence": %d}\' % NUMBER',
        ),
    ],
)
def test_a_message_becomes_v3s(client: str, before: str, after: str) -> None:
    result = sending(client, before)
    assert after in result.text
    assert [finding for finding in result.findings if not finding.fixed] == []


@pytest.mark.parametrize(
    "before",
    [
        'json.dumps({"end_utterance_silence_threshold": 300})',
        "'{\"end_utterance_silence_threshold\": 300}'",
        "f'{{\"end_utterance_silence_threshold\": {NUMBER}}}'",
    ],
)
def test_a_model_without_a_threshold_gets_none(before: str) -> None:
    result = sending("websockets", before, speech_model="u3-rt-pro")
    assert "end_of_turn_confidence_threshold" not in result.text
    assert '"type": "UpdateConfiguration", "max_turn_silence": ' in result.text


@pytest.mark.parametrize("client", SCRIPTS)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('json.dumps({"terminate_session": True}).encode()', 'json.dumps({"type": "Terminate"})'),
        ('bytes(json.dumps({"terminate_session": True}), "utf-8")', 'json.dumps({"type": "Terminate"})'),
        ("b'{\"terminate_session\": true}'", '\'{"type": "Terminate"}\''),
        ('b\'{"type": "Terminate"}\'', '\'{"type": "Terminate"}\''),
        ('orjson.dumps({"terminate_session": True})', 'orjson.dumps({"type": "Terminate"}).decode()'),
    ],
)
def test_a_message_sent_as_bytes_becomes_text(client: str, before: str, after: str) -> None:
    result = sending(client, before, BYTES)
    ways = {"aiohttp": "ws.send_str(", "websockets in a class": "self.ws.send("}
    assert f"{ways.get(client, 'ws.send(')}{after})" in result.text
    assert [finding for finding in result.findings if not finding.fixed] == []


def test_bytes_in_a_variable_become_text() -> None:
    source = (
        f'{HEAD}ws = websocket.create_connection("{V2}")\n'
        'end = json.dumps({"terminate_session": True}).encode("utf-8")\nws.send(end, opcode=2)\n'
    )
    text = migrate(source).text
    assert 'end = json.dumps({"type": "Terminate"})\nws.send(end)\n' in text


def test_audio_and_messages_in_one_binary_send_are_told() -> None:
    source = (
        f'{HEAD}from queue import Queue\n\nqueue = Queue()\nws = websocket.create_connection("{V2}")\n'
        'queue.put(open("a.raw", "rb").read(3200))\nqueue.put(json.dumps({"terminate_session": True}).encode())\n'
        "ws.send_binary(queue.get())\n"
    )
    assert "audio and control messages share this send" in migrate(source).left("V3M403")[0]


@pytest.mark.parametrize("client", SCRIPTS)
@pytest.mark.parametrize(
    ("message", "said"),
    [
        ('json.dumps({"type": "start", "sample_rate": 8000})', "take 'start' out, put sample_rate into the URL"),
        ('json.dumps({"config": {"language": "en"}})', "take 'config' out"),
        ('json.dumps({"event": "stop"})', 'take \'stop\' out, or send {"type": "Terminate"}'),
        ('\'{"command": "hello"}\'', "take 'hello' out"),
        ('f\'{{"type": "setup", "rate": {NUMBER}}}\'', "take 'setup' out"),
        ('json.dumps({"terminate_session": False})', "take 'terminate_session' out"),
        ('json.dumps(dict(kind="hello"))', "take 'kind' out"),
    ],
)
def test_a_message_that_v3_does_not_know_is_told(client: str, message: str, said: str) -> None:
    result = sending(client, message)
    assert message in result.text
    (told,) = result.left("V3M404")
    assert said in told


RELAYS = {
    "aiohttp": (
        "async def relay(browser, http):\n"
        f'    async with http.ws_connect("{V2}") as ws:\n'
        "        async for message in browser:\n            await ws.send_str(message.data)\n"
    ),
    "FastAPI": (
        "async def relay(browser):\n"
        f'    async with websockets.connect("{V2}") as ws:\n'
        "        while True:\n            await ws.send(await browser.receive_text())\n"
    ),
    "a class": (
        "class Relay:\n    async def open(self):\n"
        f'        self.ws = await websockets.connect("{V2}")\n\n'
        "    async def up(self, browser):\n        text = await browser.receive_text()\n"
        "        await self.ws.send(text)\n"
    ),
}


@pytest.mark.parametrize("relay", RELAYS.values(), ids=RELAYS)
def test_text_that_comes_from_somebody_else_is_told(relay: str) -> None:
    (told,) = migrate(HEAD + relay).left("V3M404")
    assert told.startswith("passes on the text that somebody else sends")


@pytest.mark.parametrize("relay", RELAYS.values(), ids=RELAYS)
def test_bytes_that_come_from_somebody_else_are_audio(relay: str) -> None:
    bytes_ = relay.replace("receive_text", "receive_bytes").replace("send_str", "send_bytes")
    assert migrate(HEAD + bytes_).left("V3M404") == []


def test_what_goes_to_somebody_else_stays() -> None:
    source = (
        f'{HEAD}ws = websocket.create_connection("{V2}")\nprint(ws.recv())\n'
        'other = websocket.create_connection("wss://captions.example.com/ws")\n'
        'other.send(json.dumps({"type": "terminate"}))\nother.send_binary(b\'{"type": "start"}\')\n'
    )
    result = migrate(source)
    assert 'other.send(json.dumps({"type": "terminate"}))\nother.send_binary(b\'{"type": "start"}\')\n' in result.text
    assert {finding.code for finding in result.findings} == {"V3M101"}
