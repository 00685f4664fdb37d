"""The `websockets` library: asyncio and sync clients."""

from __future__ import annotations

import libcst as cst

from codemods.interpreter.calls import Calls, Model
from codemods.interpreter.heap import Arguments
from codemods.interpreter.values import NOTHING, Connecting, Connection, Frame, Transport, Value, Values
from codemods.libraries.observations import Connect


def _opened(run: Calls, call: cst.Call, given: Arguments, transport: Transport) -> Connection | None:
    url = given.node(0, "uri")
    if url is None:
        return None
    connection = Connection(transport, call)
    run.connect(Connect(connection, call, url, None))
    return connection


def _connect(run: Calls, call: cst.Call, given: Arguments) -> Values:
    connection = _opened(run, call, given, Transport.WEBSOCKETS)
    return frozenset({Connecting(connection)}) if connection else NOTHING


def _connect_sync(run: Calls, call: cst.Call, given: Arguments) -> Values:
    connection = _opened(run, call, given, Transport.WEBSOCKETS_SYNC)
    return frozenset({connection}) if connection else NOTHING


MODELS: dict[str, Model] = {
    "websockets.connect": _connect,
    "websockets.client.connect": _connect,
    "websockets.legacy.client.connect": _connect,
    "websockets.asyncio.client.connect": _connect,
    "websockets.sync.client.connect": _connect_sync,
}


def method(run: Calls, base: Value, name: str, call: cst.Call, given: Arguments) -> Values:
    """Return what a method of a connection gives."""
    assert isinstance(base, Connection)
    if name in ("recv", "__anext__"):
        return frozenset({Frame(base)})
    if name == "send":
        run.send(call, base.transport, name, given.node(0, "message"), base)
    if name in ("__aenter__", "__enter__"):
        return frozenset({base})
    return NOTHING
