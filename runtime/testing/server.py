"""A server that a program under test finds by the vendor's own names, in this process and in programs it starts."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from runtime.hosts import V2_HOSTS, V3_HOSTS
from runtime.recording import Recording, read
from runtime.recording.bundled import default_recording
from runtime.redirection import environment, install
from runtime.replay import ReplayServer, SessionRecord, TokenRequest
from runtime.tls import Throwaway, throwaway

__all__ = ["RecordingServer", "TestServer", "serve"]

_SETTLED_SECONDS = 5.0


class _Redirected:
    """What both servers have: a port that the vendor's names lead to."""

    def __init__(self, hosts: Sequence[str], port: int, authority: Path, folder: Path) -> None:
        self._hosts, self._port, self._authority, self._folder = hosts, port, authority, folder

    def environment(self, base: dict[str, str] | None = None) -> dict[str, str]:
        """Return the environment in which another Python program finds this server.

        Args:
            base: the environment to start from; this process's by default.
        """
        folder = tempfile.mkdtemp(dir=self._folder)
        return environment(folder, self._hosts, self._port, str(self._authority), base)

    def run(self, *command: str | Path, timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run a Python program that finds this server, and return what it printed and how it ended.

        Args:
            command: its arguments; the interpreter of the tests runs it.
            timeout: seconds.

        Raises:
            subprocess.TimeoutExpired: it has not ended by then.
        """
        words = [sys.executable, *map(str, command)]
        return subprocess.run(
            words, env=self.environment(), capture_output=True, text=True, timeout=timeout, check=False
        )


class TestServer(_Redirected):
    """A running replay server."""

    __test__ = False  # pytest: no class of tests

    def __init__(
        self, server: ReplayServer, recording: Recording, hosts: Sequence[str], authority: Path, folder: Path
    ) -> None:
        super().__init__(hosts, server.port, authority, folder)
        self.replay = server
        self.recording = recording

    @property
    def sessions(self) -> list[SessionRecord]:
        """The sessions of the program so far, in the order of their ends.

        Those that are being closed are waited for, a few seconds: a program does not wait for its server.
        """
        deadline = time.monotonic() + _SETTLED_SECONDS
        while len(self.replay.sessions) < self.replay.served and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.replay.sessions

    @property
    def token_requests(self) -> list[TokenRequest]:
        """The requests for temporary tokens."""
        return self.replay.token_requests

    @property
    def finals(self) -> list[str]:
        """What a program that plays the whole recording has to show: the text of every final, in order."""
        texts: dict[object, str] = {}
        for event in self.recording.events:
            message = event.message or {}
            if event.sender == "server" and message.get("end_of_turn") and message.get("transcript"):
                texts[message.get("turn_order")] = str(message["transcript"])
        return list(texts.values())

    def audio(self) -> bytes:
        """Return the audio that the recorded client sent, for the program to send."""
        return self.recording.load_audio()


class RecordingServer(_Redirected):
    """A recorder in the place of the server: the program talks to the service itself."""

    sessions: Sequence[SessionRecord] = ()
    """None: what a session came to is in the recording that is being made."""


@contextmanager
def serve(
    recording: Path | None = None,
    *,
    variant: str | None = None,
    speed: float = 1.0,
    faults: Sequence[str] = (),
    strict: bool = False,
) -> Iterator[TestServer]:
    """Serve a recording under the vendor's names until the block is left.

    Args:
        recording: its file; by default a short dictation that comes with the tool.
        variant, speed, faults, strict: as of `runtime.replay.ReplayServer`.

    Raises:
        RecordingError: the recording cannot be used.
    """
    played = read(recording or default_recording())
    with _folder() as (folder, made, authority):
        hosts = (*V3_HOSTS, *V2_HOSTS)
        server = ReplayServer(
            played,
            "v3",
            variant,
            tls=made.context,
            speed=speed,
            faults=faults,
            keep_audio=True,
            strict=strict,
        )
        with server:
            undo = install(hosts, server.port, str(authority))
            try:
                yield TestServer(server, played, hosts, authority, folder)
            finally:
                undo()


@contextmanager
def record(recording: Path) -> Iterator[RecordingServer]:
    """Pass the program's sessions on to the service until the block is left, and write them down.

    The recorder is a process of its own: in this one, its way to the service would lead to itself.

    Raises:
        RuntimeError: the recorder has not started.
    """
    with tempfile.TemporaryDirectory(prefix="v3-migrate-testing-") as name:
        authority = Path(name, "ca.pem")
        words = ["--out", str(recording), "--sessions", "1000", "--tls", "--ca-file", str(authority)]
        process = subprocess.Popen(
            [sys.executable, "-m", "v3_migrate", "record", *words], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        try:
            started = re.search(r":([0-9]+)/v3/ws", process.stdout.readline())
            if started is None:
                raise RuntimeError("the recorder has not started; see what it said on standard error")
            undo = install(V3_HOSTS, int(started[1]), str(authority))
            try:
                yield RecordingServer(V3_HOSTS, int(started[1]), authority, Path(name))
            finally:
                undo()
        finally:
            process.terminate()
            process.communicate()


@contextmanager
def _folder() -> Iterator[tuple[Path, Throwaway, Path]]:
    made = throwaway((*V3_HOSTS, *V2_HOSTS))
    with tempfile.TemporaryDirectory(prefix="v3-migrate-testing-") as name:
        yield Path(name), made, made.write(Path(name, "ca.pem"))
