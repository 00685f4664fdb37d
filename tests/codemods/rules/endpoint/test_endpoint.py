"""V3M101: which URLs belong to the migration: v2's on any host, and v3's where v2 is spoken over them."""

from __future__ import annotations

import pytest

from codemods.model import Options
from tests.codemods.programs import migrate

CLIENTS = {
    "websocket-client": (
        "import json\nimport websocket\n\nws = websocket.create_connection({url}, header=HEADER)\n{use}"
    ),
    "websockets": (
        "import asyncio\nimport json\nimport websockets\n\n\nasync def main():\n"
        "    async with websockets.connect({url}) as ws:\n        {inner}\n\n\nasyncio.run(main())\n"
    ),
    "aiohttp in a class": (
        "import json\nimport aiohttp\n\n\nclass Bot:\n    async def run(self, session):\n"
        "        self.ws = await session.ws_connect({url})\n        {inner}\n"
    ),
}
READ = {
    "websocket-client": (
        "message = json.loads(ws.recv())\n"
        'if message["message_type"] == "FinalTranscript":\n    print(message["text"])\n'
    ),
    "websockets": 'async for raw in ws:\n            print(json.loads(raw)["message_type"])',
    "aiohttp in a class": 'async for raw in self.ws:\n            print(raw.json()["message_type"])',
}


def program(client: str, url: str, use: str | None = None) -> str:
    use = READ[client] if use is None else use
    return "HEADER = None\n" + CLIENTS[client].format(url=url, use=use, inner=use)


NEEDED = "speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    ("url", "after"),
    [
        ("wss://streaming.assemblyai.com/v2/realtime/ws?sample_rate=8000", "streaming.assemblyai.com/v3/ws"),
        ("wss://streaming.eu.assemblyai.com/v2/ws?sample_rate=8000", "streaming.eu.assemblyai.com/v3/ws"),
        ("wss://streaming.us.assemblyai.com/v2/realtime/ws?sample_rate=8000", "streaming.us.assemblyai.com/v3/ws"),
        ("wss://api.assemblyai.com/v3/ws?sample_rate=8000", "streaming.assemblyai.com/v3/ws"),
        ("wss://api.eu.assemblyai.com/v3/realtime/ws?sample_rate=8000", "streaming.eu.assemblyai.com/v3/ws"),
        ("wss://streaming.assemblyai.com/v3/realtime/ws?sample_rate=8000", "streaming.assemblyai.com/v3/ws"),
    ],
)
def test_half_of_a_v2_address_is_one(client: str, url: str, after: str) -> None:
    result = migrate(program(client, f'"{url}"'))
    assert f'"wss://{after}?sample_rate=8000&{NEEDED}"' in result.text
    assert [finding for finding in result.findings if not finding.fixed] == []


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    ("query", "after"),
    [
        ("sample_rate=16000", f"sample_rate=16000&{NEEDED}"),
        ("formatted_finals=true", "format_turns=true&speech_model=universal-streaming-english&inactivity_timeout=300"),
        ("format_turns=true&speech_model=u3-rt-pro", "format_turns=true&speech_model=u3-rt-pro&inactivity_timeout=300"),
        ("word_boost=%5B%22a%22%5D", f"keyterms_prompt=%5B%22a%22%5D&{NEEDED}"),
    ],
)
def test_a_v3_address_over_which_v2_is_spoken_gets_what_v3_needs(client: str, query: str, after: str) -> None:
    result = migrate(program(client, f'"wss://streaming.assemblyai.com/v3/ws?{query}"'))
    assert f'"wss://streaming.assemblyai.com/v3/ws?{after}"' in result.text
    assert "message_type" not in result.text


def test_finals_left_unformatted_are_told() -> None:
    url = '"wss://streaming.assemblyai.com/v3/ws?format_turns=false&speech_model=x"'
    assert "format_turns has to be true" in migrate(program("websockets", url)).left("V3M102")[0]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_v3_program_keeps_its_address(client: str) -> None:
    use = "print(ws)" if client != "aiohttp in a class" else "print(self.ws)"
    source = program(client, '"wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&formatted_finals=true"', use)
    result = migrate(source)
    assert (result.text, result.findings) == (source, ())


def test_a_model_that_always_formats_is_not_asked_to() -> None:
    source = program("websocket-client", '"wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"')
    text = migrate(source, Options(speech_model="universal-3-5-pro", todo=False, ignore=("V3M5",))).text
    assert '?sample_rate=16000&speech_model=universal-3-5-pro&inactivity_timeout=300"' in text
    assert 'if message["type"] == "Turn" and message["end_of_turn"]:' in text
