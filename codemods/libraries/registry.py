"""Every library that the analysis knows, as one."""

from __future__ import annotations

from codemods.interpreter.library import Library
from codemods.interpreter.stdlib import models
from codemods.libraries import aiohttp, assemblyai, audio_sources, pydantic, websocket_client, websockets
from codemods.libraries.values import unseen

_VENDOR_HOST = "assemblyai"
"""What a text must name to be worth knowing when it fills a template: the rest of a URL is read around it."""

_KNOWN = (
    models.LIBRARY,
    audio_sources.LIBRARY,
    websockets.LIBRARY,
    websocket_client.LIBRARY,
    aiohttp.LIBRARY,
    assemblyai.LIBRARY,
    pydantic.LIBRARY,
)


def library() -> Library:
    """Return what is known of the standard library and of all others."""
    return Library(
        functions={name: model for known in _KNOWN for name, model in known.functions.items()},
        methods={name: model for known in _KNOWN for name, model in known.methods.items()},
        annotations={name: make for known in _KNOWN for name, make in known.annotations.items()},
        exceptions={name: value for known in _KNOWN for name, value in known.exceptions.items()},
        unseen=unseen,
        telling=lambda text: _VENDOR_HOST in text.lower(),
    )
