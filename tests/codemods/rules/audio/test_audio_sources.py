"""V3M202 and V3M203: how long a frame lasts, and how fast frames come, where the program says so."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

V2 = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
HEAD = (
    "import asyncio\nimport queue\nimport time\nimport wave\n\n"
    "import sounddevice as sd\nimport websocket\nimport websockets\n\n"
    f'ws = websocket.create_connection("{V2}")\nframes = queue.Queue()\n'
)
CALLBACK = "def heard(data, count, when, status):\n    frames.put({bytes})\n\n\n"
SENDS = "    while True:\n        ws.send_binary(frames.get())\n"
MICROPHONES = {
    "raw stream": CALLBACK.format(bytes="bytes(data)")
    + "with sd.RawInputStream(samplerate=16000, blocksize={size}, dtype='int16', channels=1, callback=heard):\n"
    + SENDS,
    "stream of an array": CALLBACK.format(bytes="data.copy().tobytes()")
    + "BLOCK = {size}\nwith sd.InputStream(16000, BLOCK, dtype='int16', channels=1, callback=heard):\n"
    + SENDS,
    "read": "with sd.RawInputStream(samplerate=16000, dtype='int16', channels=1) as stream:\n    while True:\n"
    "        data, overflowed = stream.read({size})\n        ws.send_binary(bytes(data))\n",
    "of a class": "class Bot:\n    def heard(self, data, count, when, status):\n        ws.send_binary(bytes(data))\n\n"
    "    def run(self):\n        with sd.RawInputStream(blocksize={size}, samplerate=16000, callback=self.heard):\n"
    "            time.sleep(60)\n\n\nBot().run()\n",
}


@pytest.mark.parametrize("microphone", MICROPHONES.values(), ids=MICROPHONES)
def test_a_block_too_short_for_v3_gets_fifty_milliseconds(microphone: str) -> None:
    result = migrate(HEAD + microphone.format(size=320))
    (told,) = result.fixed("V3M202")
    assert "20 ms" in told and "50 ms" in told
    assert "320" not in result.text and "800" in result.text


@pytest.mark.parametrize("microphone", MICROPHONES.values(), ids=MICROPHONES)
def test_a_block_that_v3_takes_stays(microphone: str) -> None:
    result = migrate(HEAD + microphone.format(size=1600))
    assert result.fixed("V3M202") == result.left("V3M202") == []
    assert "1600" in result.text


FILES = {
    "file": "with open('a.raw', 'rb') as file:\n    while chunk := file.read(6400):\n        ws.send_binary(chunk)\n"
    "        time.sleep({wait})\n",
    "wave": "with wave.open('a.wav') as file:\n    while True:\n        data = file.readframes(3200)\n"
    "        ws.send_binary(data)\n        time.sleep({wait})\n",
    "coroutine": "async def main():\n"
    f"    async with websockets.connect('{V2}') as ws:\n"
    "        with open('a.raw', 'rb') as file:\n            while chunk := file.read(6400):\n"
    "                await ws.send(chunk)\n                await asyncio.sleep({wait})\n\n\nasyncio.run(main())\n",
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_faster_than_real_time_is_told_with_its_numbers(file: str) -> None:
    (told,) = migrate(HEAD + file.format(wait="0.05")).left("V3M203")
    assert "200 ms of audio every 50 ms are 4 times real time" in told
    assert "wait 0.2 seconds" in told


@pytest.mark.parametrize("wait", ["0.2", "0.18", "0", "delay()"])
@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_at_its_own_pace_or_at_an_unknown_one_is_not(file: str, wait: str) -> None:
    assert migrate(HEAD + file.format(wait=wait)).left("V3M203") == []
