"""Every library that the analysis knows, as one."""

from __future__ import annotations

import re

from codemods import protocol as v
from codemods.interpreter.library import Library
from codemods.interpreter.stdlib import models
from codemods.interpreter.values import Value
from codemods.libraries import (
    aiohttp,
    assemblyai,
    audio_sources,
    pydantic,
    settings,
    websocket_client,
    websockets,
)
from codemods.libraries.assemblyai_values import SdkEvent, Transcriber
from codemods.libraries.values import Connecting, Connection, Field, Frame, Message, unseen

_VENDOR_HOST = "assemblyai"
"""What a text must name to be worth knowing when it fills a template: the rest of a URL is read around it."""

_SPEAKS = re.compile(
    "|".join(["assemblyai", "websocket", "ws_connect", "RealtimeT", v.TYPE_KEY, v.AUDIO_KEY, v.TERMINATE, *v.V2_TYPES]),
    re.IGNORECASE,
)
"""Words without which a module has nothing to do with the vendor, unless it is handed something."""

TRANSPORTS = (websockets.ASYNCIO, websockets.SYNC, websocket_client.TRANSPORT, aiohttp.TRANSPORT)
"""Every way of using a client library; the first of a package is what an import of it stands for."""

_KNOWN = (
    models.LIBRARY,
    audio_sources.LIBRARY,
    websockets.LIBRARY,
    websocket_client.LIBRARY,
    aiohttp.LIBRARY,
    assemblyai.LIBRARY,
    pydantic.LIBRARY,
    settings.LIBRARY,
)


def _matters(value: Value) -> bool:
    """Return whether a value may be the vendor's, or leads to what is."""
    if isinstance(value, Message | Field):
        return (value if isinstance(value, Message) else value.message).connection is not None
    return isinstance(value, Connection | Connecting | Frame | Transcriber | SdkEvent)


def library() -> Library:
    """Return what is known of the standard library and of all others."""
    functions = {name: model for known in _KNOWN for name, model in known.functions.items()}
    return Library(
        functions=functions,
        methods={name: model for known in _KNOWN for name, model in known.methods.items()},
        overrides={name: methods for known in _KNOWN for name, methods in known.overrides.items()},
        annotations={name: make for known in _KNOWN for name, make in known.annotations.items()},
        exceptions={name: value for known in _KNOWN for name, value in known.exceptions.items()},
        exports={module: names for known in _KNOWN for module, names in known.exports.items()},
        unseen=unseen,
        packages={name.split(".")[0] for name in functions} - {"builtins", "class"},
        telling=lambda text: _VENDOR_HOST in text.lower(),
        speaks=lambda text: _SPEAKS.search(text) is not None,
        matters=_matters,
    )
