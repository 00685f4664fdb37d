"""Runs one program in a child process that can reach nothing but the local server, and watches it until it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from migrator.smoke.checks.finals import expected_finals
from migrator.smoke.folder import Scene
from migrator.smoke.gathered import Gathered, Room
from migrator.smoke.interpreters import parts
from migrator.smoke.observation import ROUNDS, Happening, Observation
from migrator.smoke.service import serve, trust
from migrator.smoke.telephone.caller import AUTO, Caller
from migrator.smoke.walls.start import Plan, Started, devices, relay, start
from runtime.hosts import DOMAIN
from runtime.recording import JsonObject, Recording
from runtime.replay import ReplayServer

#: Seconds (on the wall) without anything new after the last final: a doubled final would have come by then.
QUIET = 0.6
#: Seconds of audio (on the audio clock) that a program may lag behind before it is asked to end.
LAG = 4.0
#: Seconds (on the wall) more for a program that ends by itself (it may read a file) and shows its finals only then: the
#: SDK's threads look once a second whether to end.
PATIENCE = 5.0
#: Seconds (on the wall) after which an application that listens, and opens no session by itself, is called.
RINGS = 1.0
#: Seconds (on the wall) from Ctrl+C to the end; libraries wait up to 10 s for a closing handshake.
GRACE = 15.0


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: `command` follows the interpreter; `{audio}` in it is the path of the recording's audio as WAV.

    `origin` is the folder of the user, if `folder` is a version of it.
    """

    folder: Path
    command: tuple[str, ...]
    python: Path
    origin: Path | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """How to run it.

    `api` is the dialect that is served; `timeout` is seconds on the wall, start and end included; `drive` says who
    calls a web application (see `Caller`; without it, what its source declares is called). `stubbed` are packages
    that are replaced by stubs whether they are installed or not. `handed` are the names of the user's secrets that the
    program gets. `tell` is told what the run waits for; once it is `cancelled`, the run ends.
    """

    recording: Recording
    api: str = "v3"
    variant: str | None = None
    speed: float = 1.0
    timeout: float = 60.0
    stub_missing: bool = False
    stubbed: Sequence[str] = ()
    environment: Mapping[str, str] | None = None
    drive: str = ""
    handed: Collection[str] = ()
    tell: Callable[[str], None] = field(default=lambda _: None, compare=False)
    cancelled: threading.Event = field(default_factory=threading.Event, compare=False)


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
        self.scene = Scene(program.folder, conditions.recording, folder, conditions.handed)
        expected = expected_finals(conditions.recording)
        self.seen = Observation(conditions.api, conditions.variant, expected, conditions.speed)
        self.gathered = Gathered(expected)
        self.seen.program = " ".join(program.command)
        self.changed = threading.Condition()
        self.last_change = time.time()
        self.opened_at: float | None = None
        self._opened = 0
        self._room_on_wire, self._room_for_reports = Room(), Room()
        self.pending_inputs = 0
        self.caller: Caller | None = None

    def observe(self) -> Observation:
        trust().write(self.scene.authority)
        with self._serve() as server:
            self.started = self.last_change = time.time()
            self._call()
            self.running = self._start(server.port)
            process = self.running.process
            if self.running.listener is not None:
                relay(self.running.listener, server.port)
            readers = [
                threading.Thread(target=self._read, args=(stream, channel), daemon=True)
                for stream, channel in ((process.stdout, "stdout"), (process.stderr, "stderr"))
            ]
            for reader in readers:
                reader.start()
            try:
                self._watch(process)
            finally:
                if self.caller is not None:
                    self.caller.stop()
                self.running.close()
                _kill_group(process)
            self.seen.outputs, self.seen.dropped = self.gathered.outputs, self.gathered.dropped
            self.seen.walls = self.running.walls
            self.seen.left_out = self.scene.left_out
            self.seen.exit_code = process.returncode
            self.seen.ended_at = time.time() - self.started
            for reader in readers:
                reader.join(5)
            # A killed client's connection is noticed at once, an orderly one has ended already.
            with contextlib.suppress(TimeoutError):
                server.wait_for_sessions(self._sessions_opened(), timeout=5)
        self._take_events()
        if self.caller is not None and self.caller.problem is not None:
            self.seen.happenings.append(Happening(self.seen.ended_at, "no-call", {"message": self.caller.problem}))
        self.seen.sessions = server.sessions
        self.seen.token_requests = server.token_requests
        self.seen.files = dict(self.scene.written())
        self.seen.sources = self.scene.sources()
        self.seen.stacks = self.scene.stacks()
        return self.seen

    # Before

    def _call(self) -> None:
        if self.conditions.drive:
            self._have_it_called(self.conditions.drive)

    def _have_it_called(self, target: str) -> None:
        recording, speed = self.conditions.recording, self.conditions.speed
        self.caller = Caller(target, self.scene.project, recording, speed, LAG, self._hear, self._connect)
        self.caller.start()

    def _serve(self) -> ReplayServer:
        conditions = self.conditions
        return serve(conditions.recording, conditions.api, conditions.variant, conditions.speed, self._on_wire)

    def _start(self, port: int) -> Started:
        words = [part.replace("{audio}", str(self.scene.audio)) for part in self.program.command]
        python = parts(self.program.python)
        environment = self._environment(port, python.folders)
        scripts = [str(Path(word).parent) for word in words if os.path.isabs(word)]
        searched = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
        return start(
            Plan(
                [str(python.program), *words],
                self.scene.project,
                environment,
                self.scene.root,
                self.scene.hidden,
                [*devices(), str(self.scene.root), *python.folders, *scripts, *searched, environment["PYTHONUSERBASE"]],
                port,
            )
        )

    def _environment(self, port: int, folders: Sequence[str]) -> dict[str, str]:
        conditions = self.conditions
        config: JsonObject = {
            "hosts": [DOMAIN],
            "port": port,
            "rate": conditions.recording.sample_rate,
            "speed": conditions.speed,
            "stub": conditions.stub_missing,
            "stubbed": list(conditions.stubbed),
        }
        origin = self.program.origin or self.program.folder
        return self.scene.environment(config, conditions.environment or {}, origin, folders)

    # Meanwhile

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        deadline = self.started + self.conditions.timeout
        while process.poll() is None and time.time() < deadline and not self.conditions.cancelled.is_set():
            with self.changed:
                self.changed.wait(0.05)
            self._take_events()
            self._answer(process)
            self._ring()
            self.conditions.tell(self._state())
            if self._is_done():
                self._stop(process)
                return
        if process.poll() is None:
            self._kill(process)

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        """Note that it does not end by itself, and have it write down what it is waiting for."""
        self.seen.ending = "killed"
        if hasattr(signal, "SIGUSR2"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGUSR2)
            self._ends_within(process, 0.2)

    def _state(self) -> str:
        """Return what it waits for, in words."""
        if self.caller is not None and self.caller.is_alive():
            return "the application is called"
        if self.opened_at is None:
            return "waits for it to open a session"
        audio = self.conditions.recording.header.audio
        seconds = audio.milliseconds / 1000 if audio else 0.0
        if time.time() - self.opened_at < seconds / self.conditions.speed:
            return f"plays {seconds:.0f} s of audio"
        return "waits for what it still has to say"

    def _ring(self) -> None:
        """Call a web application that nobody was told to call."""
        listening = self.seen.happened("listening")
        if listening and self.caller is None and self.opened_at is None and not self.seen.happened("redirected"):
            if time.time() - self.started - listening[0].time > RINGS:
                self._have_it_called(AUTO)
                assert self.caller is not None
                self.caller.listening(int(listening[0].text("port")))

    def _is_done(self) -> bool:
        """Return whether nothing more is to come: the last final was shown, or its time is long over."""
        now = time.time()
        if self.caller is not None and self.caller.is_alive():
            return False
        if self.caller is not None and self.caller.problem is not None:
            return True
        if self.opened_at is None:
            return self._waits_in_vain(now)
        if self._sessions_opened() >= ROUNDS:
            return True
        quiet = now - self.last_change
        # What reads a file ends by itself, and may be slow.
        listens = self.caller is not None or bool(self.seen.happened("microphone"))
        if listens and quiet > QUIET and self._shows_everything():
            return True
        audio = self.conditions.recording.header.audio
        seconds = (audio.milliseconds / 1000 if audio else 0.0) + LAG
        late = now - self.opened_at - seconds / self.conditions.speed
        # A busy machine holds up what is still to come; something else may be said for ever.
        return (late > PATIENCE and quiet > PATIENCE) or late > 4 * PATIENCE

    def _waits_in_vain(self, now: float) -> bool:
        """Return whether it waits to be called and nobody calls, or the call has led to no session."""
        listening = self.seen.happened("listening")
        return bool(listening) and now - max(self.last_change, self.started + listening[-1].time) > PATIENCE

    def _shows_everything(self) -> bool:
        last = list(self.seen.expected[-1:])
        stubs = (stub.text("text") for stub in self.seen.happened("stub"))
        return self.gathered.last_shown or (bool(last) and any(last[0] in text for text in stubs))

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        """End the program as its user would: with the answer it waits for, else with Ctrl+C."""
        self.seen.stopped_at = time.time() - self.started
        if self.pending_inputs:
            self.seen.ending = "answer"
            self._type(process)
            if self._ends_within(process, GRACE / 3):
                return
        self.seen.ending = "interrupt"
        self.conditions.tell("Ctrl+C was pressed, waits for its end")
        # A terminal sends it to the whole group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        if not self._ends_within(process, GRACE):
            self._kill(process)

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

    def _connect(self, port: int, seconds: float) -> socket.socket:
        return self.running.connect(port, seconds)

    # What is seen

    def _read(self, stream: IO[bytes] | None, channel: str) -> None:
        assert stream is not None
        while piece := os.read(stream.fileno(), 1 << 16):
            with self.changed:
                now = time.time()
                if self.gathered.add_bytes(now - self.started, channel, piece):
                    self.last_change = now
                    self.changed.notify_all()

    def _hear(self, text: str) -> None:
        """Take what a web application says to its caller."""
        with self.changed:
            self.last_change = time.time()
            self.gathered.add(self.last_change - self.started, "caller", text + "\n")
            self.changed.notify_all()

    def _on_wire(self, entry: JsonObject) -> None:
        with self.changed:
            now = time.time()
            if self._room_on_wire.takes(entry.get("control"), entry.get("text")):
                self.seen.wire.append(Happening(now - getattr(self, "started", now), str(entry.get("event")), entry))
            self._opened += entry.get("event") == "session opened"
            if entry.get("event") == "session opened" and self.opened_at is None:
                self.opened_at = now
            self.changed.notify_all()

    def _sessions_opened(self) -> int:
        return self._opened

    def _take_events(self) -> None:
        for facts in self.scene.new_events():
            kind, at = str(facts.pop("event")), facts.pop("time")
            assert isinstance(at, float)
            if self._room_for_reports.takes(*facts.values()):
                self.seen.happenings.append(Happening(at - self.started, kind, facts))
            self.pending_inputs += kind == "input"
            if kind == "listening" and self.caller is not None:
                self.caller.listening(int(str(facts.get("port"))))
            if kind == "stub":
                self.last_change = time.time()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the program and of the processes it started, and reap it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
