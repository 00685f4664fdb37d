"""Programs recorded as they stand, with `record -- COMMAND`: what comes of it, and whether it replays to the same.

`python -m tests.end_to_end.recordings [NAME...]` records every v3 program of the repository and says what is wrong.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from runtime.recording import SAMPLE_WIDTH, JsonObject, Recording, read
from runtime.replay import ReplayServer
from scripts.matrix import interpreter
from tests.end_to_end.apps import SESSIONS, apps, dictation
from tests.runtime.sessions import Client

EXAMPLES = SESSIONS.parent / "examples"
TALK = SESSIONS / "dictation.wav"
SPEED = 8.0
#: Two programs of the repository only answer telephone calls, and one is a page of Streamlit, which is not installed.
NOT_ALONE = ("phone_relay", "sdk_hotline", "streamlit_board")
_LIMIT = 60.0


@dataclass(frozen=True)
class Recorded:
    """A program to record: where it runs, and whether it is ended by Ctrl+C."""

    name: str
    folder: Path
    command: tuple[str, ...]
    environment: str
    interrupted: bool = False


def programs() -> Iterator[Recorded]:
    """Yield the v3 programs of the repository."""
    for folder in sorted(path for path in EXAMPLES.iterdir() if path.is_dir()):
        yield Recorded(f"examples/{folder.name}", folder, ("bot.py", str(TALK)), "plugin")
    for app in apps():
        if app.name not in NOT_ALONE:
            command = tuple(str(TALK) if word == "{audio}" else word for word in app.command)
            yield Recorded(app.name, app.folder / "v3", command, app.environments[-1], app.stop == "interrupt")


class Said:
    """Listens to the server: when the last final was said, and what was sent in each session."""

    def __init__(self, finals: int) -> None:
        self.all_finals = threading.Event()
        self.turns: dict[object, list[JsonObject]] = {}
        self._finals = finals

    def __call__(self, entry: JsonObject) -> None:
        """Take one happening."""
        if entry["event"] != "said":
            return
        message = json.loads(str(entry["text"]))
        if message.get("type") == "Turn":
            self.turns.setdefault(entry["session"], []).append(message)
            if message["end_of_turn"] and message["turn_is_formatted"] and message["turn_order"] + 1 >= self._finals:
                self.all_finals.set()


def faults(program: Recorded, folder: Path) -> Iterator[str]:
    """Record a program into an empty folder; yield what is wrong with what comes of it."""
    key = secrets.token_hex(16)  # as long as the vendor's
    said = Said(3)
    with ReplayServer(dictation(), speed=SPEED, log=said, messages=True) as server:
        status, output = _record(program, folder / "call.jsonl", server.url, key, said)
        sessions = server.wait_for_sessions(server.served)
    recordings = sorted(folder.glob("*.jsonl"), key=lambda path: (len(path.name), path.name))
    sessions.sort(key=lambda session: session.number)
    if status not in (0, 130) or len(recordings) != len(sessions):
        yield f"exit code {status}, {len(recordings)} recordings of {len(sessions)} sessions: {output[-300:]}"
        return
    for path in folder.iterdir():
        if key.encode() in path.read_bytes() or b"Authorization" in path.read_bytes():
            yield f"{path.name} has the key in it"
    for path, session in zip(recordings, sessions, strict=True):
        recording = read(path)
        if set(recording.header.query.get("token", "REDACTED")) != set("REDACTED"):
            yield f"{path.name} has a token in it"
        again, before = _replayed(recording), said.turns.get(session.number, [])
        if again != before and not (_left_early(recording) and again[:-1] == before):
            yield f"{path.name}: {len(again)} turns again, {len(before)} before"


def _record(program: Recorded, out: Path, service: str, key: str, said: Said) -> tuple[int, str]:
    words = [sys.executable, "-m", "v3_migrate", "record", "--out", str(out), "--service", service, "--"]
    base = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    microphone = Path(__file__).parent / "microphone"
    variables: Mapping[str, str] = base | {
        "ASSEMBLYAI_API_KEY": key,
        "PYTHONPATH": str(microphone),
        "RECORDED": str(TALK),
        "PACE": str(SPEED),
    }
    with subprocess.Popen(
        [*words, str(interpreter(program.environment)), *program.command],
        cwd=program.folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        # Ctrl+C is for all that the terminal has in front.
        timer = threading.Timer(_LIMIT, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        if program.interrupted and said.all_finals.wait(_LIMIT):
            time.sleep(0.5)
            os.killpg(process.pid, signal.SIGINT)
        output, _ = process.communicate()
        timer.cancel()
    return process.returncode, output


def _left_early(recording: Recording) -> bool:
    """Return whether the program did not wait for the end: who waits is told of one more turn, without a word."""
    return not any(event.message and event.message.get("type") == "Termination" for event in recording.events)


def _replayed(recording: Recording) -> list[JsonObject]:
    """Return the turns that a client gets which sends the recorded audio, as fast as it was spoken, and ends there."""
    query = {name: value for name, value in recording.header.query.items() if name != "token"}
    chunk = recording.sample_rate * SAMPLE_WIDTH[recording.encoding] // 10
    with ReplayServer(recording, speed=SPEED) as server:
        client = Client(f"{server.url}/v3/ws", **query)
        client.play(recording.load_audio(), chunk, SPEED * chunk / 3200)  # it counts in 16-bit samples at 16 kHz
        client.say({"type": "Terminate"})
        return [message for message in client.drain() if message.get("type") == "Turn"]


def recorded(chosen: Iterable[Recorded]) -> Iterator[tuple[str, list[str]]]:
    """Record programs, some at once; yield what is wrong with each, by its name."""

    def tried(program: Recorded) -> list[str]:
        # In a copy: programs write files where they are.
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as place:
            shutil.copytree(program.folder, place, dirs_exist_ok=True)
            return list(faults(replace(program, folder=Path(place)), Path(folder)))

    waiting = list(chosen)
    with ThreadPoolExecutor(3) as pool:
        yield from zip([program.name for program in waiting], pool.map(tried, waiting), strict=True)


def main(names: list[str]) -> int:
    """Record the programs of these names, or all; return 1 if something is wrong."""
    # A shell that starts this in the background has it ignore Ctrl+C, and all programs that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    wrong = 0
    for name, found in recorded(program for program in programs() if not names or program.name in names):
        print(f"{name}: {'; '.join(found) or 'the same again, no secret'}", flush=True)
        wrong |= bool(found)
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
