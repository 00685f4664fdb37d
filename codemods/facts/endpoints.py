"""Where the vendor's URL is put together: which piece names the host, which the path, which the query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from codemods import protocol as v
from codemods.facts.program import Program
from codemods.interpreter.values import Lit, Obj, Query, Str
from codemods.libraries.observations import Connect


@dataclass(frozen=True, slots=True)
class EndpointText:
    """One text that is (or holds) the v2 socket or token URL.

    Attributes:
        start, end: where in `text.text` the match stands.
    """

    text: Str
    start: int
    end: int
    eu: bool

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
    return EndpointText(text, match.start(), match.end(), bool(match["eu"])) if match else None


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
    for values in program.run.values.values():
        for value in values:
            if isinstance(value, Str) and len(value.parts) > 1 and literal in value.parts:
                following = value.parts[value.parts.index(literal) + 1 :]
                starts = following[0].text if following and isinstance(following[0], Lit) else ""
                ours = v.V2_SOCKET.search(value.text) or v.V2_TOKEN.search(value.text)
                if not ours and not starts.startswith(("/realtime", "/v2/realtime")):
                    return True
    return False


def sockets(program: Program) -> Iterator[tuple[Connect, Str, EndpointText]]:
    """Yield every v2 socket URL that a connection is opened with."""
    for connect in program.run.connects.values():
        for text in program.urls(connect):
            found = find(text, v.V2_SOCKET)
            if found is not None:
                yield connect, text, found


def literals(program: Program, path: str) -> Iterator[cst.SimpleString | cst.FormattedStringText]:
    """Yield the string literals and f-string pieces of a module."""
    for node in program.run.modules[path].walk():
        if isinstance(node, cst.SimpleString | cst.FormattedStringText):
            yield node
