"""A proxy between any client and the service that writes down the sessions passing through.

The client connects to the proxy instead of the service; the proxy connects on, with the client's own key, and passes
every frame on as it is. What it writes holds no secret (see `redaction`).
"""

from __future__ import annotations

import asyncio
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from datetime import datetime, timezone
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.http11 import Request, Response

from runtime.background import Background
from runtime.recording import Sender
from runtime.redaction import Redactor
from runtime.tape import Tape

__all__ = ["SERVICE", "Recorder"]

SERVICE = "wss://streaming.assemblyai.com"

#: Headers of the client that mean something to the service.
_PASSED_ON = ("Authorization", "AssemblyAI-Version")

#: Codes that say how a connection ended but cannot be sent (RFC 6455, 7.4.1).
_NOT_SENDABLE = frozenset({1005, 1006, 1015})


class Recorder:
    """Records the sessions that pass through it, one file each.

    Use it as a context manager, or as an asynchronous one.

    Args:
        out: Where the recording goes. Later sessions get a number: ``call.jsonl``, ``call-2.jsonl``, ...
        service: Where to connect on to: scheme and host, without path.
        host: Address to listen on.
        port: Port to listen on; 0 picks a free one.
        tls: Context with the proxy's certificate, for clients that insist on ``wss``.
        overwrite: Replace a recording that is there already.
        with_audio: Keep the audio beside the recording, or only its length and hash.
        patterns: Regular expressions of what else must not be written.
    """

    def __init__(
        self,
        out: Path | str,
        service: str = SERVICE,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        *,
        overwrite: bool = False,
        with_audio: bool = True,
        patterns: Iterable[str] = (),
    ) -> None:
        self.out, self.service = Path(out), service.rstrip("/")
        self.host, self.port, self._tls = host, port, tls
        self._overwrite, self._with_audio, self._patterns = overwrite, with_audio, tuple(patterns)
        if self.out.exists() and not overwrite:
            raise FileExistsError(f"{self.out} is there already; a recording is only replaced when asked for")
        self.recordings: list[Path] = []
        self.saved = asyncio.Event()
        self._sessions = 0
        self._onward: dict[ServerConnection, ClientConnection] = {}
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """Scheme, host and port for the client to connect to."""
        return f"{'wss' if self._tls else 'ws'}://{self.host}:{self.port}"

    async def __aenter__(self) -> Recorder:
        self._server = await serve(
            self._session,
            self.host,
            self.port,
            ssl=self._tls,
            process_request=self._before,
            compression=None,
            max_size=None,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def __enter__(self) -> Recorder:
        self._background = Background(self, "recorder")
        self._background.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._background.stop()

    async def _before(self, client: ServerConnection, request: Request) -> Response | None:
        """Fetch a token for the client, or connect on.

        If the service refuses the handshake, the client is to see that.
        """
        if urlsplit(request.path).path == "/v3/token":
            return await asyncio.to_thread(self._fetch_token, request)
        try:
            onward = await connect(
                self.service + request.path,
                additional_headers=_passed_on(request),
                user_agent_header=request.headers.get_all("User-Agent")[0] if "User-Agent" in request.headers else None,
                compression=None,
                max_size=None,
            )
        except InvalidStatus as refusal:
            response = refusal.response
            return Response(response.status_code, response.reason_phrase, Headers(), bytes(response.body or b""))
        except (InvalidHandshake, OSError) as error:
            return client.respond(HTTPStatus.BAD_GATEWAY, f"cannot connect to {self.service}: {error}\n")
        self._onward[client] = onward
        return None

    def _fetch_token(self, request: Request) -> Response:
        url = self.service.replace("ws", "http", 1) + request.path
        forwarded = urllib.request.Request(url, headers=dict(_passed_on(request)))
        try:
            with urllib.request.urlopen(forwarded, timeout=30) as answer:
                status, reason, body = answer.status, answer.reason, answer.read()
        except urllib.error.HTTPError as error:
            status, reason, body = error.code, error.reason, error.read()
        except OSError as error:
            status, reason, body = 502, "Bad Gateway", f"cannot connect to {self.service}: {error}\n".encode()
        headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"})
        return Response(status, reason, headers, body)

    async def _session(self, client: ServerConnection) -> None:
        onward = self._onward.pop(client)
        request = client.request
        assert request is not None  # set by the handshake
        query = dict(parse_qsl(urlsplit(request.path).query, keep_blank_values=True))
        secrets = [query.get("token", ""), *request.headers.get_all("Authorization")]
        recorded = datetime.now(timezone.utc).isoformat(timespec="seconds")
        tape = Tape(query, Redactor(secrets, self._patterns), time.monotonic, recorded)
        self._sessions += 1
        path = self._path(self._sessions)
        try:
            upwards = asyncio.create_task(_relay(client, onward, tape, "client"))
            downwards = asyncio.create_task(_relay(onward, client, tape, "server"))
            await asyncio.wait([upwards, downwards])
        finally:
            origin = f"Recorded by a proxy from a session with {urlsplit(self.service).netloc}."
            tape.save(path, origin, with_audio=self._with_audio)
            self.recordings.append(path)
            self.saved.set()

    def _path(self, number: int) -> Path:
        path = self.out if number == 1 else self.out.with_stem(f"{self.out.stem}-{number}")
        if path.exists() and not self._overwrite:
            raise FileExistsError(f"{path} is there already")
        return path


def _passed_on(request: Request) -> list[tuple[str, str]]:
    return [(name, value) for name in _PASSED_ON for value in request.headers.get_all(name)]


async def _relay(
    source: ServerConnection | ClientConnection, target: ServerConnection | ClientConnection, tape: Tape, sender: Sender
) -> None:
    """Pass frames on until the source closes; then close the target the same way."""
    try:
        async for frame in source:
            if isinstance(frame, str):
                tape.say(sender, frame)
            elif sender == "client":
                tape.hear(frame)
            await target.send(frame)
    except ConnectionClosed:
        pass
    closed = source.protocol.close_rcvd
    code, reason = (closed.code, closed.reason) if closed is not None else (1006, "")
    # The answer to a close of the other side is no event of its own.
    if source.protocol.close_rcvd_then_sent is not False and target.protocol.close_rcvd is None:
        tape.close(sender, code, reason)
    if code in _NOT_SENDABLE and code != 1005:
        target.transport.abort()
    else:
        await target.close(1000 if code == 1005 else code, reason)
