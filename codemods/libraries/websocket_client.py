"""The `websocket-client` library: `WebSocketApp` with callbacks, and `create_connection`."""

from __future__ import annotations

import libcst as cst

from codemods.interpreter.calls import Calls, Model
from codemods.interpreter.heap import Arguments
from codemods.interpreter.values import NOTHING, CloseCode, Connection, External, Frame, Obj, Transport, Value, Values
from codemods.libraries.observations import Connect

_CALLBACKS = ("on_open", "on_message", "on_data", "on_error", "on_close", "on_cont_message", "on_reconnect")
_APP_POSITIONS = {"on_open": 2, "on_reconnect": 3, "on_message": 4, "on_error": 5, "on_close": 6}


def _create(run: Calls, call: cst.Call, given: Arguments) -> Values:
    url = given.node(0, "url")
    if url is None:
        return NOTHING
    connection = Connection(Transport.WEBSOCKET_CLIENT, call)
    run.connect(Connect(connection, call, url, None))
    return frozenset({connection})


def _app(run: Calls, call: cst.Call, given: Arguments) -> Values:
    found = _create(run, call, given)
    for connection in found:
        for name in _CALLBACKS:
            _register(run, connection, name, given.get(_APP_POSITIONS.get(name), name), call)
    return found


def _register(run: Calls, connection: Value, name: str, handlers: Values, call: cst.Call) -> None:
    """Call the user's callback as the library would."""
    assert isinstance(connection, Connection)
    app: Values = frozenset({connection})
    given: list[Values] = [app]
    if name in ("on_message", "on_data", "on_cont_message"):
        given += [frozenset({Frame(connection)}), frozenset({External("builtins.int()")})]
        given = given[:2] if name == "on_message" else given
    elif name == "on_error":
        given += [frozenset({External("builtins.Exception()")})]
    elif name == "on_close":
        given += [frozenset({CloseCode(connection)}), frozenset({External("builtins.str()")})]
    run.call_back(handlers, call, given)


def _socket(run: Calls, call: cst.Call, given: Arguments) -> Values:
    return frozenset({Connection(Transport.WEBSOCKET_CLIENT, call)})


MODELS: dict[str, Model] = {
    "websocket.create_connection": _create,
    "websocket.WebSocketApp": _app,
    "websocket.WebSocket": _socket,
}


def method(run: Calls, base: Value, name: str, call: cst.Call, given: Arguments) -> Values:
    """Return what a method of a socket or app gives."""
    assert isinstance(base, Connection)
    if name.startswith("=on_"):
        _register(run, base, name[1:], given.get(0), call)
    elif name == "connect":
        url = given.node(0, "url")
        if url is not None:
            run.connect(Connect(base, call, url, None))
    elif name in ("recv", "__next__"):
        return frozenset({Frame(base)})
    elif name in ("recv_data", "recv_data_frame"):
        pair = Obj(call, "tuple")
        run.join_heap(pair, 1, frozenset({Frame(base)}))
        return frozenset({pair})
    elif name in ("send", "send_text", "send_bytes", "send_binary"):
        run.send(call, base.transport, name, given.node(0, "data") or given.node(None, "payload"), base)
    elif name == "__enter__":
        return frozenset({base})
    return NOTHING
