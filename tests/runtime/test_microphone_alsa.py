"""The real PortAudio, through PyAudio and through sounddevice, records a known file through ALSA, and the replay server
receives those bytes.

ALSA's `file` plugin over `null` has no clock: it hands the file out as fast as it is read, then silence for ever.
The microphone source holds such a device to real time itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from runtime.replay import ReplayServer

SESSION = Path(__file__).parents[2] / "fixtures" / "sessions" / "dictation-f1.jsonl"

ALSA = """
pcm.recorded {{
    type file
    slave.pcm {{ type null }}
    file "/dev/null"
    infile "{infile}"
    format "raw"
}}
pcm.default {{ type plug slave.pcm "recorded" }}
"""

#: What is put before a program that is to use a package.
USING = {"pyaudio": "", "sounddevice": "import sys; sys.modules['pyaudio'] = None\n"}

LISTEN = """
import argparse, sys
from runtime.commands import listen
parser = argparse.ArgumentParser()
listen.configure(parser)
sys.exit(listen.run(parser.parse_args()))
"""

CAPTURE = """
import sys, threading
from runtime.sources import Microphone
wanted = int(sys.argv[1])
microphone = Microphone("recorded")
assert microphone.audio.sample_rate == 16000
heard, chunks = b"", microphone.chunks(threading.Event())
while len(heard) < wanted:
    heard += next(chunks)
chunks.close()
sys.stdout.buffer.write(heard[:wanted])
"""


@pytest.fixture
def samples() -> bytes:
    with wave.open(str(SESSION.with_name("dictation.wav"))) as file:
        return file.readframes(file.getnframes())


@pytest.fixture
def environment(tmp_path: Path, samples: bytes) -> dict[str, str]:
    """A machine whose only microphone plays the fixture's audio."""
    infile = tmp_path / "in.raw"
    infile.write_bytes(samples)
    configuration = tmp_path / "asound.conf"
    configuration.write_text(ALSA.format(infile=infile))
    return {**os.environ, "ALSA_CONFIG_PATH": str(configuration), "ASSEMBLYAI_API_KEY": "test key"}


@pytest.mark.parametrize("library", USING)
def test_the_microphone_source_records_byte_for_byte(library: str, environment: dict[str, str], samples: bytes) -> None:
    wanted = samples[:64_000]  # two seconds of it
    command = [sys.executable, "-c", f"{USING[library]}{CAPTURE}assert {library!r} in sys.modules", str(len(wanted))]
    run = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=True)
    assert run.stdout == wanted
    assert run.stderr == b""  # what ALSA and JACK say while PortAudio looks for devices stays off the terminal


def test_listen_records_and_shows_the_finals(environment: dict[str, str], samples: bytes) -> None:
    with ReplayServer(SESSION, keep_audio=True) as server:
        command = [sys.executable, "-c", USING["sounddevice"] + LISTEN, "--url", server.url, "--device", "recorded"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as listening:
            assert listening.stdout is not None
            finals = [listening.stdout.readline().strip()]
            listening.terminate()
            finals += listening.stdout.read().splitlines()
        [session] = server.wait_for_sessions()
        assert listening.returncode == 0
    assert finals == session.finals
    assert session.violations == []
    assert session.terminated
    assert session.audio is not None
    assert len(session.audio) > 50_000
    assert samples.startswith(bytes(session.audio[: len(samples)]))


@pytest.mark.parametrize("library", USING)
def test_the_list_of_devices(library: str, environment: dict[str, str]) -> None:
    command = [sys.executable, "-c", USING[library] + LISTEN, "--list-devices"]
    listing = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert [line.split(maxsplit=3)[3] for line in listing.stdout.splitlines()] == ["recorded", "default  (default)"]
