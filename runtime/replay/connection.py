"""One TCP connection: HTTP until the handshake, WebSocket after it.

The WebSocket protocol itself is the Sans-I/O core of `websockets`; owning the transport is what lets every fault be
played.
"""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Sequence
from typing import cast

from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode
from websockets.http11 import Request as Handshake
from websockets.protocol import SEND_EOF, State
from websockets.server import ServerProtocol

from runtime.recording import LOST
from runtime.replay.fault_player import Disturbance, Operation, Raw, Reset, Stall
from runtime.replay.http import TOKEN_PATHS, HttpError, Request, parse_request, respond
from runtime.replay.service import SESSION_PATHS, Service
from runtime.replay.session import End, Say, Session
from runtime.replay.transport import Outlet
from runtime.replay.v3 import MAX_MESSAGE as V3_MAX_MESSAGE

__all__ = ["ServerConnection"]

#: Seconds a peer has to finish a closing handshake, or to send its request.
CLOSE_TIMEOUT = 5.0
REQUEST_TIMEOUT = 30.0

#: Longest message (bytes) of each dialect; for v2 none was documented, and two seconds of 48 kHz audio in base64 are a
#: quarter of this.
MAX_MESSAGE = {"v3": V3_MAX_MESSAGE, "v2": 1 << 20}


#: What the library closes a connection with on its own: broken frames, messages that are too long.
_BROKEN_PROTOCOL = (1002, 1009)


class _Protocol(ServerProtocol):
    def recv_frame(self, frame: WireFrame) -> None:
        """Take a close also in the middle of a fragmented message, where RFC 6455, 5.4, allows it.

        The library takes it for a protocol error.
        """
        if frame.opcode is Opcode.CLOSE:
            # Where it remembers that a message is incomplete; older versions have the second name.
            self.current_size = self.cur_size = None
        super().recv_frame(frame)


class ServerConnection(asyncio.Protocol):
    """Moves bytes and actions between a transport and a session."""

    def __init__(self, service: Service, max_message: int | None = None) -> None:
        self._service, self._max_message = service, max_message
        self._loop = service.loop
        self._head = bytearray()
        self._request: Request | None = None
        self._protocol: ServerProtocol | None = None
        self._session: Session | None = None
        self._disturbance = Disturbance((), "v3")
        self._decoder: codecs.IncrementalDecoder | None = None
        self._parts: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None
        self._closing = self._concluded = False

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._outlet = Outlet(self._transport, self._loop)
        self._service.connections.add(self)
        self._arm(self._loop.time() + REQUEST_TIMEOUT)

    def data_received(self, data: bytes) -> None:
        if self._protocol is not None:
            self._protocol.receive_data(data)
            self._drain()
            return
        if self._closing:
            return  # it has its answer
        self._head += data
        try:
            self._take_request()
        except HttpError as error:
            self._service.log("http", status=error.status, problem=error.problem)
            self._answer(respond(error.status, error.body))

    def eof_received(self) -> bool:
        if self._protocol is not None:
            self._protocol.receive_eof()
            self._drain()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._service.connections.discard(self)
        self._cancel_timer()
        self._conclude()

    # The handshake

    def _take_request(self) -> None:
        if self._request is None:
            self._request = parse_request(self._head)
        request = self._request
        if request is None or len(self._head) < request.head_length + request.body_length:
            return
        if request.path in TOKEN_PATHS:
            body = bytes(self._head[request.head_length : request.head_length + request.body_length])
            self._answer(self._service.token(request, body, self._loop.time()))
            return
        attempt = self._service.admit(request, self._loop.time())
        self._upgrade(request, attempt)

    def _upgrade(self, request: Request, attempt: int) -> None:
        longest = self._max_message or MAX_MESSAGE[SESSION_PATHS[request.path]]
        protocol = self._protocol = _Protocol(max_size=longest)
        # Only the head for now: the core would take frames behind it before it has accepted the handshake.
        protocol.receive_data(bytes(self._head[: request.head_length]))
        early = bytes(self._head[request.head_length :])
        self._head.clear()
        events = protocol.events_received()
        handshake = next((event for event in events if isinstance(event, Handshake)), None)
        if handshake is None:
            # Not a WebSocket handshake at all; the core has written the answer.
            self._flush()
            self._outlet.close()
            return
        response = protocol.accept(handshake)
        protocol.send_response(response)
        if protocol.state is not State.OPEN:
            self._service.log("handshake refused", path=request.path, status=response.status_code)
            self._flush()
            return
        self._cancel_timer()
        self._session, self._disturbance, greeting = self._service.open(request, attempt, self._loop.time())
        self._flush()
        self._outlet.disturb(self._disturbance)
        self._perform(greeting)
        if early:
            protocol.receive_data(early)
        self._drain()

    def _answer(self, response: bytes) -> None:
        self._closing = True
        self._outlet.write(response)
        self._outlet.close()
        self._arm(self._loop.time() + CLOSE_TIMEOUT)

    # Frames in

    def _drain(self) -> None:
        protocol = self._protocol
        if protocol is None:
            return
        self._process(protocol.events_received())
        self._flush()
        if protocol.close_rcvd is not None and protocol.close_sent is not None:
            # What follows is the end of TLS and TCP, for which some clients take their time.
            self._conclude()
        if protocol.close_expected():
            # A stalled server does not close either.
            if not self._closing and not self._outlet.stalled:
                self._closing = True
                self._cancel_timer()
                self._arm(self._loop.time() + CLOSE_TIMEOUT)
        elif self._session is not None and protocol.state is State.OPEN:
            self._arm(self._session.deadline())

    def _process(self, events: Sequence[object]) -> None:
        for event in events:
            if isinstance(event, WireFrame) and self._session is not None:
                self._receive(event)

    def _receive(self, frame: WireFrame) -> None:
        if frame.opcode is Opcode.TEXT:
            self._decoder = codecs.getincrementaldecoder("utf-8")()
            self._parts = []
        elif frame.opcode is Opcode.BINARY:
            self._decoder, self._parts = None, []
        elif frame.opcode is not Opcode.CONT:
            return
        if self._decoder is not None:
            try:
                # Each fragment is decoded when it comes, so that a text that can never be valid fails at once.
                self._decoder.decode(bytes(frame.data), final=frame.fin)
            except UnicodeDecodeError:
                self._fail(1007, "text is not UTF-8")
                return
        self._parts.append(bytes(frame.data))
        if frame.fin:
            whole = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
            self._parts = []
            self._hand_over(whole.decode() if self._decoder is not None else whole)

    def _hand_over(self, message: str | bytes) -> None:
        session = cast("Session", self._session)
        before = session.record.terminated
        actions = session.receive(message, self._loop.time())
        terminated = session.record.terminated and not before
        if actions or terminated or self._disturbance.pending:
            self._perform(self._disturbance.disturb(actions, session.position, terminated))

    def _fail(self, code: int, reason: str) -> None:
        protocol = cast("ServerProtocol", self._protocol)
        if self._session is not None:
            self._session.end()
            self._session.record.violations.append(f"{code}: {reason}")
        protocol.fail(code, reason)

    # Actions out

    def _perform(self, operations: list[Operation]) -> None:
        protocol, session = cast("ServerProtocol", self._protocol), cast("Session", self._session)
        for operation in operations:
            if protocol.state is not State.OPEN and not isinstance(operation, (Reset, Stall)):
                break
            if isinstance(operation, Say):
                session.record.note_sent(operation.text, self._loop.time() - session.opened)
                protocol.send_text(operation.text.encode())
            elif isinstance(operation, End) and operation.code != LOST:
                session.end()
                protocol.send_close(operation.code, _fit(operation.reason))
            elif isinstance(operation, Raw):
                self._flush()
                self._outlet.write(operation.data)
            elif isinstance(operation, Stall):
                self._flush()
                self._outlet.stalled = True
            else:
                self._flush()
                session.end()
                self._outlet.reset()
        self._flush()

    def _flush(self) -> None:
        protocol = cast("ServerProtocol", self._protocol)
        for data in protocol.data_to_send():
            if data == SEND_EOF:
                # Once both sides have said close, nothing is in flight that closing could destroy.
                self._outlet.close(half=protocol.close_rcvd is None or protocol.close_sent is None)
            else:
                self._outlet.write(data)

    # Time

    def _arm(self, moment: float | None) -> None:
        """Have `_expire` called at a moment, or earlier.

        It looks at the clock itself, and most deadlines only move away.
        """
        if moment is None or (self._timer is not None and self._timer.when() <= moment):
            return
        self._cancel_timer()
        self._timer = self._loop.call_at(moment, self._expire)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self) -> None:
        self._timer = None
        session, protocol = self._session, self._protocol
        if session is None or protocol is None or protocol.state is not State.OPEN:
            self._transport.abort()
            return
        actions = session.tick(self._loop.time())
        self._perform(self._disturbance.disturb(actions, session.position, False))
        self._drain()

    def shut_down(self) -> None:
        """End the session because the server ends (1001), without waiting for the peer."""
        if self._concluded:
            self._transport.abort()
            return
        if self._session is not None and self._protocol is not None and self._protocol.state is State.OPEN:
            self._perform([End(1001, "the server is going away")])
        self._outlet.close()

    def abort(self) -> None:
        """Drop the connection at once."""
        self._transport.abort()

    def _conclude(self) -> None:
        """Hand over what was seen of the session, once."""
        if self._session is not None and not self._concluded:
            self._concluded = True
            self._note_close()
            self._service.finish(self._session, self._loop.time())

    def _note_close(self) -> None:
        """Write down who ended the session and how; 1006 is a connection that was lost."""
        record = cast("Session", self._session).record
        protocol = cast("ServerProtocol", self._protocol)
        received, sent = protocol.close_rcvd, protocol.close_sent
        first = received if protocol.close_rcvd_then_sent is not False else sent
        if sent is not None and received is None:
            first = sent
        record.closed_by = "client" if first is received and received is not None else "server" if sent else None
        record.close_code = first.code if first is not None else LOST
        record.close_reason = first.reason if first is not None else ""
        record.faults = list(self._disturbance.played)
        if sent is not None and sent.code in _BROKEN_PROTOCOL and not record.violations:
            record.violations.append(f"{int(sent.code)}: {sent.reason}")


def _fit(reason: str) -> str:
    """Cut a close reason to the 123 bytes a close frame has for it."""
    return reason.encode(errors="replace")[:123].decode(errors="ignore")
