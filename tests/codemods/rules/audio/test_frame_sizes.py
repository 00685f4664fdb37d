"""How much sound a frame holds (V3M202): known, moved into range, or said."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

SOCKET = 'import websocket\n\nws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?{query}")\n'
PCM, MULAW = "sample_rate=16000", "sample_rate=8000&encoding=pcm_mulaw"
MICROPHONE = "import pyaudio\nstream = pyaudio.PyAudio().open(rate={rate}, channels=1, format=8, input=True)\n"


def send(source: str, query: str = PCM) -> str:
    return SOCKET.format(query=query) + source


@pytest.mark.parametrize(
    ("query", "source", "after"),
    [
        (PCM, "ws.send_binary(open('a', 'rb').read(640))", "read(1600)"),
        (MULAW, "ws.send_binary(open('a', 'rb').read(160))", "read(400)"),
        ("sample_rate=44100", "ws.send_binary(open('a', 'rb').read(1024))", "read(4410)"),
        (PCM, MICROPHONE.format(rate=16000) + "ws.send_binary(stream.read(320))", "stream.read(800)"),
        ("sample_rate=11025", MICROPHONE.format(rate=11025) + "ws.send_binary(stream.read(256))", "stream.read(552)"),
        (PCM, "SIZE = 512\nwhile chunk := open('a', 'rb').read(SIZE):\n    ws.send_binary(chunk)", "SIZE = 1600"),
        (
            PCM,
            "import sys\nfor chunk in iter(lambda: sys.stdin.buffer.read(320), b''):\n    ws.send_binary(chunk)",
            "read(1600)",
        ),
        (
            PCM,
            "import wave\nwith wave.open('a.wav') as file:\n    ws.send_binary(file.readframes(160))",
            "readframes(800)",
        ),
        (
            PCM,
            "import base64, json, queue\nwaiting = queue.Queue()\n\n\n"
            "def fill(file):\n    waiting.put(file.read(320))\n\n\n"
            "fill(open('a', 'rb'))\n"
            "ws.send(json.dumps({'audio_data': base64.b64encode(waiting.get()).decode()}))",
            "waiting.put(file.read(1600))",
        ),
        (
            PCM,
            "import subprocess\nffmpeg = subprocess.Popen(['ffmpeg'], stdout=subprocess.PIPE)\n"
            "ws.send_binary(ffmpeg.stdout.read(1024))",
            "read(1600)",
        ),
        (
            PCM,
            "import pyaudio\n\n\ndef block(data, count, time, status):\n    ws.send_binary(data)\n\n\n"
            "pyaudio.PyAudio().open(rate=16000, channels=1, format=8, frames_per_buffer=512, stream_callback=block)",
            "frames_per_buffer=800",
        ),
    ],
)
def test_moved_into_range(query: str, source: str, after: str) -> None:
    result = migrate(send(source + "\n", query))
    assert after in result.text
    assert len(result.fixed("V3M202")) == 1
    assert result.left("V3M202") == []


@pytest.mark.parametrize(
    "source",
    [
        "ws.send_binary(open('a', 'rb').read(1600))\n",
        "ws.send_binary(open('a', 'rb').read(32000))\n",
        MICROPHONE.format(rate=16000) + "ws.send_binary(stream.read(3200))\n",
        "import wave\nfile = wave.open('a.wav')\nws.send_binary(file.readframes(file.getframerate() // 10))\n",
        "RATE = 16000\nSECONDS = 0.2\n"
        + MICROPHONE.format(rate="RATE")
        + "ws.send_binary(stream.read(int(RATE * SECONDS)))\n",
        "import base64, json\nmessage = json.loads(input())\npending = b''\n"
        "pending += base64.b64decode(message.get('media').get('payload'))\nws.send_binary(pending)\n",
    ],
)
def test_left_alone(source: str) -> None:
    result = migrate(send(source))
    assert result.fixed("V3M202") == result.left("V3M202") == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "import time\nwhile chunk := open('a', 'rb').read(640):\n    ws.send_binary(chunk)\n    time.sleep(0.02)\n",
            "20 ms",
        ),
        ("ws.send_binary(open('a', 'rb').read(64000))\n", "2000 ms"),
        ("RATE = 16000\nws.send_binary(open('a', 'rb').read(RATE * 2 // 50))\n", "1600 bytes are 50 ms"),
        ("import sys\nws.send_binary(open('a', 'rb').read(int(sys.argv[1])))\n", "check the size"),
        (
            "import base64, json\nmessage = json.loads(input())\n"
            "ws.send_binary(base64.b64decode(message['media']['payload']))\n",
            "gather",
        ),
    ],
)
def test_said(source: str, message: str) -> None:
    result = migrate(send(source))
    (found,) = result.left("V3M202")
    assert message in found
    assert result.fixed("V3M202") == []


@pytest.mark.parametrize(
    "source",
    [
        "def feed(chunk):\n    ws.send_binary(chunk)\n",
        "import base64, json, queue\nline = queue.Queue()\n"
        "data = base64.b64encode(line.get()).decode()\nws.send(json.dumps({'audio_data': data}))\n",
    ],
)
def test_said_where_mu_law_comes_from_outside(source: str) -> None:
    (found,) = migrate(send(source, MULAW)).left("V3M202")
    assert "check what is sent here" in found
    assert migrate(send(source, PCM)).left("V3M202") == []


@pytest.mark.parametrize("size", ["self.rate // 10", "int(self.rate * 0.2)", "int(0.1 * self.rate)"])
def test_a_part_of_the_rate_is_a_time_whatever_the_rate_is(size: str) -> None:
    source = (
        "import json\n\nimport pyaudio\nimport websocket\n\n\nclass Live:\n    def __init__(self, rate=16000):\n"
        "        self.rate = rate\n"
        '        url = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=" + str(rate)\n'
        "        self.ws = websocket.create_connection(url)\n\n"
        "    def run(self):\n        audio = pyaudio.PyAudio()\n"
        "        stream = audio.open(rate=self.rate, channels=1, format=8, input=True)\n"
        f"        while True:\n            self.ws.send_binary(stream.read({size}))\n\n\nLive(options.rate).run()\n"
    )
    result = migrate(source)
    assert result.left("V3M202") == result.fixed("V3M202") == []


def test_said_where_the_rate_is_out_of_sight() -> None:
    source = (
        'import sys\nimport websocket\n\nws = websocket.create_connection(\n    "wss://api.assemblyai.com/v2/realtime/ws'
        '?sample_rate=" + sys.argv[1]\n)\n'
        "ws.send_binary(open('a', 'rb').read(1024))\n"
    )
    (found,) = migrate(source).left("V3M202")
    assert "check the size" in found


def test_the_programs_own_reads_stay() -> None:
    source = send("ws.send_binary(open('a', 'rb').read(3200))\nhead = open('b', 'rb').read(16)\n")
    assert "read(16)" in migrate(source).text


@pytest.mark.parametrize(
    "data",
    [
        'b"\\0" * 10',
        "bytes(320)",
        'json.dumps({"audio_data": base64.b64encode(b"\\0" * 10).decode()})',
        'json.dumps({"audio_data": base64.b64encode(bytes(100)).decode("ascii")})',
    ],
)
@pytest.mark.parametrize("send", ["ws.send({})", "live.ws.send({})"])
def test_silence_too_short_to_keep_a_session_open_is_told(data: str, send: str) -> None:
    source = (
        "import base64\nimport json\n\nfrom websockets.sync.client import connect\n\n\nclass Live:\n"
        '    ws = connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")\n\n\n'
        f"live = Live()\nws = live.ws\nprint(ws.recv())\n{send.format(data)}\nws.send(bytes(3200))\n"
    )
    (told,) = migrate(source).left("V3M202")
    assert "KeepAlive" in told and "50 to 1000 ms" in told
