"""A proxy between any client and the service that writes down the sessions passing through.

The client connects to the proxy instead of the service; the proxy connects on, with the client's own key, and passes
every frame on as it is. What it writes holds no secret (see `redaction`).
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timezone
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from runtime.background import Background
from runtime.hosts import STREAMING_HOST, V3_HOSTS
from runtime.recording import LOST, NO_CODE, Sender, is_sendable
from runtime.recording.redaction import Redactor
from runtime.recording.session_writer import RAW_SUFFIX, WAV_SUFFIX, Tape
from runtime.recording.upstream import connect_onward, fetch_token

__all__ = ["SERVICE", "Recorder"]

#: Bytes of a message in either direction; the service itself takes an eighth of it.
MAX_MESSAGE = 1 << 20

SERVICE = f"wss://{STREAMING_HOST}"


class Recorder:
    """Records the sessions that pass through it, one file each.

    Use it as a context manager, or as an asynchronous one.

    Args:
        out: Where the recording goes. Later sessions get a number: ``call.jsonl``, ``call-2.jsonl``, ...
        service: Where to connect on to: scheme and host, without path; by default to the host of the vendor that the
            client meant, as far as its request tells.
        host: Address to listen on.
        port: Port to listen on; 0 picks a free one.
        tls: Context with the proxy's certificate, for clients that insist on ``wss``.
        overwrite: Replace files that are there already.
        with_audio: Keep the audio beside the recording, or only its length and hash.
        patterns: Regular expressions of what else must not be written.

    Raises:
        ValueError: `service` or the name of `out` will not do.
        OSError: the recording cannot be written there, or is there already.
    """

    def __init__(
        self,
        out: Path | str,
        service: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        *,
        overwrite: bool = False,
        with_audio: bool = True,
        patterns: Iterable[str] = (),
    ) -> None:
        self.out, self.service = Path(out), (service or SERVICE).rstrip("/")
        self._follows = service is None
        self.host, self.port, self._tls = host, port, tls
        self._overwrite, self._with_audio, self._patterns = overwrite, with_audio, tuple(patterns)
        self._check()
        self.recordings: list[Path] = []
        self.failures: list[OSError] = []
        self.ended = asyncio.Event()
        self._sessions = 0
        self._onward: dict[ServerConnection, ClientConnection] = {}
        self._watching: set[asyncio.Task[None]] = set()
        self._server: Server | None = None

    def _check(self) -> None:
        """Find out now what would otherwise cost a session."""
        parts = urlsplit(self.service)
        if parts.scheme not in ("ws", "wss") or not parts.netloc or parts.path or parts.query:
            raise ValueError(f"the service is a scheme and a host, such as {SERVICE}, not {self.service!r}")
        Redactor((), self._patterns)
        if self.out.suffix in (WAV_SUFFIX, RAW_SUFFIX):
            raise ValueError(f"{self.out}: a recording is text, {self.out.suffix} is for its audio; name it .jsonl")
        if not self.out.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {self.out.parent}")
        if not self._overwrite and (there := _files(self.out)):
            raise FileExistsError(f"{there[0]} is there already; a recording is only replaced when asked for")

    @property
    def url(self) -> str:
        """Scheme, host and port for the client to connect to."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'wss' if self._tls else 'ws'}://{host}:{self.port}"

    async def __aenter__(self) -> Recorder:
        self._server = await serve(
            self._session,
            self.host,
            self.port,
            ssl=self._tls,
            process_request=self._token,
            process_response=self._connect,
            compression=None,
            max_size=MAX_MESSAGE,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        await asyncio.gather(*self._watching)

    def __enter__(self) -> Recorder:
        self._background = Background(self, "recorder")
        self._background.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._background.stop()

    async def _token(self, client: ServerConnection, request: Request) -> Response | None:
        """Fetch a token for the client, if that is what it asks for."""
        if urlsplit(request.path).path != "/v3/token":
            return None
        return await asyncio.to_thread(fetch_token, self._meant(request), request)

    async def _connect(self, client: ServerConnection, request: Request, response: Response) -> Response | None:
        """Connect on for a client whose handshake is good; if the service refuses it, the client is to see that."""
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            return None
        onward = await connect_onward(self._meant(request), request, MAX_MESSAGE)
        if isinstance(onward, Response):
            return onward
        self._onward[client] = onward
        watch = asyncio.create_task(self._abandon(client))
        self._watching.add(watch)
        watch.add_done_callback(self._watching.discard)
        return None

    def _meant(self, request: Request) -> str:
        host = request.headers.get("Host", "").lower()
        return f"wss://{host}" if self._follows and host in V3_HOSTS else self.service

    async def _abandon(self, client: ServerConnection) -> None:
        """Close the connection of a client that leaves before its session begins: an open one is billed."""
        await client.wait_closed()
        if (onward := self._onward.pop(client, None)) is not None:
            await onward.close()

    async def _session(self, client: ServerConnection) -> None:
        async with self._onward.pop(client) as onward:
            request = client.request
            assert request is not None  # set by the handshake
            query = dict(parse_qsl(urlsplit(request.path).query, keep_blank_values=True))
            keys = request.headers.get_all("Authorization")
            # Also a key behind a "Bearer" that the service does not want.
            secrets = [query.get("token", ""), *keys, *(key.rpartition(" ")[2] for key in keys)]
            recorded = datetime.now(timezone.utc).isoformat(timespec="seconds")
            tape = Tape(query, Redactor(secrets, self._patterns), time.monotonic, recorded)
            path = self._next_path()
            try:
                upwards = asyncio.create_task(_relay(client, onward, tape, "client"))
                downwards = asyncio.create_task(_relay(onward, client, tape, "server"))
                await asyncio.wait([upwards, downwards])
            finally:
                self._save(tape, path)

    def _save(self, tape: Tape, path: Path) -> None:
        try:
            tape.save(
                path,
                f"Recorded by a proxy from a session with {urlsplit(self.service).netloc}.",
                with_audio=self._with_audio,
            )
            self.recordings.append(path)
        except OSError as error:
            self.failures.append(error)
        self.ended.set()

    def _next_path(self) -> Path:
        while True:
            self._sessions += 1
            number = self._sessions
            path = self.out if number == 1 else self.out.with_stem(f"{self.out.stem}-{number}")
            if self._overwrite or not _files(path):
                return path


def _files(path: Path) -> list[Path]:
    """Return what is there of a recording: its text, its audio."""
    files = [path, path.with_suffix(WAV_SUFFIX), path.with_suffix(RAW_SUFFIX)]
    return [file for file in files if file.exists()]


async def _relay(
    source: ServerConnection | ClientConnection, target: ServerConnection | ClientConnection, tape: Tape, sender: Sender
) -> None:
    """Pass frames on until the source closes; then close the target the same way."""
    with suppress(ConnectionClosed):
        async for frame in source:
            if isinstance(frame, str):
                tape.say(sender, frame)
            elif sender == "client":
                tape.hear(frame)
            try:
                await target.send(frame)
            except ConnectionClosed:
                return  # whoever reads from there knows how it ended, and closes this side
    closed = source.protocol.close_rcvd
    code, reason = (closed.code, closed.reason) if closed is not None else (LOST, "")
    if source.protocol.close_rcvd_then_sent is not False:  # else it has answered a close of the proxy's
        tape.close(sender, code, reason)
    if code == NO_CODE:
        await target.close()
    elif is_sendable(code):
        await target.close(code, reason)
    else:
        target.transport.abort()
