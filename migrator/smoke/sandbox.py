"""Runs one program in a child process that can reach nothing but the local server, and watches it until it ends."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from migrator.smoke.finals import expected_finals, shown
from migrator.smoke.observation import Happening, Observation, Output
from migrator.smoke.service import DOMAIN, serve, trust
from runtime.recording import JsonObject, Recording
from runtime.replay import ReplayServer

INSIDE = Path(__file__).parent / "inside"

#: Seconds (on the wall) without anything new after the last final: a doubled final would have come by then.
QUIET = 0.6
#: Seconds of audio (on the audio clock) that a program may lag behind before it is asked to end.
LAG = 4.0
#: Seconds (on the wall) more for a program that ends by itself (it may read a file) and shows its finals only then: the
#: SDK's threads look once a second whether to end.
PATIENCE = 5.0
#: Seconds (on the wall) from Ctrl+C to the end; libraries wait up to 10 s for a closing handshake.
GRACE = 15.0

_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".hg", ".venv", "venv", "env", ".tox", ".nox", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache"
)
_LARGEST_FILE = 1 << 20


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: `command` follows the interpreter; `{audio}` in it is the path of the recording's audio as WAV."""

    folder: Path
    command: tuple[str, ...]
    python: Path


@dataclass(frozen=True, slots=True)
class Conditions:
    """How to run it. `api` is the dialect that is served; `timeout` is seconds on the wall, start and end included."""

    recording: Recording
    api: str = "v3"
    variant: str | None = None
    speed: float = 1.0
    timeout: float = 60.0
    stub_missing: bool = False
    environment: Mapping[str, str] | None = None


def run(program: Program, conditions: Conditions) -> Observation:
    """Run a copy of the program and return what was seen. Leaves no process and no file behind.

    Raises:
        OSError: the interpreter cannot be started, or the folder cannot be copied.
        RecordingError: the recording has no audio.
    """
    with tempfile.TemporaryDirectory(prefix="v3-migrate-smoke-") as name:
        return _Run(program, conditions, Path(name)).observe()


class _Run:
    """One run, from the temporary folder to the observation."""

    def __init__(self, program: Program, conditions: Conditions, folder: Path) -> None:
        self.program, self.conditions = program, conditions
        # Resolved, because the program compares paths with it.
        self.folder = folder.resolve()
        self.project = self.folder / "project"
        self.events = self.folder / "events.jsonl"
        expected = expected_finals(conditions.recording)
        self.seen = Observation(conditions.api, conditions.variant, expected, conditions.speed)
        self.changed = threading.Condition()
        self.last_change = time.time()
        self.opened_at: float | None = None
        self.pending_inputs = 0
        self._events_read = 0

    def observe(self) -> Observation:
        self._prepare()
        with self._serve() as server:
            self.started = self.last_change = time.time()
            process = self._start(server.port)
            readers = [
                threading.Thread(target=self._read, args=(stream, channel), daemon=True)
                for stream, channel in ((process.stdout, "stdout"), (process.stderr, "stderr"))
            ]
            for reader in readers:
                reader.start()
            try:
                self._watch(process)
            finally:
                _kill_group(process)
            self.seen.exit_code = process.returncode
            self.seen.ended_at = time.time() - self.started
            for reader in readers:
                reader.join(5)
            # A killed client's connection is noticed at once, an orderly one has ended already.
            with contextlib.suppress(TimeoutError):
                server.wait_for_sessions(self._sessions_opened(), timeout=5)
        self._take_events()
        self.seen.sessions = server.sessions
        self.seen.token_requests = server.token_requests
        self.seen.files = dict(self._written())
        return self.seen

    # Before

    def _serve(self) -> ReplayServer:
        conditions = self.conditions
        return serve(conditions.recording, conditions.api, conditions.variant, conditions.speed, self._on_wire)

    def _prepare(self) -> None:
        shutil.copytree(self.program.folder, self.project, ignore=_LEFT_OUT, symlinks=True)
        shutil.copytree(INSIDE, self.folder / "inside", ignore=shutil.ignore_patterns("__pycache__"))
        self.events.touch()
        (self.folder / "tmp").mkdir()
        trust().write(self.folder / "ca.pem")
        recording = self.conditions.recording
        (self.folder / "audio.raw").write_bytes(recording.load_audio())
        audio = recording.audio_path()
        self.audio = self.folder / f"audio{audio.suffix if audio else '.raw'}"
        if audio is not None:
            shutil.copyfile(audio, self.audio)
        self.before = {path: path.stat().st_mtime_ns for path in _files(self.project)}

    def _start(self, port: int) -> subprocess.Popen[bytes]:
        command = [part.replace("{audio}", str(self.audio)) for part in self.program.command]
        return subprocess.Popen(
            [str(self.program.python), *command],
            cwd=self.project,
            env=self._environment(port),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def _environment(self, port: int) -> dict[str, str]:
        conditions = self.conditions
        config = {
            "hosts": [DOMAIN],
            "port": port,
            "ca": str(self.folder / "ca.pem"),
            "events": str(self.events),
            "audio": str(self.folder / "audio.raw"),
            "rate": conditions.recording.sample_rate,
            "speed": conditions.speed,
            "project": str(self.project),
            "stub": conditions.stub_missing,
        }
        kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        # The interpreter's own packages, never those of the environment this tool is installed in.
        for name in ("PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"):
            kept.pop(name, None)
        path = [str(self.folder / "inside"), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {
            "ASSEMBLYAI_API_KEY": "smoke-test-key",
            **kept,
            **(conditions.environment or {}),
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONIOENCODING": "utf-8",
            # What it leaves there goes with the rest.
            "TMPDIR": str(self.folder / "tmp"),
            "V3_MIGRATE_SMOKE": json.dumps(config),
        }

    # Meanwhile

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        deadline = self.started + self.conditions.timeout
        while process.poll() is None and time.time() < deadline:
            with self.changed:
                self.changed.wait(0.05)
            self._take_events()
            self._answer(process)
            if self._is_done():
                self._stop(process)
                return
        if process.poll() is None:
            self.seen.ending = "killed"

    def _is_done(self) -> bool:
        """Return whether nothing more is to come: the last final was shown, or its time is long over."""
        now = time.time()
        if self.opened_at is None or now - self.last_change < QUIET:
            return False
        audio = self.conditions.recording.header.audio
        seconds = (audio.milliseconds / 1000 if audio else 0.0) + LAG
        return self._shows_everything() or now > self.opened_at + seconds / self.conditions.speed + PATIENCE

    def _shows_everything(self) -> bool:
        last = list(self.seen.expected[-1:])
        return bool(last) and any(shown(text, last) for text in self.seen.channels.values())

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        """End the program as its user would: with the answer it waits for, else with Ctrl+C."""
        self.seen.stopped_at = time.time() - self.started
        if self.pending_inputs:
            self.seen.ending = "answer"
            self._type(process)
            if self._ends_within(process, GRACE / 3):
                return
        self.seen.ending = "interrupt"
        # A terminal sends it to the whole group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        if not self._ends_within(process, GRACE):
            self.seen.ending = "killed"

    def _ends_within(self, process: subprocess.Popen[bytes], seconds: float) -> bool:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _answer(self, process: subprocess.Popen[bytes]) -> None:
        """Press Enter for a program that asks before its session; during it, the answer would end it."""
        while self.pending_inputs and self.opened_at is None:
            self._type(process)

    def _type(self, process: subprocess.Popen[bytes]) -> None:
        self.pending_inputs -= 1
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(b"\n")
            process.stdin.flush()

    # What is seen

    def _read(self, stream: IO[bytes] | None, channel: str) -> None:
        assert stream is not None
        while piece := os.read(stream.fileno(), 1 << 16):
            with self.changed:
                self.last_change = time.time()
                text = piece.decode("utf-8", "replace")
                self.seen.outputs.append(Output(self.last_change - self.started, channel, text))
                self.changed.notify_all()

    def _on_wire(self, entry: JsonObject) -> None:
        with self.changed:
            now = time.time()
            self.seen.wire.append(Happening(now - getattr(self, "started", now), str(entry.get("event")), entry))
            if entry.get("event") == "session opened" and self.opened_at is None:
                self.opened_at = now
            self.changed.notify_all()

    def _sessions_opened(self) -> int:
        return sum(happening.kind == "session opened" for happening in self.seen.wire)

    def _take_events(self) -> None:
        with self.events.open("rb") as file:
            file.seek(self._events_read)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._events_read += len(whole)
        for line in whole.splitlines():
            facts: JsonObject = json.loads(line)
            kind, at = str(facts.pop("event")), facts.pop("time")
            assert isinstance(at, float)
            self.seen.happenings.append(Happening(at - self.started, kind, facts))
            self.pending_inputs += kind == "input"
            if kind == "stub":
                self.last_change = time.time()

    # Afterwards

    def _written(self) -> Iterator[tuple[str, str]]:
        """Yield the text files that the program made or changed in its folder."""
        for path in _files(self.project):
            if path.stat().st_size <= _LARGEST_FILE and self.before.get(path) != path.stat().st_mtime_ns:
                with contextlib.suppress(UnicodeDecodeError):
                    yield path.relative_to(self.project).as_posix(), path.read_text(encoding="utf-8")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the program and of the processes it started, and reap it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
