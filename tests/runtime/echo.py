"""The replay server's connection with a session that only echoes: what WebSocket conformance is tested with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import cast

from websockets.frames import Frame, Opcode

from runtime.replay.connection import ServerConnection
from runtime.replay.fault_player import Disturbance, Operation, Raw
from runtime.replay.http import Request
from runtime.replay.records import Log, SessionRecord
from runtime.replay.refusal import Refusal
from runtime.replay.script import Script
from runtime.replay.service import Service
from runtime.replay.session import Action, Limits, Say, Session


class EchoSession(Session):
    """Says what it hears."""

    def receive(self, data: str | bytes, now: float) -> list[Action]:
        if isinstance(data, str):
            return [Say(data)]
        # The service never sends binary frames, so the session has no word for it.
        return cast("list[Action]", [Raw(Frame(Opcode.BINARY, data).serialize(mask=False))])

    def greet(self) -> str:
        return ""

    def receive_text(self, text: str, now: float) -> list[Action]:
        return []

    def farewell(self, now: float) -> Iterable[str]:
        return ()

    def check_length(self, milliseconds: float) -> None:
        return None

    def error_end(self, refusal: Refusal) -> list[Action]:
        return []

    def rate_refusal(self, received: float, elapsed: float) -> Refusal:
        return Refusal(3007, "")

    def expiry_refusal(self) -> Refusal:
        return Refusal(3008, "")

    def idle_refusal(self, seconds: float) -> Refusal:
        return Refusal(3008, "")


class EchoService:
    """Opens an echo for everyone."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop, self.log = loop, Log(None)
        self.connections: set[ServerConnection] = set()
        self.closed: list[SessionRecord] = []

    def admit(self, request: Request, now: float) -> int:
        return 1

    def open(self, request: Request, attempt: int, now: float) -> tuple[Session, Disturbance, Sequence[Operation]]:
        record = SessionRecord(1, "v3", "", request.path, {}, [])
        return EchoSession(Script({}, (), None, 0), record, Limits(), now, 32.0), Disturbance((), "v3"), []

    def finish(self, session: Session, now: float) -> None:
        self.closed.append(session.record)


async def serve_echo(port: int = 0) -> tuple[asyncio.Server, EchoService]:
    """Listen on the loopback; the address is that of the server's socket."""
    loop = asyncio.get_running_loop()
    service = EchoService(loop)
    # The longest message of the Autobahn suite has 16 MiB.
    largest = 1 << 24

    def accept() -> ServerConnection:
        return ServerConnection(cast("Service", service), largest)

    return await loop.create_server(accept, "127.0.0.1", port), service
