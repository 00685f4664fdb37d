"""Programs that end their sessions themselves, or need not: they get v3's words and not a line more."""

from __future__ import annotations

import pytest

from codemods.model import Options
from tests.codemods.programs import migrate

V2 = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
V3 = (
    "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english"
    "&format_turns=true&inactivity_timeout=300"
)
WORDS = {
    V2: V3,
    '{"terminate_session": True}': '{"type": "Terminate"}',
    "'{\"terminate_session\": true}'": '\'{"type": "Terminate"}\'',
    'message["message_type"] == "FinalTranscript"': 'message["type"] == "Turn" and message["end_of_turn"] '
    'and message["turn_is_formatted"] and message["transcript"]',
    'message["text"]': 'message["transcript"]',
}

SENDERS = {
    "websockets": (
        "import asyncio\nimport json\n\nimport websockets\n\n\nasync def feed(ws, sounds):\n    while True:\n"
        "        sound = await sounds.get()\n        if sound is None:\n"
        '            await ws.send(json.dumps({"terminate_session": True}))\n            break\n'
        "        await ws.send(sound)\n\n\nasync def captions(sounds, key):\n"
        f'    async with websockets.connect("{V2}") as ws:\n        asyncio.create_task(feed(ws, sounds))\n'
        "        async for raw in ws:\n            message = json.loads(raw)\n"
        '            if message["message_type"] == "FinalTranscript":\n                print(message["text"])\n'
    ),
    "aiohttp": (
        "import asyncio\n\nimport aiohttp\n\n\nasync def feed(ws, sounds):\n    async for sound in sounds:\n"
        '        await ws.send_bytes(sound)\n    await ws.send_json({"terminate_session": True})\n\n\n'
        "async def captions(sounds):\n    async with aiohttp.ClientSession() as http:\n"
        f'        async with http.ws_connect("{V2}") as ws:\n'
        "            task = asyncio.create_task(feed(ws, sounds))\n            async for item in ws:\n"
        "                message = item.json()\n"
        '                if message["message_type"] == "FinalTranscript":\n                    print(message["text"])\n'
        "            await task\n"
    ),
    "a class": (
        "import asyncio\nimport json\n\nimport websockets\n\n\nclass Live:\n    async def feed(self):\n"
        "        while sound := self.sounds.read(3200):\n            await self.ws.send(sound)\n"
        "        await self.ws.send('{\"terminate_session\": true}')\n\n"
        "    async def show(self):\n        async for raw in self.ws:\n            message = json.loads(raw)\n"
        '            if message["message_type"] == "FinalTranscript":\n                print(message["text"])\n\n'
        f'    async def run(self):\n        async with websockets.connect("{V2}") as self.ws:\n'
        "            await asyncio.gather(self.feed(), self.show())\n"
    ),
    "a daemon that nobody waits for": (
        "import threading\nimport time\n\nimport websocket\n\n\ndef on_open(ws):\n"
        "    ws.send(bytes(3200), websocket.ABNF.OPCODE_BINARY)\n    ws.send('{\"terminate_session\": true}')\n\n\n"
        f'ws = websocket.WebSocketApp("{V2}", on_open=on_open)\n'
        "threading.Thread(target=ws.run_forever, daemon=True).start()\ntime.sleep(10)\n"
    ),
    "a daemon of a function": (
        "import threading\n\nimport websocket\n\n\ndef opened(ws):\n"
        "    ws.send(bytes(3200), websocket.ABNF.OPCODE_BINARY)\n    ws.send('{\"terminate_session\": true}')\n\n\n"
        f'def start():\n    app = websocket.WebSocketApp("{V2}", on_open=opened)\n'
        "    thread = threading.Thread(target=app.run_forever, daemon=True)\n    thread.start()\n    return app\n"
    ),
    "a daemon of a class": (
        "import threading\n\nimport websocket\n\n\nclass Live:\n    def __init__(self):\n"
        f'        self.app = websocket.WebSocketApp("{V2}", on_open=self.opened)\n\n'
        "    def opened(self, ws):\n        ws.send(bytes(3200), websocket.ABNF.OPCODE_BINARY)\n"
        "        ws.send('{\"terminate_session\": true}')\n\n"
        "    def start(self):\n        threading.Thread(target=self.app.run_forever, daemon=True).start()\n"
    ),
}


@pytest.mark.parametrize("program", SENDERS.values(), ids=SENDERS)
def test_v3s_words_are_all_that_is_new(program: str) -> None:
    expected = program
    for old, new in WORDS.items():
        expected = expected.replace(old, new)
    assert migrate(program, Options(todo=False)).text == expected


SESSION = "aai.RealtimeTranscriber(sample_rate=16_000, on_data=lambda t: show(t.text), on_error=print)"
CLOSED = {
    "the task that feeds it": (
        "import asyncio\n\nimport assemblyai as aai\n\n\nasync def captions(chunks, show):\n"
        f"    session = {SESSION}\n    session.connect()\n\n    async def feed():\n        try:\n"
        "            async for chunk in chunks:\n                session.stream(chunk)\n        finally:\n"
        "            session.close()\n\n    await asyncio.create_task(feed())\n"
    ),
    "the thread that feeds it": (
        "import threading\n\nimport assemblyai as aai\n\n\ndef captions(chunks, show):\n"
        f"    session = {SESSION}\n    session.connect()\n\n    def feed():\n        try:\n"
        "            for chunk in chunks:\n                session.stream(chunk)\n        finally:\n"
        "            session.close()\n\n    thread = threading.Thread(target=feed)\n    thread.start()\n"
        "    thread.join()\n"
    ),
    "a context manager": (
        f"import assemblyai as aai\n\n\nclass Captions:\n    def __enter__(self):\n        self.session = {SESSION}\n"
        "        self.session.connect()\n        return self\n\n    def hear(self, chunk):\n"
        "        self.session.stream(chunk)\n\n    def __exit__(self, *_):\n        self.session.close()\n"
    ),
    "a function": (
        f"import assemblyai as aai\n\n\ndef captions(chunks, show):\n    session = {SESSION}\n    session.connect()\n"
        "    try:\n        for chunk in chunks:\n            session.stream(chunk)\n    finally:\n"
        "        session.close()\n"
    ),
}


@pytest.mark.parametrize("program", CLOSED.values(), ids=CLOSED)
def test_a_session_that_its_user_closes_gets_no_helper(program: str) -> None:
    result = migrate(program, Options(todo=False))
    assert result.text.count("disconnect(terminate=True)") == 1
    assert "session.close()" not in result.text
    assert not any(word in result.text for word in ("atexit", "weakref", "end_at_exit", "contextlib"))
    assert result.text.count("finally:") == program.count("finally:")
