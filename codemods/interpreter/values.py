"""What an expression can be: the abstract values that the interpreter passes around."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

import libcst as cst


class Value:
    """An abstract value. Equal values stand for the same thing at run time, as far as the analysis can tell."""

    __slots__ = ()


Values: TypeAlias = frozenset[Value]
NOTHING: Values = frozenset()


@dataclass(frozen=True, slots=True)
class External(Value):
    """Something of a library, by its dotted name; a call appends `()`: `aiohttp.ClientSession().ws_connect`."""

    name: str


@dataclass(frozen=True, slots=True)
class ModuleRef(Value):
    """A module of the program itself."""

    path: str


@dataclass(frozen=True, slots=True)
class Function(Value):
    """A function, method or lambda of the program."""

    node: cst.FunctionDef | cst.Lambda


@dataclass(frozen=True, slots=True)
class ClassRef(Value):
    """A class of the program."""

    node: cst.ClassDef


@dataclass(frozen=True, slots=True)
class Instance(Value):
    """Any instance of a class of the program."""

    node: cst.ClassDef


@dataclass(frozen=True, slots=True)
class Bound(Value):
    """A callable with leading arguments already given: a bound method or a `functools.partial`."""

    target: Value
    args: tuple[Values, ...]
    keywords: tuple[tuple[str, Values], ...] = ()


@dataclass(frozen=True, slots=True)
class Const(Value):
    """A number, bytes, True, False or None."""

    value: int | float | bytes | bool | None
    node: cst.CSTNode = field(compare=False)


@dataclass(frozen=True, slots=True)
class Lit:
    """A piece of text written in the source."""

    text: str
    node: cst.SimpleString | cst.FormattedStringText


@dataclass(frozen=True, slots=True)
class Hole:
    """A piece of text that is computed."""

    node: cst.CSTNode


@dataclass(frozen=True, slots=True)
class Query:
    """A piece of text made by `urlencode(...)` from a mapping."""

    call: cst.Call


Part: TypeAlias = Lit | Hole | Query


@dataclass(frozen=True, slots=True)
class Str(Value):
    """Text, as the sequence of pieces it is put together from."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The text with every computed piece replaced by a NUL."""
        return "".join(part.text if isinstance(part, Lit) else "\0" for part in self.parts)

    @property
    def literal(self) -> str | None:
        """The text if all of it is written in the source."""
        return self.text if all(isinstance(part, Lit) for part in self.parts) else None


@dataclass(frozen=True, slots=True)
class Obj(Value):
    """A container made at one place: dict, list, tuple, set, queue, generator. Contents live in the heap."""

    site: cst.CSTNode
    kind: str


class Transport(str, Enum):
    """The client libraries whose connections are known."""

    WEBSOCKETS = "websockets"
    WEBSOCKETS_SYNC = "websockets.sync"
    WEBSOCKET_CLIENT = "websocket-client"
    AIOHTTP = "aiohttp"


@dataclass(frozen=True, slots=True)
class Connection(Value):
    """A socket (or `WebSocketApp`) opened at one call."""

    transport: Transport
    site: cst.Call


@dataclass(frozen=True, slots=True)
class Connecting(Value):
    """What `connect(...)` returns before it is awaited or entered."""

    connection: Connection


@dataclass(frozen=True, slots=True)
class Frame(Value):
    """A message as received, not parsed."""

    connection: Connection | None


@dataclass(frozen=True, slots=True)
class WsMessage(Value):
    """aiohttp's `WSMessage`, which carries a frame in `.data`."""

    connection: Connection


@dataclass(frozen=True, slots=True)
class Message(Value):
    """A parsed server message.

    `connection` is None where flow does not tell where the text came from; `site` is then what evidence is tied to.
    """

    connection: Connection | None
    site: cst.CSTNode


@dataclass(frozen=True, slots=True)
class Field(Value):
    """The value under one key of a server message, read at `site`."""

    message: Message
    key: str
    site: cst.CSTNode


@dataclass(frozen=True, slots=True)
class Word(Value):
    """One entry of a message's `words`."""

    message: Message


@dataclass(frozen=True, slots=True)
class Sound(Value):
    """A piece of sound, as read from a device, a file or a pipe.

    Attributes:
        site: what reads it, or opens the stream that hands it over.
        size: how much is read; None when nothing says.
        unit: what `size` counts: `frames`, `bytes`, or `calls` for what a telephone line delivers at a time.
    """

    site: cst.CSTNode
    size: cst.BaseExpression | None
    unit: str


@dataclass(frozen=True, slots=True)
class Encoded(Value):
    """Base64 of something, as bytes or text."""

    call: cst.Call


@dataclass(frozen=True, slots=True)
class Json(Value):
    """JSON text made by `json.dumps` from `content`."""

    call: cst.Call
    content: Obj


@dataclass(frozen=True, slots=True)
class CloseError(Value):
    """The exception that tells that the connection was closed."""

    connection: Connection | None


@dataclass(frozen=True, slots=True)
class CloseCode(Value):
    """The code a connection was closed with."""

    connection: Connection | None


def texts(values: Iterable[Value]) -> list[str]:
    """Return every text that `values` spell out in full."""
    return [value.literal for value in values if isinstance(value, Str) and value.literal is not None]
