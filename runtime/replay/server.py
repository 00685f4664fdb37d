"""The server: a listening socket, the event loop it runs on, and the way to use both from any program."""

from __future__ import annotations

import asyncio
import math
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from runtime.background import Background
from runtime.recording import JsonObject, Recording, read
from runtime.replay.connection import ServerConnection
from runtime.replay.faults import Fault, parse_fault
from runtime.replay.records import Log, SessionRecord, TokenRequest
from runtime.replay.service import Service, Settings
from runtime.replay.session import Limits
from runtime.replay.turns import Variant

__all__ = ["ReplayServer"]


class ReplayServer:
    """Plays one recording to any number of clients.

    Use it as a context manager (``with``: it runs on a thread of its own) or as an asynchronous one (``async with``:
    it runs on the loop of the caller). One port serves ``/v3/ws``, ``/v2/realtime/ws`` and both token endpoints.

    Args:
        recording: The session to play, or the file it is in.
        api: Serve only this dialect, ``"v3"`` or ``"v2"``; by default the path decides. With ``"v3"`` the v2
            paths answer as they do today: 410 to a handshake, 404 to a request for a token.
        variant: Report turns as this variant does (``"F1"``, ``"F1'"``, ``"F2"``, ``"F3"``); by default as recorded.
        host: Address to listen on.
        port: Port to listen on; 0 picks a free one.
        tls: Context with the server's certificate, for ``wss``.
        speed: How much faster than the wall the server's clock runs, for the allowed rate and every timer.
        faults: What to do wrong, as `Fault` or as written on the command line.
        log: File (JSON Lines) or function that gets every happening.
        keys: API keys that are accepted; by default any.
        limits: Other limits than the service's own; `speed` and `strict` are taken from the arguments.
        resume: Let a client go on in the middle of the recording, where its first audio is found (see `resume`).
        keep: How many finished sessions to hold in `sessions`; all of them by default.
        keep_audio: Hold the audio of each session in its record.
        messages: Log every message, too.
        strict: Refuse what the service takes though no careful client would send it; otherwise it is noted.
    """

    def __init__(
        self,
        recording: Recording | str | Path,
        api: str | None = None,
        variant: Variant | str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        speed: float = 1.0,
        faults: Iterable[Fault | str] = (),
        log: str | Path | Callable[[JsonObject], None] | None = None,
        *,
        keys: Sequence[str] | None = None,
        limits: Limits | None = None,
        resume: bool = False,
        keep: int | None = None,
        keep_audio: bool = False,
        strict: bool = False,
        messages: bool = False,
    ) -> None:
        if api not in (None, "v3", "v2"):
            raise ValueError(f"api must be 'v3', 'v2' or None, not {api!r}")
        if not 0 < speed < math.inf:
            raise ValueError("speed must be greater than 0, and finite")
        base = limits or Limits()
        self._recording = recording if isinstance(recording, Recording) else read(recording)
        self._settings = Settings(
            api=api,
            variant=Variant(variant) if variant is not None else None,
            limits=replace(base, speed=speed, strict=strict),
            faults=[parse_fault(fault) if isinstance(fault, str) else fault for fault in faults],
            keys=keys,
            resume=resume,
            keep=keep,
            keep_audio=keep_audio,
            messages=messages,
        )
        self.host, self.port = host, port
        self._tls = tls
        self._log = Log(log)
        self._changed = threading.Condition()
        self._service: Service | None = None
        self._server: asyncio.Server | None = None

    # What was seen

    @property
    def sessions(self) -> list[SessionRecord]:
        """The sessions whose connection has ended, in the order of their ends."""
        return list(self._running().finished)

    @property
    def token_requests(self) -> list[TokenRequest]:
        """The requests for temporary tokens."""
        return list(self._running().token_requests)

    @property
    def connections(self) -> int:
        """How many connections are open now."""
        return len(self._running().connections)

    @property
    def served(self) -> int:
        """How many sessions were opened since the start."""
        return self._running().served

    @property
    def url(self) -> str:
        """Scheme, host and port to connect to, without a path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'wss' if self._tls else 'ws'}://{host}:{self.port}"

    def wait_for_sessions(self, count: int = 1, timeout: float = 10.0) -> list[SessionRecord]:
        """Wait until that many sessions have ended and return them. For use from other threads.

        Args:
            timeout: seconds.

        Raises:
            TimeoutError: fewer have.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._running().finished) >= count, timeout):
                raise TimeoutError(f"{len(self._running().finished)} of {count} sessions ended within {timeout} s")
        return self.sessions

    # Running on the caller's loop

    async def start(self) -> None:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        self._service = service = Service(self._recording, self._settings, self._log, loop, self._notify)
        self._server = await loop.create_server(
            lambda: ServerConnection(service), self.host, self.port, ssl=self._tls, backlog=512
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._log("listening", url=self.url)

    async def stop(self) -> None:
        """Stop listening, end every session, and wait shortly for the peers."""
        service, server = self._running(), self._server
        if server is not None:
            server.close()
        for connection in list(service.connections):
            connection.shut_down()
        for _ in range(50):
            if not service.connections:
                break
            await asyncio.sleep(0.02)
        for connection in list(service.connections):
            connection.abort()
        # Let connection_lost run, so that the last sessions are in the records and in the log.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self._log("stopped", sessions=service.served)
        self._log.close()

    async def __aenter__(self) -> ReplayServer:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # Running on a thread of its own

    def __enter__(self) -> ReplayServer:
        self._background = Background(self, "replay-server")
        self._background.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._background.stop()

    def _running(self) -> Service:
        if self._service is None:
            raise RuntimeError("the server has not been started")
        return self._service

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()
