"""How a program ends: Ctrl+C, a dropped connection, a bad key, a broken microphone."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from migrator.smoke import sandbox
from migrator.smoke.observation import Observation
from migrator.smoke.service import trust
from runtime.replay import ReplayServer, SessionRecord
from scripts import matrix
from tests.end_to_end.apps import SPEED, App, dictation

#: Seconds within which a program has to end.
LIMIT = 10.0
_IDLE = 4031
#: Daemon threads that libraries start and never wait for: of `websockets`' synchronous client, and of Flask's
#: development server (one for each connection, one more for each WebSocket).
_LIBRARY = ("(keepalive)", "(process_request_thread)", "(simple_websocket.Base._thread)")
_TRACEBACK = re.compile(r"^Traceback \(most recent call last\):\n(?:[ |].*\n|\n)*([\w.]+)", re.MULTILINE)


@dataclass(frozen=True)
class Event:
    """What happens to the program.

    Attributes:
        interrupt_at: milliseconds of audio after which Ctrl+C is pressed; -1 while it connects; None for never.
        faults: what the server does.
        keys: the API keys that the server takes; None for any.
        refused: whether nothing listens at the server's port.
        device_fails: milliseconds of audio after which the microphone fails. The source of a web application is who
            calls it: the line breaks then.
    """

    name: str
    interrupt_at: int | None = None
    faults: tuple[str, ...] = ()
    keys: tuple[str, ...] | None = None
    refused: bool = False
    device_fails: int | None = None


EVENTS = (
    Event("Ctrl+C while connecting", interrupt_at=-1),
    Event("Ctrl+C while speaking", interrupt_at=4500),
    Event("Ctrl+C in silence", interrupt_at=10500),
    Event("server drops", faults=("reset_peer@4000",)),
    Event("bad key", keys=("another key",)),
    Event("connection refused", refused=True),
    Event("device fails", device_fails=4000),
)


@dataclass(frozen=True)
class Ending:
    """How it ended.

    Attributes:
        seconds: from the last thing that happened to it (the event, or Ctrl+C after it) to the end of the process.
        how: "itself", "interrupt" (by Ctrl+C) or "killed", because not even that helped.
        idle: whether the server closed the session since nothing came any more: v2 does after a minute, v3 does not.
        terminated: whether each session that was open when it ended was terminated; None if none was.
        threads: names of threads still running when the interpreter exited.
        devices: microphones that were opened and not closed.
        tracebacks: types of the exceptions whose traceback was printed.
        finals: how many of the finals the server sent were shown.
        missed: those that were not.
    """

    seconds: float
    how: str
    idle: bool
    terminated: bool | None
    threads: tuple[str, ...]
    devices: int
    tracebacks: tuple[str, ...]
    finals: int
    missed: tuple[str, ...]

    def __str__(self) -> str:
        end = {"itself": "ends", "interrupt": "Ctrl+C", "killed": "KILLED"}[self.how]
        said = {None: "-", True: "terminated", False: "NOT TERMINATED"}[self.terminated]
        parts = [f"{end} {self.seconds:.1f} s{' (idle)' * self.idle}", said, f"{self.finals} finals"]
        parts += [f"{len(self.missed)} MISSED"] * bool(self.missed)
        parts += [f"threads: {', '.join(self.threads)}"] * bool(self.threads)
        parts += [f"{self.devices} device open"] * bool(self.devices)
        parts += [f"prints {', '.join(self.tracebacks)}"] * bool(self.tracebacks)
        return ", ".join(parts)


def faults(after: Ending, before: Callable[[], Ending], event: Event) -> Iterator[str]:
    """Yield what is wrong with how a program that was migrated with `--harden` ended, given how the original did.

    `before` is asked only where it matters: it may have to run the original.
    """
    if after.how == "killed":
        yield "has to be killed"
    elif after.seconds > LIMIT:
        yield f"ends only after {after.seconds:.1f} s"
    # One that goes on after an error did so before, and ended only since the server had enough.
    elif event.interrupt_at is None and after.how == "interrupt" and before().how == "itself" and not before().idle:
        yield "does not end by itself any more"
    if after.terminated is False:
        yield "its session is not terminated"
    if after.threads:
        yield f"threads are left: {', '.join(after.threads)}"
    if after.devices:
        yield "the microphone stays open"
    # A program that printed one may print another: v3 explains itself in a message before it closes. And one that had
    # to be killed never came to print one.
    if after.tracebacks and not before().tracebacks and before().how != "killed":
        yield f"prints a traceback, the original did not: {', '.join(after.tracebacks)}"
    # What is in flight at Ctrl+C arrives, unless the program shows nothing before its end, which it does not reach.
    # After an error, it shows what it always showed.
    shows = after.finals > 0 or before().finals > 0
    if after.missed and ((shows and event.interrupt_at is not None) or after.finals < before().finals):
        yield f"finals are lost: {after.missed}"


def regressions(after: Ending, before: Callable[[], Ending], event: Event) -> Iterator[str]:
    """Yield what is wrong with how a program that was migrated without options ended, given how the original did.

    What the original left behind it may leave as well, and after an error the service ends the session, by its limit.
    On Ctrl+C and at a regular end the session is terminated.
    """
    for fault in faults(after, before, event):
        if fault.startswith("its session") and event.interrupt_at is None and after.how != "itself":
            continue
        if fault.startswith("threads are left") and len(after.threads) <= len(before().threads):
            continue
        if fault.startswith("the microphone") and after.devices <= before().devices:
            continue
        if fault.startswith("finals are lost") and after.finals >= before().finals:
            continue
        if fault.startswith(("has to be killed", "ends only after")) and before().seconds > LIMIT:
            continue
        if before().how == "killed":  # nothing is known of what it would have left
            continue
        yield fault


def end(
    app: App,
    environment: str,
    folder: Path,
    api: str,
    event: Event,
    patience: float = LIMIT,
    grace: float = LIMIT + 1,
) -> Ending:
    """Run the program in `folder` until `event`, and return how it ended.

    One that goes on for `patience` seconds after the event, and the rest of the recording, is ended by Ctrl+C; one
    that goes on for `grace` seconds after that is killed.
    """
    program = sandbox.Program(folder, app.command, matrix.interpreter(environment))
    conditions = app.conditions(api)
    with tempfile.TemporaryDirectory(prefix="v3-migrate-endings-") as name:
        run = _Run(program, conditions, Path(name), event, patience, grace)
        return run.ending(run.observe())


class _Run(sandbox._Run):
    """A run that the event ends, instead of the last final."""

    def __init__(
        self,
        program: sandbox.Program,
        conditions: sandbox.Conditions,
        folder: Path,
        event: Event,
        patience: float,
        grace: float = LIMIT + 1,
    ) -> None:
        super().__init__(program, conditions, folder)
        self.event = event
        self.patience, self.grace = patience, grace
        self.broken_at: float | None = None

    def observe(self) -> Observation:
        with ExitStack() as stack:
            if self.event.interrupt_at == -1:
                # a server that accepts a connection and never says a word holds the program in the handshake
                self.silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
                self.silent.setblocking(False)
            return super().observe()

    def _serve(self) -> ReplayServer:
        conditions = self.conditions
        return ReplayServer(
            conditions.recording,
            api="v3" if conditions.api == "v3" else None,
            variant=conditions.variant,
            tls=trust().context,
            speed=conditions.speed,
            log=self._on_wire,
            faults=self.event.faults,
            keys=self.event.keys,
        )

    def _environment(self, port: int, folders: Sequence[str]) -> dict[str, str]:
        if self.event.refused:
            with socket.create_server(("127.0.0.1", 0)) as probe:
                port = int(probe.getsockname()[1])
        elif self.event.interrupt_at == -1:
            port = int(self.silent.getsockname()[1])
        found = super()._environment(port, folders)
        config = json.loads(found["V3_MIGRATE_SMOKE"]) | {"device_fails": self.event.device_fails}
        return found | {"V3_MIGRATE_SMOKE": json.dumps(config)}

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        last = dictation().header.audio
        seconds = (last.milliseconds if last else 0) / 1000 / SPEED + self.patience
        while process.poll() is None:
            with self.changed:
                self.changed.wait(0.02)
            self._take_events()
            self._answer(process)
            self._break_line()
            since = self.started + (self._happened() or 0.0) if self.event.interrupt_at is None else self.opened_at
            if self._is_moment() or time.time() > (since or self.started) + seconds:
                self._stop(process)
                return

    def _ends_within(self, process: subprocess.Popen[bytes], seconds: float) -> bool:
        return super()._ends_within(process, min(seconds, self.grace))

    def _break_line(self) -> None:
        at = self.event.device_fails
        if self.caller and at and self.broken_at is None and self._is_reached(at):
            self.broken_at = time.time() - self.started
            self.caller.stop()

    def _is_reached(self, milliseconds: int) -> bool:
        return self.opened_at is not None and time.time() > self.opened_at + milliseconds / 1000 / SPEED

    def _is_moment(self) -> bool:
        at = self.event.interrupt_at
        if at is None:
            return False
        if at >= 0:
            return self._is_reached(at)
        try:
            self.silent.accept()[0].detach()
        except BlockingIOError:
            return False
        return True

    def _happened(self) -> float | None:
        """Return when the event came about (seconds since the start), if it is not Ctrl+C and was seen."""
        if self.event.device_fails is not None and self.caller:
            moments = [self.broken_at] if self.broken_at is not None else []
        elif self.event.device_fails is not None:
            moments = [entry.time for entry in self.seen.happened("microphone") if entry.text("state") == "failed"]
        elif self.event.faults:
            moments = [entry.time for entry in self.seen.wire if entry.kind == "session closed"]
        else:
            moments = [entry.time for entry in self.seen.happened("redirected")]
        return moments[0] if moments else None

    def ending(self, seen: Observation) -> Ending:
        """Return how the run ended."""
        open_ones = [session for session in seen.sessions if self._needs_an_end(session)]
        shown = "".join(seen.channels.values())
        sent = [final for session in seen.sessions for final in session.finals]
        microphones = [happening.text("state") for happening in seen.happened("microphone")]
        left = seen.happened("left")
        threads = left[-1].facts.get("threads") if left else None
        since = seen.stopped_at if seen.stopped_at is not None else self._happened()
        return Ending(
            seconds=seen.ended_at - (since or 0.0),
            how=seen.ending,
            idle=any(session.close_code == _IDLE for session in seen.sessions),
            terminated=all(session.terminated for session in open_ones) if open_ones else None,
            threads=tuple(name for name in map(str, threads) if not name.endswith(_LIBRARY))
            if isinstance(threads, list)
            else (),
            devices=microphones.count("opened") - microphones.count("closed"),
            tracebacks=tuple(dict.fromkeys(_TRACEBACK.findall(seen.channels.get("stderr", "")))),
            finals=sum(final in shown for final in sent),
            missed=tuple(final for final in sent if final not in shown),
        )

    def _needs_an_end(self, session: SessionRecord) -> bool:
        """Return whether a session was still there to be terminated: neither refused nor ended by the server."""
        if session.terminated:
            return True
        return bool(session.authorized_by) and session.closed_by != "server" and not session.faults
