"""Where the vendor's URL is put together: which piece names the host, which the path, which the query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from codemods import protocol as v
from codemods.facts.program import Program
from codemods.interpreter.values import Lit, Obj, Query, Str, Value, unwrapped
from codemods.libraries.observations import Connect
from codemods.libraries.values import Connection, Field
from codemods.syntax.tree import SourceModule


@dataclass(frozen=True, slots=True)
class EndpointText:
    """One text that is (or holds) the v2 socket or token URL.

    Attributes:
        start, end: where in `text.text` the match stands.
        host: the host it names.
        eu: whether that is in Europe.
    """

    text: Str
    start: int
    end: int
    host: str
    eu: bool

    @property
    def is_v3(self) -> bool:
        """Whether it is the v3 socket already, of a program that still speaks v2 there."""
        return v.V2_SOCKET.search(self.text.text) is None and v.V3_SOCKET.search(self.text.text) is not None

    def pieces(self) -> Iterator[tuple[Lit, int, int]]:
        """Yield the literals that the match touches, and the part of each (in its own characters)."""
        offset = 0
        for part in self.text.parts:
            length = len(part.text) if isinstance(part, Lit) else 1
            begin, stop = max(self.start - offset, 0), min(self.end - offset, length)
            if isinstance(part, Lit) and begin < stop:
                yield part, begin, stop
            offset += length

    def after(self) -> tuple[int, int]:
        """Return the index of the part in which the match ends, and the offset there."""
        offset = 0
        for index, part in enumerate(self.text.parts):
            length = len(part.text) if isinstance(part, Lit) else 1
            if self.end <= offset + length:
                return index, self.end - offset
            offset += length
        return len(self.text.parts), 0


def find(text: Str, pattern: re.Pattern[str]) -> EndpointText | None:
    """Return where `pattern` stands in `text`."""
    match = pattern.search(text.text)
    return EndpointText(text, match.start(), match.end(), match["host"].lower(), bool(match["eu"])) if match else None


def parameter_objects(program: Program, connect: Connect | None, texts: list[Str]) -> list[Obj]:
    """Return the mappings that a connection's query is made from."""
    found: list[Obj] = []
    sources = [connect.params] if connect is not None and connect.params is not None else []
    queries = [part for text in texts for part in text.parts if isinstance(part, Query) and part.call.args]
    sources += [part.call.args[0].value for part in queries]
    for source in sources:
        for value in program.values(source):
            if isinstance(value, Obj) and value not in found:
                found.append(value)
    return found


def is_shared(program: Program, literal: Lit) -> bool:
    """Return whether a piece of the URL also makes other URLs (a REST base, say)."""
    for values in program.all_values.values():
        for value in values:
            if isinstance(value, Str) and len(value.parts) > 1 and literal in value.parts:
                following = value.parts[value.parts.index(literal) + 1 :]
                starts = following[0].text if following and isinstance(following[0], Lit) else ""
                ours = v.V2_SOCKET.search(value.text) or v.V2_TOKEN.search(value.text)
                if not ours and not starts.startswith(("/realtime", "/v2/realtime")):
                    return True
    return False


def sockets(program: Program) -> Iterator[tuple[Connect, Str, EndpointText]]:
    """Yield every socket URL that a connection is opened with and that is v2's, or v3's where v2 is spoken over it."""
    half_converted = program.get(speaking_v2)
    for connect in program.connects.values():
        if program.is_shared(connect.connection):
            continue
        for text in program.urls(connect):
            found = find(text, v.V2_SOCKET)
            if found is None and connect.connection in half_converted:
                found = find(text, v.V3_SOCKET)
            if found is not None:
                yield connect, text, found


def speaking_v2(program: Program) -> frozenset[Connection]:
    """Return the vendor's connections over which the program is seen to send v2 messages, or to read them."""
    read = {
        value.message.connection
        for values in program.all_values.values()
        for value in values
        if isinstance(value, Field) and value.key in _V2_KEYS
    }
    sent = {
        connection
        for send in program.sends.values()
        if any(is_v2_request(program, value) for value in program.values(send.data))
        for connection in send.connections
    }
    return frozenset(connection for connection in read | sent if connection and program.is_vendor(connection))


_V2_KEYS = frozenset({*v.FIELDS, *v.DERIVED_FIELDS, "created"})


def is_v2_request(program: Program, value: Value) -> bool:
    """Return whether a value that is sent is a message that only v2 knew."""
    words = v.V2_CONTROLS
    content = unwrapped(value)
    if isinstance(content, Obj):
        return any(word in program.items(content) for word in words)
    return isinstance(content, Str) and any(f'"{word}"' in content.text for word in words)


def migrates(program: Program) -> bool:
    """Return whether some connection of the program is migrated."""
    return any(True for _ in sockets(program))


def asks_for_formatting(program: Program) -> bool:
    """Return whether the migration puts `format_turns=true` into some URL of the program."""
    return v.formats_on_request(program.options.speech_model) and migrates(program)


def shared(program: Program) -> Iterator[tuple[Connect, list[EndpointText]]]:
    """Yield every connection that goes to v2 on one path and to somebody else on another."""
    for connect in program.connects.values():
        texts = [found for text in program.urls(connect) if (found := find(text, v.V2_SOCKET)) is not None]
        if texts and program.is_shared(connect.connection):
            yield connect, texts


def literals(program: Program) -> Iterator[tuple[cst.SimpleString | cst.FormattedStringText, SourceModule]]:
    """Yield the string literals and f-string pieces of the modules that may be rewritten, each with its module."""
    for node, module in program.walk():
        if isinstance(node, cst.SimpleString | cst.FormattedStringText):
            yield node, module
