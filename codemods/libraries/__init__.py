"""One file per client library: how a connection is opened, how frames are received and sent."""

from __future__ import annotations

from codemods.interpreter.access import AttributeModel
from codemods.interpreter.calls import MethodModel, Model
from codemods.interpreter.values import Connection, Transport, Value
from codemods.libraries import aiohttp, assemblyai, websocket_client, websockets

_TRANSPORTS = (websockets, websocket_client, aiohttp, assemblyai)

MODELS: dict[str, Model] = {name: model for transport in _TRANSPORTS for name, model in transport.MODELS.items()}
NAME_MODELS: dict[str, Model] = dict(aiohttp.NAME_MODELS)

_METHODS = {
    Transport.WEBSOCKETS: websockets.method,
    Transport.WEBSOCKETS_SYNC: websockets.method,
    Transport.WEBSOCKET_CLIENT: websocket_client.method,
    Transport.AIOHTTP: aiohttp.method,
}


def _connection_method(run, base, name, call, given):  # type: ignore[no-untyped-def]
    assert isinstance(base, Connection)
    return _METHODS[base.transport](run, base, name, call, given)


METHOD_MODELS: dict[type[Value], MethodModel] = {
    Connection: _connection_method,
    **aiohttp.METHOD_MODELS,
    **assemblyai.METHOD_MODELS,
}
ATTRIBUTE_MODELS: dict[type[Value], AttributeModel] = dict(assemblyai.ATTRIBUTE_MODELS)
ANNOTATION_MODELS = dict(assemblyai.ANNOTATION_MODELS)
