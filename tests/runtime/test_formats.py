"""Whatever a source's format is, the service gets it as it is, in chunks that it takes, to the last."""

from __future__ import annotations

import os
import random
import struct
import threading
from pathlib import Path

import pytest

from runtime.client.client import StreamingClient
from runtime.client.listener import Listener
from runtime.client.options import StreamingOptions
from runtime.replay import ReplayServer
from runtime.sources import FileSource, PipeSource, Silence, Source
from runtime.sources.audio import AudioFormat
from tests.runtime.sessions import recording

SPEED = 50.0
FORMATS = [
    *(AudioFormat(rate) for rate in (8000, 11_025, 22_050, 44_100, 48_000)),
    *(AudioFormat(rate, "pcm_mulaw") for rate in (8000, 11_025)),
]


def samples(audio: AudioFormat) -> bytes:
    """Return 517 ms: no whole number of chunks."""
    return random.Random(1).randbytes(audio.size(517))


def wav(audio: AudioFormat, data: bytes) -> bytes:
    """Return a WAV file; the standard library writes none in mu-law."""
    code, width = (7, 1) if audio.encoding == "pcm_mulaw" else (1, 2)
    head = struct.pack("<HHIIHH", code, 1, audio.sample_rate, audio.sample_rate * width, width, width * 8)
    chunks = b"WAVE" + b"fmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def received(source: Source) -> bytes:
    """Stream a source; return the audio that the server got, having checked how."""
    with ReplayServer(recording(), speed=SPEED, keep_audio=True) as server:
        StreamingClient(source, Listener(), StreamingOptions(api_key="k", url=server.url, speed=SPEED)).run()
        [record] = server.wait_for_sessions()
    assert record.violations == []
    assert record.terminated
    assert record.query["sample_rate"] == str(source.audio.sample_rate)
    assert record.query["encoding"] == source.audio.encoding
    lengths = [frame.milliseconds for frame in record.frames if frame.milliseconds is not None]
    assert lengths
    assert all(50 <= length <= 1000 for length in lengths)
    assert record.audio is not None
    return bytes(record.audio)


@pytest.mark.parametrize("audio", FORMATS, ids=str)
@pytest.mark.parametrize("kind", ["wav", "raw"])
def test_a_file(tmp_path: Path, audio: AudioFormat, kind: str) -> None:
    data, path = samples(audio), tmp_path / "audio"
    path.write_bytes(wav(audio, data) if kind == "wav" else data)
    source = FileSource(path, audio if kind == "raw" else None, speed=SPEED)
    assert source.audio == audio
    heard = received(source)
    assert heard[: len(data)] == data
    assert set(heard[len(data) :]) <= set(audio.silence)


@pytest.mark.parametrize("audio", FORMATS, ids=str)
def test_a_pipe(audio: AudioFormat) -> None:
    data = samples(audio)
    reading, writing = os.pipe()

    def feed() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(wav(audio, data))

    feeder = threading.Thread(target=feed)
    feeder.start()
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        heard = received(PipeSource(pipe, speed=SPEED))
    feeder.join()
    assert heard[: len(data)] == data


@pytest.mark.parametrize("audio", FORMATS, ids=str)
def test_silence(audio: AudioFormat) -> None:
    heard = received(Silence(audio, seconds=0.5, speed=SPEED))
    assert set(heard) == set(audio.silence)
    assert audio.duration(len(heard)) >= 500
