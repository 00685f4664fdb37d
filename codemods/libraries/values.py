"""What libraries give: connections, what is received on them, server messages, sound."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.containers import keys
from codemods.interpreter.values import ELEMENT, NOTHING, Plain, Unknown, Value, Values
from codemods.libraries import observations
from codemods.libraries.transport import Transport

if TYPE_CHECKING:
    from codemods.interpreter.fixpoint import Interpreter


@dataclass(frozen=True, slots=True)
class Connection(Plain):
    """A socket (or `WebSocketApp`) opened at one call; each library has a class of its own."""

    transport: Transport
    site: cst.Call

    def attribute(self, run: Interpreter, name: str) -> Values:
        known = run.heap.read(self, f".{name}")
        if name == "close_code":
            return known | {CloseCode(self)}
        return known | {self} if name == "sock" else known

    def iterate(self, run: Interpreter) -> Values:
        return frozenset({self.received()})

    def received(self) -> Value:
        """Return what one receive gives."""
        return Frame(self)


@dataclass(frozen=True, slots=True)
class Connecting(Plain):
    """What `connect(...)` returns before it is awaited or entered."""

    connection: Connection

    def awaited(self) -> Value:
        return self.connection

    def entered(self, run: Interpreter, node: cst.BaseExpression) -> Values:
        return frozenset({self.connection})

    def iterate(self, run: Interpreter) -> Values:
        return frozenset({self.connection})  # `async for ws in connect(...)` connects again and again

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        return frozenset({self.connection}) if name in ("__aenter__", "__enter__", "__await__") else NOTHING


@dataclass(frozen=True, slots=True)
class Frame(Plain):
    """A message as received, not parsed."""

    connection: Connection | None

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        return frozenset({self}) if name in ("strip", "decode", "encode") else NOTHING

    def parsed(self, run: Interpreter, call: cst.Call) -> Values:
        return frozenset({Message(self.connection, call)})

    def validated(self, call: cst.Call) -> Values:
        return frozenset({Message(self.connection, call)})


@dataclass(frozen=True, slots=True)
class Message(Plain):
    """A parsed server message.

    `connection` is None where flow does not tell where the text came from; `site` is then what evidence is tied to.
    """

    connection: Connection | None
    site: cst.CSTNode

    def _unknown(self, run: Interpreter) -> Values:
        """Return what something of unknown origin gives that is no message."""
        return frozenset({Unknown(self.site)}) if run.guessing and self.connection is None else NOTHING

    def attribute(self, run: Interpreter, name: str) -> Values:
        return run.heap.read(self, f".{name}") or self._unknown(run)

    def item(self, run: Interpreter, key: Hashable, site: cst.CSTNode) -> Values:
        if isinstance(key, str) and key != ELEMENT:
            return frozenset({Field(self, key, site)})
        return self._unknown(run)

    def iterate(self, run: Interpreter) -> Values:
        return self._unknown(run)

    def invoke(self, run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        if self.connection is None:
            run.calls.escape(given, call)
        return self._unknown(run)

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        if name in ("get", "pop", "setdefault"):
            otherwise = (value for value in given.get(1) if isinstance(value, Field))  # the other version's key
            return frozenset(otherwise).union(*(self.item(run, key, call) for key in keys(given.get(0))))
        if name == "copy":
            return frozenset({self})
        if self.connection is None:
            # a value of unknown origin: it may be a socket as well as a message
            if name in ("send", "send_str", "send_json", "send_bytes", "send_text", "send_binary"):
                observations.send(run, call, None, name, given.node(0), None)
            elif name in ("recv", "receive_str"):
                return frozenset({Frame(None)})
            elif name in ("strip", "decode", "result", "get_nowait"):
                return frozenset({self})
            return None
        return NOTHING

    def parsed(self, run: Interpreter, call: cst.Call) -> Values:
        return frozenset({Message(None, call)})

    def serialized(self, call: cst.Call) -> Values:
        return frozenset({Frame(self.connection)}) if self.connection is not None else NOTHING

    def copied(self) -> Values:
        return frozenset({self})


@dataclass(frozen=True, slots=True)
class Field(Plain):
    """The value under one key of a server message, read at `site`."""

    message: Message
    key: str
    site: cst.CSTNode

    def attribute(self, run: Interpreter, name: str) -> Values:
        return frozenset({self}) if name == "value" else run.heap.read(self, f".{name}")

    def item(self, run: Interpreter, key: Hashable, site: cst.CSTNode) -> Values:
        if self.key == "words":
            return frozenset({Word(self.message)})
        if (self.key, key) == ("media", "payload"):  # a telephone line's: Twilio's media streams
            return frozenset({Sound(site, None, "telephone")})
        return NOTHING

    def iterate(self, run: Interpreter) -> Values:
        return frozenset({Word(self.message)}) if self.key == "words" else NOTHING

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        if name == "get":
            return NOTHING.union(*(self.item(run, key, call) for key in keys(given.get(0))))
        return frozenset({self}) if name in ("strip", "copy") else NOTHING

    def parsed(self, run: Interpreter, call: cst.Call) -> Values:
        return frozenset({Message(None, call)})


@dataclass(frozen=True, slots=True)
class Word(Plain):
    """One entry of a message's `words`."""

    message: Message


_SOUND_METHODS = frozenset(
    {
        *("astype", "clip", "copy", "flatten", "mean", "ravel", "reshape", "squeeze", "to_ndarray", "tobytes"),
        *("set_channels", "set_frame_rate", "set_sample_width"),
    }
)
"""What arrays, frames of PyAV and pieces of pydub do with sound that leaves it as long as it was."""

PACKETS = {"telephone": 20, "Discord": 20, "WebRTC": 20}
"""Milliseconds of sound that comes in packets, by what delivers them: Twilio's media streams, discord.py's
`FRAME_LENGTH`, aiortc's `AUDIO_PTIME`."""


@dataclass(frozen=True, slots=True)
class Sound(Plain):
    """A piece of sound, as read from a device, a file or a pipe.

    Attributes:
        site: what reads it, or opens the stream that hands it over.
        size: how much is read; None when nothing says.
        unit: what `size` counts: `frames`, `bytes`, `milliseconds`; without a size, what delivers it in `PACKETS`.
    """

    site: cst.CSTNode
    size: cst.BaseExpression | None
    unit: str

    def decoded(self, run: Interpreter) -> Values:
        return frozenset({self})

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values:
        return frozenset({self}) if name in _SOUND_METHODS else NOTHING

    def attribute(self, run: Interpreter, name: str) -> Values:
        return frozenset({self}) if name in ("pcm", "planes", "raw_data", "T") else run.heap.read(self, f".{name}")

    def item(self, run: Interpreter, key: Hashable, site: cst.CSTNode) -> Values:
        return frozenset({self}) if key in (ELEMENT, 0) else NOTHING  # one channel of several, the plane of a frame

    def scaled(self) -> Values:
        return frozenset({self})


@dataclass(frozen=True, slots=True)
class CloseError(Plain):
    """The exception that tells that the connection was closed."""

    connection: Connection | None

    def attribute(self, run: Interpreter, name: str) -> Values:
        if name in ("code", "status_code"):
            return frozenset({CloseCode(self.connection)})
        return frozenset({self}) if name in ("rcvd", "sent") else NOTHING


@dataclass(frozen=True, slots=True)
class CloseCode(Plain):
    """The code a connection was closed with."""

    connection: Connection | None


def unseen(node: cst.CSTNode) -> Values:
    """Return what a value from out of sight may be: a server message, for which evidence may be found."""
    return frozenset({Message(None, node)})
