"""aiohttp's WebSocket client."""

from __future__ import annotations

import libcst as cst

from codemods.interpreter.calls import Calls, MethodModel, Model
from codemods.interpreter.heap import Arguments
from codemods.interpreter.values import (
    NOTHING,
    Connecting,
    Connection,
    Frame,
    Message,
    Transport,
    Value,
    Values,
    WsMessage,
)
from codemods.libraries.observations import Connect


def _ws_connect(run: Calls, call: cst.Call, given: Arguments) -> Values:
    url = given.node(0, "url")
    if url is None:
        return NOTHING
    connection = Connection(Transport.AIOHTTP, call)
    run.connect(Connect(connection, call, url, given.node(None, "params")))
    return frozenset({Connecting(connection)})


MODELS: dict[str, Model] = {}
NAME_MODELS: dict[str, Model] = {"ws_connect": _ws_connect}


def method(run: Calls, base: Value, name: str, call: cst.Call, given: Arguments) -> Values:
    """Return what a method of a connection gives."""
    assert isinstance(base, Connection)
    if name in ("receive", "__anext__"):
        return frozenset({WsMessage(base)})
    if name in ("receive_str", "receive_bytes"):
        return frozenset({Frame(base)})
    if name == "receive_json":
        return frozenset({Message(base, call)})
    if name in ("send_str", "send_json", "send_bytes", "send_frame"):
        run.send(call, base.transport, name, given.node(0, "data"), base)
    if name == "__aenter__":
        return frozenset({base})
    return NOTHING


def _message_method(run: Calls, base: Value, name: str, call: cst.Call, given: Arguments) -> Values:
    assert isinstance(base, WsMessage)
    return frozenset({Message(base.connection, call)}) if name == "json" else NOTHING


METHOD_MODELS: dict[type[Value], MethodModel] = {WsMessage: _message_method}
