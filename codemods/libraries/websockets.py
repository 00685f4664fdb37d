"""The `websockets` library: asyncio and sync clients."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.fixpoint import Interpreter
from codemods.interpreter.library import Library
from codemods.interpreter.values import NOTHING, Value, Values
from codemods.libraries import observations
from codemods.libraries.transport import Transport
from codemods.libraries.values import CloseError, Connecting, Connection, Frame


@dataclass(frozen=True, slots=True)
class WebsocketsConnection(Connection):
    """A `ClientConnection`, or a legacy `WebSocketClientProtocol`."""

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        if name in ("recv", "__anext__"):
            return frozenset({Frame(self)})
        if name == "send":
            observations.send(run, call, self.transport, name, given.node(0, "message"), self)
        return frozenset({self}) if name in ("__aenter__", "__enter__") else NOTHING


def _connect(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    opened = observations.connect(run, WebsocketsConnection(ASYNCIO, call), call, given.node(0, "uri"))
    return frozenset(map(Connecting, opened))


def _connect_sync(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return observations.connect(run, WebsocketsConnection(SYNC, call), call, given.node(0, "uri"))


_GONE = ("websockets", "websockets.exceptions", "ConnectionClosed")

ASYNCIO = Transport(
    name="websockets",
    package="websockets",
    awaited=True,
    receives=frozenset({"recv", "__anext__"}),
    receive="recv",
    send_text="send",
    headers="additional_headers",
    closed=_GONE,
    snippets="websockets_session",
    # https://websockets.readthedocs.io/en/stable/reference/asyncio/client.html, read 2026-11-29
    connect_timeout="open_timeout",
)
SYNC = Transport(
    name="websockets.sync",
    package="websockets",
    awaited=False,
    receives=frozenset({"recv"}),
    receive="recv",
    send_text="send",
    headers="additional_headers",
    closed=_GONE,
    snippets="thread_session",
)

_CLOSED: Value = CloseError(None)

LIBRARY = Library(
    functions={
        "websockets.connect": _connect,
        "websockets.client.connect": _connect,
        "websockets.legacy.client.connect": _connect,
        "websockets.asyncio.client.connect": _connect,
        "websockets.sync.client.connect": _connect_sync,
    },
    exceptions={"ConnectionClosed": _CLOSED, "ConnectionClosedError": _CLOSED, "ConnectionClosedOK": _CLOSED},
)
