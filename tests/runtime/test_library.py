"""The client as a library: the programs of its page run as they stand, and what it says is in the code."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import wave
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import runtime.client
import runtime.sources
from codemods.protocol import V3_TYPES
from runtime.client import Begin, Listener, StreamingClient, StreamingOptions, Turn
from runtime.replay import ReplayServer
from runtime.sources import AudioFormat, QueueSource
from runtime.testing import serve
from tests.runtime.sessions import FINALS, FOLDER, SPEED, recording
from tests.runtime.test_microphone_alsa import ALSA

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "client.md").read_text(encoding="utf-8")
PROGRAMS = dict(re.findall(r'```python title="(\w+\.py)"\n(.*?)```', PAGE, re.DOTALL))


def run(name: str, folder: Path, talk: Path, variables: Mapping[str, str]) -> list[str]:
    """Run a program of the page on a file, or on the microphone until it has shown a sentence; return its lines."""
    (folder / name).write_text(PROGRAMS[name])
    words = [sys.executable, name, *([] if name == "microphone.py" else [str(talk)])]
    environment = {**variables, "ASSEMBLYAI_API_KEY": "any", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        timer = threading.Timer(60, process.kill)
        timer.start()
        lines = []
        for line in process.stdout:
            lines.append(line.strip())
            if name == "microphone.py" and lines[-1] == FINALS[0]:
                process.send_signal(signal.SIGINT)
        timer.cancel()
    assert process.returncode == 0
    return lines


def test_the_programs_of_the_page_run(tmp_path: Path) -> None:
    assert PROGRAMS.keys() == {"file.py", "microphone.py", "telephone.py", "coroutines.py"}
    talk, raw, alsa = tmp_path / "talk.wav", tmp_path / "talk.raw", tmp_path / "asound.conf"
    with wave.open(str(FOLDER / "dictation.wav")) as whole, wave.open(str(talk), "wb") as first:
        first.setparams(whole.getparams())
        samples = whole.readframes(40_000)  # the first sentence, and the pause after it
        first.writeframes(samples)
    raw.write_bytes(samples)
    alsa.write_text(ALSA.format(infile=raw))
    with serve() as server, ThreadPoolExecutor(4) as pool:
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        base = {**os.environ, "ALSA_CONFIG_PATH": str(alsa), "PYTHONPATH": os.pathsep.join(paths)}
        variables = server.environment(base)
        shown = {name: pool.submit(run, name, tmp_path, talk, variables) for name in PROGRAMS}
        lines = {name: future.result() for name, future in shown.items()}
        sessions = server.sessions
    # Behind what was recorded, the microphone hears silence, and the recorded session goes on.
    assert FINALS[0] in lines.pop("microphone.py")
    for said in lines.values():
        assert [line for line in said if line in FINALS] == FINALS[:1]
    assert lines["file.py"][-1].endswith(" s, 1 finals")
    assert len(sessions) == 4
    assert all(session.terminated and session.violations == [] for session in sessions)


def test_the_page_names_every_message_error_and_source() -> None:
    named = set(re.findall(r"`(\w+)(?:\(.*?\))?`", PAGE))
    assert named >= V3_TYPES
    errors = {name for name in runtime.client.__all__ if name.endswith("Error")}
    assert errors <= named
    assert set(runtime.client.__all__) <= named | {"Listener", "Statistics", "StreamingClient"}
    assert {name for name in runtime.sources.__all__ if name.endswith("Source")} <= named | {"Source"}


class Told(Listener):
    def __init__(self) -> None:
        self.finals: list[str] = []
        self.begun = threading.Event()

    def on_begin(self, begin: Begin) -> None:
        self.begun.set()

    def on_final(self, turn: Turn) -> None:
        self.finals.append(turn.text)


def test_pieces_of_any_length_are_sent_as_chunks_and_controls_between_them() -> None:
    audio = recording().load_audio()
    line, told = QueueSource(AudioFormat(16_000)), Told()
    with ReplayServer(recording(), speed=SPEED, keep_audio=True) as server:
        options = StreamingOptions(api_key="any", url=server.url, speed=SPEED)
        with StreamingClient(line, told, options) as client:
            assert told.begun.wait(10)
            client.update_configuration(max_turn_silence=700)
            client.keep_alive()
            for start in range(0, len(audio), 640):
                line.put(audio[start : start + 640])
            client.force_endpoint()
            line.end()
            assert client.wait(20)
        (session,) = server.wait_for_sessions()
    assert told.finals == FINALS
    assert session.violations == []
    assert line.dropped == 0
    assert bytes(session.audio or b"").startswith(audio)
    controls = [frame.control for frame in session.frames if frame.control]
    assert {"type": "UpdateConfiguration", "max_turn_silence": 700} in controls
    assert [control["type"] for control in controls][-1] == "Terminate"
    assert {"type": "KeepAlive"} in controls
    assert {"type": "ForceEndpoint"} in controls


def test_what_was_changed_holds_after_a_reconnection() -> None:
    line, told = QueueSource(AudioFormat(16_000)), Told()
    audio = recording().load_audio()
    with ReplayServer(recording(), speed=SPEED, faults=["reset_peer:times=1@3000"], resume=True) as server:
        options = StreamingOptions(api_key="any", url=server.url, speed=SPEED, reconnects=3, backoff=0.01)
        with StreamingClient(line, told, options) as client:
            client.update_configuration(max_turn_silence=700)
            client.update_configuration(keyterms_prompt=["notes"])
            for start in range(0, len(audio), 3200):
                line.put(audio[start : start + 3200])
            line.end()
            assert client.wait(20)
        first, second = server.wait_for_sessions(2)
    assert told.finals == FINALS
    merged = {"type": "UpdateConfiguration", "max_turn_silence": 700, "keyterms_prompt": ["notes"]}
    assert next(frame.control for frame in second.frames if frame.control) == merged
    assert len([frame for frame in first.frames if frame.control]) == 2


def test_a_queue_that_is_full_gives_up_what_is_oldest() -> None:
    line = QueueSource(AudioFormat(16_000), most=2)
    for value in range(4):
        line.put(bytes([value]) * 1600)
    assert line.dropped == 2
    stop = threading.Event()
    chunks = line.chunks(stop)
    assert [next(chunks)[0], next(chunks)[0]] == [2, 3]
    stop.set()
    assert list(chunks) == []
