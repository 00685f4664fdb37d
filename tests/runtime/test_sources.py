"""Files, pipes and silence as audio sources; the microphone's rules with a PortAudio that is played."""

from __future__ import annotations

import builtins
import io
import math
import os
import struct
import sys
import threading
import wave
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import IO

import pytest

from runtime.sources import FileSource, Microphone, PipeSource, Silence, Source, SourceError, list_devices
from runtime.sources.audio import PCM_MULAW, AudioFormat

GO_ON = threading.Event()
SAMPLES = struct.pack("<12345h", *(number % 30_000 - 15_000 for number in range(12_345)))


def read(source: Source) -> bytes:
    chunks = list(source.chunks(threading.Event()))
    for chunk in chunks:
        assert 50 <= source.audio.duration(len(chunk)) <= 1000
    return b"".join(chunks)


def wav(
    body: bytes, code: int = 1, channels: int = 1, rate: int = 22_050, bits: int = 16, size: int | None = None
) -> bytes:
    """Return a WAV file with a chunk before the audio, as recorders write them, and one behind it."""
    layout = struct.pack("<HHIIHH", code, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits)
    length = len(body) if size is None else size
    return (
        b"RIFF\0\0\0\0WAVE"
        + struct.pack("<4sI", b"fmt ", len(layout))
        + layout
        + struct.pack("<4sI", b"LIST", 3)
        + b"abc\0"
        + struct.pack("<4sI", b"data", length)
        + body
        + (b"LIST\x04\0\0\0tail" if size is None else b"")
    )


def test_a_wav_file_of_the_standard_library(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(SAMPLES)
    source = FileSource(path, speed=math.inf)
    assert source.audio == AudioFormat(44_100)
    assert read(source).rstrip(b"\0") == SAMPLES.rstrip(b"\0")


@pytest.mark.parametrize("milliseconds", [50, 333, 1000])
def test_only_the_audio_of_a_wav_file_is_sent(tmp_path: Path, milliseconds: int) -> None:
    path = tmp_path / "speech.wav"
    path.write_bytes(wav(SAMPLES))
    heard = read(FileSource(path, speed=math.inf, milliseconds=milliseconds))
    assert heard[: len(SAMPLES)] == SAMPLES
    assert not heard[len(SAMPLES) :].strip(b"\0")


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_wav_header_without_a_length_means_until_the_end(tmp_path: Path, size: int) -> None:
    path = tmp_path / "streamed.wav"
    path.write_bytes(wav(SAMPLES, size=size))
    assert read(FileSource(path, speed=math.inf))[: len(SAMPLES)] == SAMPLES


def test_a_mu_law_wav_file(tmp_path: Path) -> None:
    path = tmp_path / "telephone.wav"
    path.write_bytes(wav(b"\x12" * 900, code=7, rate=8000, bits=8))
    source = FileSource(path, speed=math.inf)
    assert source.audio == AudioFormat(8000, PCM_MULAW)
    assert read(source) == b"\x12" * 900 + b"\xff" * 300


def test_an_extensible_header_says_the_format_further_behind(tmp_path: Path) -> None:
    path = tmp_path / "extensible.wav"
    layout = struct.pack("<HHIIHHHHIH14x", 0xFFFE, 1, 16_000, 32_000, 2, 16, 22, 16, 4, 1)
    path.write_bytes(b"RIFF\0\0\0\0WAVEfmt \x28\0\0\0" + layout + struct.pack("<4sI", b"data", len(SAMPLES)) + SAMPLES)
    assert read(FileSource(path, speed=math.inf))[: len(SAMPLES)] == SAMPLES


def test_anything_else_is_raw_audio_of_the_given_format(tmp_path: Path) -> None:
    path = tmp_path / "speech.raw"
    path.write_bytes(SAMPLES)
    source = FileSource(path, AudioFormat(8000), speed=math.inf)
    assert source.audio == AudioFormat(8000)
    assert read(source)[: len(SAMPLES)] == SAMPLES


def test_an_empty_file_has_no_chunks(tmp_path: Path) -> None:
    path = tmp_path / "empty.raw"
    path.write_bytes(b"")
    assert list(FileSource(path).chunks(GO_ON)) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (wav(SAMPLES, channels=2), "2 channels.*-ac 1"),
        (wav(SAMPLES, bits=24), "24 bits.*pcm_s16le"),
        (wav(SAMPLES, code=3, bits=32), "format 3"),
        (wav(SAMPLES)[:30], "cut short"),
        (b"RIFF\0\0\0\0AVI LIST", "not a WAV"),
        (b"RIFF\0\0\0\0WAVEdata\x04\0\0\0abcd", "no format"),
        (wav(SAMPLES, rate=0), "rate is 0"),
    ],
)
def test_what_the_service_does_not_take_is_said_with_the_way_out(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "odd.wav"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=f"odd.wav: .*{message}"):
        FileSource(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.wav: No such file"):
        FileSource(tmp_path / "nowhere.wav")


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_a_file_is_closed_when_its_chunks_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "speech.raw"
    path.write_bytes(SAMPLES)
    source = FileSource(path, speed=math.inf)
    opened: list[IO[bytes]] = []
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda *arguments: opened.append(real(*arguments)) or opened[-1])
    chunks = source.chunks(GO_ON)
    next(chunks)
    assert [file.closed for file in opened] == [False]
    chunks.close()
    assert [file.closed for file in opened] == [True]


def test_stop_ends_a_file_in_the_middle_of_a_wait(tmp_path: Path) -> None:
    path = tmp_path / "speech.raw"
    path.write_bytes(SAMPLES)
    stop = threading.Event()
    heard: list[bytes] = []

    def listen() -> None:
        heard.extend(FileSource(path, speed=1e-6).chunks(stop))

    thread = threading.Thread(target=listen)
    thread.start()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert heard == []


class Pipe:
    """A pipe that is written by hand."""

    def __init__(self) -> None:
        end, self._writer = os.pipe()
        self.reader = io.FileIO(end)

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._writer, data[:4096]) :]

    def end(self) -> None:
        os.close(self._writer)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.reader.close()


@pytest.mark.parametrize("head", [wav(b"", size=0xFFFFFFFF), b""])
def test_a_pipe_of_wav_or_raw_audio_that_comes_in_pieces(pipe: Pipe, head: bytes) -> None:
    def feed() -> None:
        for start in range(0, len(head + SAMPLES), 7):
            pipe.write((head + SAMPLES)[start : start + 7])
        pipe.end()

    feeder = threading.Thread(target=feed)
    feeder.start()
    source = PipeSource(pipe.reader, AudioFormat(8000), speed=math.inf)
    assert source.audio.sample_rate == (22_050 if head else 8000)
    assert read(source)[: len(SAMPLES)] == SAMPLES
    feeder.join()


def test_stop_ends_a_pipe_on_which_nothing_comes(pipe: Pipe) -> None:
    pipe.write(b"\1\0\1\0")
    source = PipeSource(pipe.reader)
    stop = threading.Event()
    thread = threading.Thread(target=lambda: list(source.chunks(stop)))
    thread.start()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    pipe.end()


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_mulaw"])
def test_silence(encoding: str) -> None:
    audio = AudioFormat(8000, encoding)
    assert read(Silence(audio, seconds=1.01, speed=math.inf)) == audio.silence * audio.size(1050)


def test_endless_silence_ends_with_stop() -> None:
    stop = threading.Event()
    chunks = Silence(AudioFormat(), speed=math.inf).chunks(stop)
    next(chunks)
    stop.set()
    assert list(chunks) == []


class FakeStream:
    """Delivers numbered samples, then stops delivering or fails."""

    def __init__(self, delivers: int, fails: bool) -> None:
        self.taken = 0
        self.closed = False
        self._delivers = delivers
        self._fails = fails

    def get_read_available(self) -> int:
        if self.taken >= self._delivers and self._fails:
            raise OSError(-9988, "Stream closed")
        return self._delivers - self.taken

    def read(self, frames: int, exception_on_overflow: bool) -> bytes:
        assert not exception_on_overflow
        block = struct.pack(f"<{frames}h", *range(self.taken, self.taken + frames))
        self.taken += frames
        return block

    def close(self) -> None:
        self.closed = True


class FakePyAudio(ModuleType):
    """PyAudio with two devices that record, one of them at 48 kHz only, and one that plays."""

    paInt16 = 8  # noqa: N815

    def __init__(self) -> None:
        super().__init__("pyaudio")
        self.alive = 0
        self.streams: list[FakeStream] = []
        self.delivers = 10_000
        self.fails = False
        self.opens = True
        self.infos = [
            {"index": 0, "name": "Speakers", "maxInputChannels": 0, "defaultSampleRate": 44_100.0},
            {"index": 1, "name": "USB mic", "maxInputChannels": 1, "defaultSampleRate": 48_000.0},
            {"index": 2, "name": "Built-in mic", "maxInputChannels": 2, "defaultSampleRate": 44_100.0},
        ]

    def PyAudio(self) -> FakePyAudio:  # noqa: N802
        self.alive += 1
        return self

    def terminate(self) -> None:
        self.alive -= 1

    def get_device_count(self) -> int:
        return len(self.infos)

    def get_device_info_by_index(self, index: int) -> dict[str, object]:
        return self.infos[index]

    def get_default_input_device_info(self) -> dict[str, object]:
        if len(self.infos) < 3:
            raise OSError("No Default Input Device Available")
        return self.infos[2]

    def is_format_supported(self, rate: int, input_device: int, input_channels: int, input_format: int) -> bool:
        if input_device == 1 and rate != 48_000:
            raise ValueError("Invalid sample rate", -9997)
        return True

    def open(self, rate: int, channels: int, format: int, **options: object) -> FakeStream:
        if not self.opens:
            raise OSError(-9985, "Device unavailable")
        self.streams.append(FakeStream(self.delivers, self.fails))
        return self.streams[-1]


@pytest.fixture
def pyaudio(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePyAudio]:
    fake = FakePyAudio()
    monkeypatch.setitem(sys.modules, "pyaudio", fake)
    yield fake
    assert fake.alive == 0
    assert all(stream.closed for stream in fake.streams)


def test_the_microphone_yields_what_the_device_records_and_frees_it(pyaudio: FakePyAudio) -> None:
    microphone = Microphone()
    assert microphone.audio == AudioFormat(16_000)
    assert microphone.device.name == "Built-in mic"
    stop = threading.Event()
    chunks = microphone.chunks(stop)
    heard = next(chunks) + next(chunks)
    assert heard == struct.pack("<1600h", *range(1600))
    assert pyaudio.alive == 1
    stop.set()
    assert list(chunks) == []


def test_a_device_is_chosen_by_index_or_name(pyaudio: FakePyAudio) -> None:
    assert Microphone(1).device.name == Microphone("usb").device.name == "USB mic"
    assert Microphone("usb").audio.sample_rate == 48_000
    with pytest.raises(SourceError, match=r"several devices match 'mic':\n  1  USB mic\n  2  Built-in mic"):
        Microphone("mic")
    with pytest.raises(SourceError, match=r"no device matches 0:\n  1  USB mic"):
        Microphone(0)
    with pytest.raises(SourceError, match="cannot record at 8000 Hz; it prefers 48000 Hz"):
        Microphone(1, 8000)


def test_devices_that_record_are_listed(pyaudio: FakePyAudio) -> None:
    assert [(device.index, device.is_default) for device in list_devices()] == [(1, False), (2, True)]


def test_a_machine_without_a_microphone(pyaudio: FakePyAudio) -> None:
    del pyaudio.infos[1:]
    with pytest.raises(SourceError, match="no device that records"):
        Microphone()


def test_a_device_in_use_and_one_that_is_unplugged_are_errors(pyaudio: FakePyAudio) -> None:
    microphone = Microphone()
    pyaudio.opens = False
    with pytest.raises(SourceError, match=r"'Built-in mic' cannot be opened.*Device unavailable"):
        next(microphone.chunks(GO_ON))
    pyaudio.opens, pyaudio.fails, pyaudio.delivers = True, True, 800
    with pytest.raises(SourceError, match=r"'Built-in mic' has failed.*Stream closed"):
        list(microphone.chunks(GO_ON))


def test_a_device_that_falls_silent_is_given_up(pyaudio: FakePyAudio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.sources.microphone._SILENT_DEVICE_SECONDS", 0.0)
    pyaudio.delivers = 800
    with pytest.raises(SourceError, match="has stopped recording"):
        list(Microphone().chunks(GO_ON))


@pytest.mark.parametrize("missing", [ImportError("No module"), OSError("PortAudio library not found")])
def test_without_portaudio_the_message_names_what_to_install(
    missing: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object, **named: object) -> object:
        if name == "pyaudio":
            raise ImportError
        if name == "sounddevice":
            raise missing
        return real(name, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    hint = r"pip install pyaudio .*portaudio19-dev(.|\n)*pip install sounddevice .*libportaudio2"
    with pytest.raises(SourceError, match=hint):
        Microphone()
