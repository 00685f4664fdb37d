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


PACKETS = {
    "Discord's sink": (
        "import discord\n\n\nclass Ears(discord.sinks.Sink):\n    def write(self, data, user):\n"
        "        ws.send_binary(data)\n",
        "Discord",
    ),
    "a sink that receives": (
        "from discord.ext import voice_recv\n\n\nclass Ears(voice_recv.AudioSink):\n    def write(self, user, data):\n"
        "        frames.put(data.pcm)\n\n\ndef send():\n" + SENDS,
        "Discord",
    ),
    "a sink with a callback": (
        "from discord.ext import voice_recv\n\n"
        "ears = voice_recv.BasicSink(lambda user, data: ws.send_binary(data.pcm))\n",
        "Discord",
    ),
    "made mono on its way": (
        "import audioop\nimport discord\n\n\nclass Ears(discord.sinks.PCMSink):\n    def write(self, data, user):\n"
        "        mono = audioop.tomono(data[0:3840], 2, 0.5, 0.5)\n        ws.send_binary(mono)\n",
        "Discord",
    ),
    "a track of aiortc": (
        "from av.audio.resampler import AudioResampler\n\nresampler = AudioResampler('s16', 'mono', 16000)\n\n\n"
        "def feed(frame):\n    for part in resampler.resample(frame):\n        ws.send_binary(bytes(part.planes[0]))\n",
        "WebRTC",
    ),
    "frames of streamlit-webrtc": (
        "from streamlit_webrtc import webrtc_streamer\n\nctx = webrtc_streamer(key='a')\n"
        "for frame in ctx.audio_receiver.get_frames(timeout=1):\n    ws.send_binary(frame.to_ndarray().tobytes())\n",
        "WebRTC",
    ),
    "its callback, with pydub": (
        "import pydub\nfrom streamlit_webrtc import webrtc_streamer\n\n\ndef heard(frame):\n"
        "    sound = frame.to_ndarray().tobytes()\n"
        "    piece = pydub.AudioSegment(data=sound, sample_width=2, frame_rate=48000, channels=2)\n"
        "    ws.send_binary(piece.set_channels(1).set_frame_rate(16000).raw_data)\n\n\n"
        "webrtc_streamer(key='a', audio_frame_callback=heard)\n",
        "WebRTC",
    ),
}


@pytest.mark.parametrize(("program", "line"), PACKETS.values(), ids=PACKETS)
def test_packets_of_twenty_milliseconds_are_told(program: str, line: str) -> None:
    (told,) = migrate(HEAD + program).left("V3M202")
    assert told == f"{line} frames of 20 ms are too short for v3 (50 to 1000 ms): gather a few before sending"


def test_packets_that_a_program_gathers_are_not() -> None:
    gathers = (
        "import discord\n\n\nclass Ears(discord.sinks.Sink):\n    held = b''\n\n    def write(self, data, user):\n"
        "        self.held += data\n        if len(self.held) >= 6400:\n            ws.send_binary(self.held)\n"
        "            self.held = b''\n"
    )
    assert migrate(HEAD + gathers).left("V3M202") == []


def test_the_client_of_the_sdk_gathers_packets() -> None:
    program = (
        "import assemblyai as aai\nimport discord\n\n"
        "session = aai.RealtimeTranscriber(sample_rate=48_000, on_data=print)\n"
        "session.connect()\n\n\nclass Ears(discord.sinks.Sink):\n    def write(self, data, user):\n"
        "        session.stream(data)\n"
    )
    assert "BufferedStreamingClient(" in migrate(program).text


BLOCKS = {
    "soundcard": (
        "import soundcard\n\nwith soundcard.default_microphone().recorder(samplerate=16000) as recorder:\n"
        "    while True:\n        ws.send_binary((recorder.record({size}) * 32767).astype('int16').tobytes())\n",
        512,
        800,
    ),
    "one recording after the other": (
        "while True:\n    ws.send_binary(sd.rec({size}, samplerate=16000, channels=1, dtype='int16').tobytes())\n",
        480,
        800,
    ),
    "miniaudio": (
        "import miniaudio\n\n\ndef pass_on():\n    while True:\n        data = yield\n"
        "        ws.send_binary(data)\n\n\n"
        "device = miniaudio.CaptureDevice(sample_rate=16000, buffersize_msec={size})\ngenerator = pass_on()\n"
        "next(generator)\ndevice.start(generator)\n",
        20,
        50,
    ),
    "through a loop's thread": (
        "loop = asyncio.get_event_loop()\nwaiting = asyncio.Queue()\n\n\ndef heard(data, count, when, status):\n"
        "    loop.call_soon_threadsafe(waiting.put_nowait, bytes(data))\n\n\nasync def main():\n"
        f"    async with websockets.connect('{V2}') as socket:\n"
        "        with sd.RawInputStream(samplerate=16000, blocksize={size}, callback=heard):\n"
        "            while True:\n                await socket.send(await waiting.get())\n\n\nasyncio.run(main())\n",
        320,
        800,
    ),
    "a queue of a dataclass": (
        "from dataclasses import dataclass, field\n\n\n@dataclass\nclass Bot:\n"
        "    frames: queue.Queue = field(default_factory=queue.Queue)\n\n"
        "    def heard(self, data, count, when, status):\n"
        "        self.frames.put(bytes(data))\n\n    def run(self):\n"
        "        with sd.RawInputStream(samplerate=16000, blocksize={size}, callback=self.heard):\n"
        "            while True:\n                ws.send_binary(self.frames.get())\n",
        320,
        800,
    ),
    "in JSON, read where it is sent": (
        "import base64\nimport json\nimport subprocess\n\n"
        "recorder = subprocess.Popen(['arecord'], stdout=subprocess.PIPE)\n"
        "while True:\n"
        "    ws.send(json.dumps({{'audio_data': base64.b64encode(recorder.stdout.read({size})).decode()}}))\n",
        640,
        1600,
    ),
    "in JSON, kept in a variable": (
        "import base64\nimport json\n\nwith open('a.raw', 'rb') as file:\n    while True:\n"
        "        data = base64.b64encode(file.read({size})).decode()\n"
        "        ws.send(json.dumps({{'audio_data': data}}))\n",
        640,
        1600,
    ),
}


@pytest.mark.parametrize(("program", "size", "right"), BLOCKS.values(), ids=BLOCKS)
def test_a_known_size_becomes_fifty_milliseconds(program: str, size: int, right: int) -> None:
    source = HEAD + program.format(size=size)
    result = migrate(source)
    assert len(result.fixed("V3M202")) == 1
    assert f"{right}" in result.text and f"{size}" not in result.text.replace("16000", "")
    assert migrate(result.text).text == result.text


def test_a_pace_worked_out_from_the_length_of_a_frame_is_told() -> None:
    program = (
        "MS = 100\nfile = wave.open('a.wav')\ncount = file.getframerate() * MS // 1000\n"
        "while data := file.readframes(count):\n    ws.send_binary(data)\n    time.sleep(MS / 1000 / 2)\n"
    )
    (told,) = migrate(HEAD + program).left("V3M203")
    assert "100 ms of audio every 50 ms are 2 times real time" in told
