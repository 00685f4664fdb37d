"""The `websocket-client` library: `WebSocketApp` with callbacks, and `create_connection`."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.fixpoint import Interpreter
from codemods.interpreter.library import Library
from codemods.interpreter.values import NOTHING, External, Instance, Method, Obj, Values
from codemods.libraries import observations
from codemods.libraries.transport import BinarySend, Callback, SendSite, Transport
from codemods.libraries.values import CloseCode, CloseError, Connection, Frame

_CALLBACKS = ("on_open", "on_message", "on_data", "on_error", "on_close", "on_cont_message", "on_reconnect")


@dataclass(frozen=True, slots=True)
class WebSocketClientConnection(Connection):
    """A `WebSocket` or a `WebSocketApp`."""

    def assign_callback(self, run: Interpreter, name: str, handlers: Values, target: cst.Attribute) -> None:
        self.register(run, name, handlers, cst.Call(func=target))

    def register(self, run: Interpreter, name: str, handlers: Values, call: cst.Call) -> None:
        """Call the user's callback as the library would."""
        given: list[Values] = [frozenset({self})]
        if name in ("on_message", "on_data", "on_cont_message"):
            given += [frozenset({Frame(self)}), frozenset({External("builtins.int()")})]
            given = given[:2] if name == "on_message" else given
        elif name == "on_error":
            given += [frozenset({External("builtins.Exception()")})]
        elif name == "on_close":
            given += [frozenset({CloseCode(self)}), frozenset({External("builtins.str()")})]
        run.calls.back(handlers, call, given)

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        if name == "connect":
            observations.connect(run, self, call, given.node(0, "url"))
        elif name in ("recv", "__next__"):
            return frozenset({Frame(self)})
        elif name in ("recv_data", "recv_data_frame"):
            pair = Obj(call, "tuple")
            run.heap.join(pair, 1, frozenset({Frame(self)}))
            return frozenset({pair})
        elif name in ("send", "send_text", "send_bytes", "send_binary"):
            data = given.node(0, "data") or given.node(None, "payload")
            observations.send(run, call, self.transport, name, data, self)
        elif name == "__enter__":
            return frozenset({self})
        return NOTHING


def _create(run: Interpreter, call: cst.Call, given: Arguments) -> frozenset[WebSocketClientConnection]:
    return observations.connect(run, WebSocketClientConnection(TRANSPORT, call), call, given.node(0, "url"))


def _app(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    opened = _create(run, call, given)
    for connection in opened:
        for name in _CALLBACKS:
            known = TRANSPORT.callbacks.get(name)
            position = known.position if known is not None else None
            connection.register(run, name, given.get(position, name), call)
    return opened


def _app_of_class(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    """`super().__init__(...)` in a class derived from `WebSocketApp`: the connection is the instance itself."""
    owner = run.classes.around(run.scope)
    if owner is None:
        return NOTHING
    for connection in _app(run, call, given):
        for name in ("send", "send_text", "send_bytes", "close", "run_forever"):
            run.heap.join(Instance(owner), f".{name}", frozenset({Method(connection, name)}))
    return NOTHING


def _socket(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return frozenset({WebSocketClientConnection(TRANSPORT, call)})


def _binary(method: str, place: SendSite) -> BinarySend:
    """Return how bytes are sent: `send` takes an opcode, and only `WebSocket` has a method of its own as well."""
    if method not in ("send", "send_text"):
        return BinarySend(method)
    if place.names_package:
        return BinarySend("send", "websocket.ABNF.OPCODE_BINARY")
    if place.made_by is not None and not any(name.endswith(("WebSocketApp", "__init__")) for name in place.made_by):
        return BinarySend("send_binary")
    if place.imports_late:
        return BinarySend("send", "opcode=2")
    return BinarySend("send", "ABNF.OPCODE_BINARY", needs=("websocket", "ABNF"))


TRANSPORT = Transport(
    name="websocket-client",
    package="websocket",
    awaited=False,
    receives=frozenset({"recv", "recv_data", "recv_data_frame"}),
    receive="recv",
    send_text="send",
    binary_methods=frozenset({"send_binary", "send_bytes"}),
    takes_opcode=True,
    headers="header",
    closed=("websocket", "websocket", "WebSocketConnectionClosedException"),
    snippets={"WebSocketApp": "app_session", "": "socket_session"},
    # since 1.0; before, a bound method got no `ws`
    callbacks={
        "on_open": Callback(2, ("ws",)),
        "on_reconnect": Callback(3, ("ws",)),
        "on_message": Callback(4, ("ws", "message")),
        "on_error": Callback(5, ("ws", "error")),
        "on_close": Callback(6, ("ws", "close_status_code", "close_msg")),
    },
    # https://github.com/websocket-client/websocket-client/blob/master/websocket/_app.py, read 2026-11-29
    states=frozenset({"sock", "connected", "keep_running"}),
    # https://github.com/websocket-client/websocket-client/blob/master/websocket/_socket.py, read 2026-11-29
    connect_limit="setdefaulttimeout",
    binary=_binary,
)
LIBRARY = Library(
    functions={
        "websocket.create_connection": _create,
        "websocket.WebSocketApp": _app,
        "websocket.WebSocketApp.__init__": _app_of_class,
        "websocket.WebSocket": _socket,
    },
    exceptions={"WebSocketConnectionClosedException": CloseError(None)},
)
