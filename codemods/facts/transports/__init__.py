"""One file per client library: how a connection is opened, how frames are received and sent."""

from __future__ import annotations

from codemods.facts.access import AttributeModel
from codemods.facts.calls import MethodModel, Model
from codemods.facts.transports import aiohttp, sdk, websocket_client, websockets
from codemods.facts.values import Connection, Transport, Value

_TRANSPORTS = (websockets, websocket_client, aiohttp, sdk)

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
    **sdk.METHOD_MODELS,
}
ATTRIBUTE_MODELS: dict[type[Value], AttributeModel] = dict(sdk.ATTRIBUTE_MODELS)
ANNOTATION_MODELS = dict(sdk.ANNOTATION_MODELS)
