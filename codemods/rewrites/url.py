"""Moves a URL to v3's host and path, wherever its pieces are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import libcst as cst

from codemods import protocol as v
from codemods.facts import endpoints
from codemods.facts.endpoints import EndpointText
from codemods.facts.program import Program
from codemods.interpreter.values import Lit, Str
from codemods.syntax.build import edit_text
from codemods.syntax.edits import Edit, Replace

_HOST = re.compile(r"(api|streaming)(\.\w+)?\.assemblyai\.com", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Move:
    """What to do at one literal of a URL.

    Attributes:
        edits: none where the URL is put together in a way that cannot be taken apart.
        host: where the URL goes.
    """

    node: cst.CSTNode
    edits: tuple[Edit, ...]
    host: str


class Hosts:
    """The moves of one program: each literal is moved once, however many URLs it is part of."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.region = program.options.region
        self.done: set[cst.CSTNode] = set()

    def host(self, endpoint: EndpointText | re.Match[str]) -> str:
        """Return the v3 host for a v2 URL."""
        host, eu = (
            (endpoint.host, endpoint.eu)
            if isinstance(endpoint, EndpointText)
            else (endpoint["host"].lower(), endpoint["eu"])
        )
        return host if host.startswith("streaming") else v.HOSTS["eu" if eu else self.region]

    @property
    def host_of_region(self) -> str:
        """The v3 host where no URL says which."""
        return v.HOSTS[self.region]

    def move(self, endpoint: EndpointText, scheme: str) -> Iterator[Move]:
        """Yield what moves a URL.

        Args:
            scheme: `wss` or `https`, for a URL that has to be spelled out anew.
        """
        if endpoint.is_v3:
            return
        host = self.host(endpoint)
        pieces = [piece for piece, _, _ in endpoint.pieces()]
        if all(piece.node in self.done for piece in pieces):
            return
        bases = [piece for piece in pieces if "assemblyai" in piece.text]
        if len(pieces) > 1 and bases and endpoints.is_shared(self.program, bases[0]):
            yield from self._detach(pieces, bases[0], host, scheme)
            return
        new = [moved(part.text, host) if isinstance(part, Lit) else "\0" for part in endpoint.text.parts]
        if not v.V3_ADDRESS.search("".join(new)):
            # joined from pieces that say nothing by themselves: "realtime", "v2", a format string
            yield Move(pieces[-1].node, (), host)
            return
        for piece in pieces:
            if piece.node not in self.done:
                self.done.add(piece.node)
                yield Move(piece.node, (edit_text(piece.node, lambda text: moved(text, host)),), host)

    def _detach(self, pieces: list[Lit], base: Lit, host: str, scheme: str) -> Iterator[Move]:
        """Spell the v3 URL out where the v2 one was joined from a base that other requests still need."""
        paths = [piece for piece in pieces if piece is not base and "/realtime" in piece.text]
        if not paths:
            yield Move(pieces[-1].node, (), host)
        for piece in paths:
            if piece.node in self.done:
                continue
            module = self.program.module_of(piece.node)
            holder = module.parent(piece.node) if module else None
            edits: list[Edit] = []
            match holder:
                case cst.FormattedString():
                    for part in holder.parts:
                        if isinstance(part, cst.FormattedStringExpression):
                            prefix = self._spelled(part.expression, base, host, scheme)
                            if prefix is not None:
                                text = cst.FormattedStringText(prefix)
                                edits.append(Replace(part, lambda updated, text=text: text))  # type: ignore[misc]
                    if edits:
                        edits.append(Replace(holder, _without_placeholders))
                case cst.BinaryOperation() if holder.right is piece.node:
                    prefix = self._spelled(holder.left, base, host, scheme)
                    if prefix is not None:
                        edits.append(Replace(holder, partial(_prefixed, prefix)))
            if not edits:
                yield Move(piece.node, (), host)
                return
            self.done.update((base.node, piece.node))
            yield Move(piece.node, (edit_text(piece.node, lambda text: moved(text, host)), *edits), host)

    def _spelled(self, node: cst.BaseExpression, base: Lit, host: str, scheme: str) -> str | None:
        """Return the v3 text for an expression that is nothing but `base` and other literals."""
        values = self.program.values(node)
        texts = {value.literal for value in values if isinstance(value, Str) and base in value.parts}
        text = texts.pop() if len(texts) == 1 == len(values) else None
        if text is None:
            return None
        text = re.sub(r"^\w+(?=://)", scheme, text)
        return re.sub(r"/v2(?=/?$)", "/v3", _HOST.sub(host, text))


def moved(text: str, host: str) -> str:
    """Return a piece of a v2 URL as a piece of the v3 one."""
    text = _HOST.sub(host, text)
    text = re.sub(r"/v2(?=/realtime/|/realtime$|/(ws|token)\b|/?$)", "/v3", text)
    text = re.sub(r"/realtime(?=/(ws|token)\b|/?$)", "", text)
    text = re.sub(r"^realtime/(?=(ws|token)\b|$)", "", text)
    return re.sub(r"(?<=/v3/ws)/(?=[?#]|$)", "", text)


def _without_placeholders(node: cst.CSTNode) -> cst.CSTNode:
    """Return an f-string that has no placeholder left as a plain string."""
    string = cst.ensure_type(node, cst.FormattedString)
    if any(isinstance(part, cst.FormattedStringExpression) for part in string.parts):
        return string
    text = "".join(part.value for part in string.parts if isinstance(part, cst.FormattedStringText))
    prefix = string.start[: string.start.index(string.end[0])].replace("f", "").replace("F", "")
    value = f"{prefix}{string.end}{text}{string.end}"
    return cst.SimpleString(value, lpar=string.lpar, rpar=string.rpar)


def _prefixed(prefix: str, node: cst.CSTNode) -> cst.CSTNode:
    operation = cst.ensure_type(node, cst.BinaryOperation)
    literal = cst.ensure_type(operation.right, cst.SimpleString)
    body = literal.value[len(literal.prefix) + len(literal.quote) : -len(literal.quote)]
    return literal.with_changes(value=f"{literal.prefix}{literal.quote}{prefix}{body}{literal.quote}")
