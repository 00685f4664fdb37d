"""What the AssemblyAI plug-ins of voice-agent frameworks ask the service for when nothing is configured.

Run as `PYTHON CLIENT.py`. Each plug-in is the one from PyPI; its own method makes the address that it connects to, and
its own method what it sends when its options are changed in a session. Prints both as JSON, for every plug-in by name.

The frameworks around the plug-ins are huge and not installed. A module of theirs is an empty one, whose names are
classes that take anything: none has a part in the address, but for the facts in `KNOWN`.
"""

from __future__ import annotations

import asyncio
import importlib.abc
import importlib.machinery
import json
import sys
import types
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

# Before the finder below: these try imports of their own, for what is optional, and those have to fail.
import aiohttp
import pydantic
import websockets.asyncio.client

__all__ = ["aiohttp", "pydantic", "websockets"]


class NotGiven:
    """LiveKit's value of an option that is not given."""

    def __bool__(self) -> bool:
        """Be false, as there."""
        return False


class RoomAudio:
    """VideoSDK's conversion of what comes from a room, which arrives at 48 kHz and needs none."""

    declared_rate = 48_000

    def __init__(self, *_: object, **__: object) -> None:
        """Take what describes it."""


#: What the plug-ins ask their frameworks.
KNOWN: dict[str, dict[str, object]] = {
    "livekit.agents.types": {"NOT_GIVEN": NotGiven()},
    "livekit.agents.utils": {"is_given": lambda value: not isinstance(value, NotGiven)},
    "videosdk.agents": {"ProviderAudioInput": RoomAudio},
}


class StandIn(type):
    """A class that has any name and can be written in any annotation."""

    def __getattr__(cls, name: str) -> Any:
        """Return another."""
        if name.startswith("__"):
            raise AttributeError(name)
        return stand_in(name)

    def __getitem__(cls, _: object) -> Any:
        """Take parameters."""
        return cls

    def __or__(cls, _: object) -> Any:
        """Be part of a union."""
        return cls

    __ror__ = __or__


def stand_in(name: str) -> Any:
    """Return a class whose objects have any name and can be called, awaited, and used as decorators."""

    def create(self: Any, *_: object, **named: object) -> None:
        self.__dict__.update(named)

    def call(self: object, *arguments: object, **_: object) -> object:
        return arguments[0] if arguments else self

    def wait(self: object) -> Any:
        yield from ()
        return self

    def get(_: object, name: str) -> object:
        return stand_in(name)()

    return StandIn(name, (), {"__init__": create, "__call__": call, "__await__": wait, "__getattr__": get})


class StandInModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last finder: a module that no other finds has any name."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec:
        """Find it."""
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def exec_module(self, module: types.ModuleType) -> None:
        """Give it its names."""
        made: dict[str, object] = dict(KNOWN.get(module.__name__, {}))

        def named(name: str) -> object:
            if name.startswith("__"):
                raise AttributeError(name)
            return made.setdefault(name, stand_in(name))

        module.__dict__["__getattr__"] = named


class Socket:
    """In the place of a connection: keeps what is sent."""

    closed = False
    _response = None

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, text: str) -> None:
        """As `websockets` has it."""
        self.sent.append(text)

    send_str = send
    """As aiohttp has it."""


class HttpSession:
    """In the place of an `aiohttp.ClientSession`: keeps the address of the one connection that is asked for."""

    def __init__(self) -> None:
        self.url, self.socket = "", Socket()

    async def ws_connect(self, url: str, **_: object) -> Socket:
        """Connect to nothing."""
        self.url = url
        return self.socket


Asked = tuple[str, list[Any]]
OPTIONS = {"max_turn_silence": 700, "min_turn_silence": 200, "keyterms_prompt": ["AWS"], "vad_threshold": 0.5}


async def livekit() -> Asked:
    from livekit.plugins.assemblyai import STT

    session = HttpSession()
    stream = STT(api_key="key", http_session=session).stream()
    await stream._connect_ws()
    more = {"prompt": "Rivers.", "agent_context": "Which?", "interruption_delay": 9}
    stream.update_options(**OPTIONS, **more, continuous_partials=True, end_of_turn_confidence_threshold=0.5)
    stream.force_endpoint()
    return session.url, [stream._config_update_queue.get_nowait() for _ in range(2)]


async def pipecat() -> Asked:
    from pipecat.services.assemblyai.stt import AssemblyAISTTService

    service = AssemblyAISTTService(api_key="key")
    service._sample_rate = 16_000  # as a pipeline sets it
    return service._build_ws_url(), []


async def bolna(**model: str) -> Asked:
    from bolna.transcriber.assemblyai_transcriber import AssemblyAITranscriber

    transcriber = AssemblyAITranscriber("default", keywords="AWS", context="Rivers.", **model)
    transcriber.set_agent_context_source(lambda: "Which?")
    socket = Socket()
    url = transcriber.get_assemblyai_ws_url()
    await transcriber._send_pending_configuration(socket)
    return url, list(map(json.loads, socket.sent))


async def bolna_u3() -> Asked:
    return await bolna(model="universal-3-5-pro")


async def videosdk() -> Asked:
    from videosdk.plugins.assemblyai import AssemblyAISTT

    stt = AssemblyAISTT(api_key="key")
    stt._session = session = HttpSession()
    await stt._connect_ws()
    stt._ws = session.socket
    await stt.update_options(**OPTIONS, language_codes=["en"], continuous_partials=True, interruption_delay=9)
    return session.url, list(map(json.loads, session.socket.sent))


async def vision_agents() -> Asked:
    from vision_agents.plugins.assemblyai import STT

    return STT(api_key="key")._build_ws_url(), []


ASK: dict[str, Callable[[], Coroutine[Any, Any, Asked]]] = {
    "livekit": livekit,
    "pipecat": pipecat,
    "bolna": bolna,
    "bolna, Universal-3": bolna_u3,
    "videosdk": videosdk,
    "vision agents": vision_agents,
}


async def ask_all() -> dict[str, Asked]:
    """Ask one after another."""
    return {name: await ask() for name, ask in ASK.items()}


if __name__ == "__main__":
    sys.meta_path.append(StandInModules())
    print(json.dumps(asyncio.run(ask_all())))
