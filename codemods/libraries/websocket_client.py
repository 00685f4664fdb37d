"""The `websocket-client` library: `WebSocketApp` with callbacks, and `create_connection`."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.fixpoint import Interpreter
from codemods.interpreter.library import Library
from codemods.interpreter.values import NOTHING, External, Obj, Values
from codemods.libraries import observations
from codemods.libraries.values import CloseCode, CloseError, Connection, Frame, Transport

_CALLBACKS = ("on_open", "on_message", "on_data", "on_error", "on_close", "on_cont_message", "on_reconnect")
_APP_POSITIONS = {"on_open": 2, "on_reconnect": 3, "on_message": 4, "on_error": 5, "on_close": 6}


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
            url = given.node(0, "url")
            if url is not None:
                observations.connect(run, self, call, url, None)
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


def _opened(run: Interpreter, call: cst.Call, given: Arguments) -> WebSocketClientConnection | None:
    url = given.node(0, "url")
    if url is None:
        return None
    connection = WebSocketClientConnection(Transport.WEBSOCKET_CLIENT, call)
    observations.connect(run, connection, call, url, None)
    return connection


def _create(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    connection = _opened(run, call, given)
    return frozenset({connection}) if connection else NOTHING


def _app(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    connection = _opened(run, call, given)
    if connection is None:
        return NOTHING
    for name in _CALLBACKS:
        connection.register(run, name, given.get(_APP_POSITIONS.get(name), name), call)
    return frozenset({connection})


def _socket(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return frozenset({WebSocketClientConnection(Transport.WEBSOCKET_CLIENT, call)})


LIBRARY = Library(
    functions={
        "websocket.create_connection": _create,
        "websocket.WebSocketApp": _app,
        "websocket.WebSocket": _socket,
    },
    exceptions={"WebSocketConnectionClosedException": CloseError(None)},
)
