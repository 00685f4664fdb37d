"""V3M201 where audio is wrapped far from the send: both ends are undone, or none, and nothing else is base64."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

V2 = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
HEAD = (
    "import asyncio\nimport base64\nimport binascii\nimport json\nimport queue\nimport threading\n"
    "from collections import deque\n\nimport websocket\nimport websockets\n\n"
)
THREADS = (
    f'ws = websocket.create_connection("{V2}")\nwaiting = queue.Queue()\n\n\n'
    "def heard(data):\n    {put}\n\n\n"
    "def send():\n    while (chunk := waiting.get()) is not None:\n        {send}\n\n\n"
    "heard(microphone())\nthreading.Thread(target=send).start()\nwaiting.put(None)\n"
)
COROUTINES = (
    "async def main():\n    waiting = asyncio.Queue()\n    loop = asyncio.get_running_loop()\n\n"
    "    def heard(data):\n        {put}\n\n"
    f"    async with websockets.connect('{V2}') as ws:\n"
    "        while True:\n            chunk = await waiting.get()\n            if chunk is None:\n"
    "                break\n"
    "            await {send}\n\n\nasyncio.run(main())\n"
)
KEPT = (
    "class Bot:\n    def __init__(self):\n        self.waiting = deque()\n"
    f'        self.ws = websocket.create_connection("{V2}")\n\n'
    "    def heard(self, data):\n        {put}\n\n"
    "    def send(self):\n        while self.waiting:\n            chunk = self.waiting.popleft()\n"
    "            {send}\n\n\n"
    "bot = Bot()\nbot.heard(microphone())\nbot.send()\n"
)
TEXT = "base64.b64encode(data).decode()"
WRAPPED = 'json.dumps({"audio_data": chunk})'
PROGRAMS = {
    "threads": (THREADS, f"waiting.put({TEXT})", f"ws.send({WRAPPED})", "waiting.put(data)"),
    "bytes of base64": (THREADS, "waiting.put(base64.b64encode(data))", f"ws.send({WRAPPED})", "waiting.put(data)"),
    "a dict": (
        THREADS,
        'waiting.put({"audio_data": ' + TEXT + "})",
        "ws.send(json.dumps(chunk))",
        "waiting.put(data)",
    ),
    "coroutines": (
        COROUTINES,
        f"loop.call_soon_threadsafe(waiting.put_nowait, {TEXT})",
        f"ws.send({WRAPPED})",
        "loop.call_soon_threadsafe(waiting.put_nowait, data)",
    ),
    "a dict between coroutines": (
        COROUTINES,
        'waiting.put_nowait({"audio_data": ' + TEXT + "})",
        "ws.send(json.dumps(chunk))",
        "waiting.put_nowait(data)",
    ),
    "a class": (
        KEPT,
        f"self.waiting.append({TEXT})",
        f"self.ws.send({WRAPPED})",
        "self.waiting.append(data)",
    ),
}


@pytest.mark.parametrize(("program", "put", "send", "after"), PROGRAMS.values(), ids=PROGRAMS)
def test_both_ends_are_undone(program: str, put: str, send: str, after: str) -> None:
    result = migrate(HEAD + program.format(put=put, send=send))
    assert after in result.text
    assert "b64" not in result.text and "import base64" not in result.text and "audio_data" not in result.text
    assert result.left("V3M201") == []


@pytest.mark.parametrize(("program", "put", "send", "after"), PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize("use", ["print(len(chunk))", "backup.write(str(chunk))", "kept = [chunk]"])
def test_what_is_used_elsewhere_too_stays_encoded(program: str, put: str, send: str, after: str, use: str) -> None:
    line = next(line for line in program.split("\n") if "{send}" in line)
    indent = line[: len(line) - len(line.lstrip())]
    source = HEAD + program.replace(line, f"{indent}{use}\n{line}").format(put=put, send=send)
    result = migrate(source)
    assert put in result.text
    if "json.dumps(chunk)" in send:
        assert len(result.left("V3M201")) == 1
    else:
        assert "base64.b64decode(chunk)" in result.text


@pytest.mark.parametrize("program", [THREADS, COROUTINES, KEPT], ids=["threads", "coroutines", "class"])
@pytest.mark.parametrize("text", ["binascii.hexlify(data).decode()", "data.hex()", "base64.b85encode(data).decode()"])
def test_what_is_no_base64_is_not_decoded_as_such(program: str, text: str) -> None:
    owner = "self." if program is KEPT else ""
    put = f"{owner}waiting.append({text})" if program is KEPT else f"waiting.put_nowait({text})"
    source = HEAD + program.format(put=put, send=f"{owner}ws.send({WRAPPED})")
    result = migrate(source)
    assert "b64decode" not in result.text
    assert len(result.left("V3M201")) == 1
