"""aiohttp's WebSocket client."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.fixpoint import Interpreter
from codemods.interpreter.library import Library
from codemods.interpreter.values import NOTHING, Plain, Value, Values
from codemods.libraries import observations
from codemods.libraries.transport import BinarySend, Transport
from codemods.libraries.values import Connecting, Connection, Frame, Message


@dataclass(frozen=True, slots=True)
class AiohttpConnection(Connection):
    """A `ClientWebSocketResponse`."""

    def received(self) -> Value:
        return WsMessage(self)

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        if name in ("receive", "__anext__"):
            return frozenset({WsMessage(self)})
        if name in ("receive_str", "receive_bytes"):
            return frozenset({Frame(self)})
        if name == "receive_json":
            return frozenset({Message(self, call)})
        if name in ("send_str", "send_json", "send_bytes", "send_frame"):
            observations.send(run, call, self.transport, name, given.node(0, "data"), self)
        return frozenset({self}) if name == "__aenter__" else NOTHING


@dataclass(frozen=True, slots=True)
class WsMessage(Plain):
    """`WSMessage`, which carries a frame in `.data`."""

    connection: Connection

    def attribute(self, run: Interpreter, name: str) -> Values:
        return frozenset({Frame(self.connection)}) if name == "data" else NOTHING

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        return frozenset({Message(self.connection, call)}) if name == "json" else NOTHING


def _ws_connect(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    url, params = given.node(0, "url"), given.node(None, "params")
    return frozenset(map(Connecting, observations.connect(run, AiohttpConnection(TRANSPORT, call), call, url, params)))


TRANSPORT = Transport(
    name="aiohttp",
    package="aiohttp",
    awaited=True,
    receives=frozenset({"receive", "receive_str", "receive_json", "receive_bytes", "__anext__"}),
    send_text="send_str",
    binary_methods=frozenset({"send_bytes"}),
    headers="headers",
    closed=("", "", "ConnectionError"),
    snippets="aiohttp_session",
    belongs_to_loop=frozenset({"aiohttp.ClientSession"}),
    binary=lambda method, place: BinarySend("send_bytes"),
)
LIBRARY = Library(methods={"ws_connect": _ws_connect})
