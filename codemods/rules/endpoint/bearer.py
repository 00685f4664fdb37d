"""V3M106: a `Bearer` prefix on the vendor's key."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods import protocol as v
from codemods.facts import tokens
from codemods.facts.program import Program
from codemods.interpreter.values import Lit, Obj, Str
from codemods.rule import Changes, Context, Rule, Safety

_HEADERS = ("extra_headers", "additional_headers", "header", "headers")


class Bearer(Rule[cst.SimpleString | cst.FormattedStringText]):
    """Reports keys sent with a `Bearer` prefix."""

    code = "V3M106"
    summary = "the vendor's key goes into Authorization as it is, without Bearer"
    source = v.PARAMETERS
    why = "Neither v2 nor v3 takes `Bearer <key>`: the session is refused (close code 1008)."
    safety = Safety.MANUAL

    def visit(self, node: cst.SimpleString | cst.FormattedStringText, context: Context) -> Changes:
        if node in context.get(_prefixes):
            yield self.report(node, "the key goes into Authorization without 'Bearer'")


def _prefixes(program: Program) -> frozenset[cst.CSTNode]:
    """Return the literals that put `Bearer` in front of a key for the vendor."""
    return frozenset(_find(program))


def _find(program: Program) -> Iterator[cst.CSTNode]:
    calls = [c.call for c in program.connects.values() if program.is_vendor(c.connection)]
    calls += [request.call for request in tokens.find(program)]
    for argument in (given for call in calls for given in call.args):
        if argument.keyword is not None and argument.keyword.value in _HEADERS:
            for text in _texts(program, argument.value):
                yield from _bearer(text)


def _texts(program: Program, node: cst.BaseExpression) -> Iterator[Str]:
    """Yield every text in a collection of headers, whatever its form."""
    todo, seen = list(program.values(node)), set()
    while todo:
        value = todo.pop()
        if value in seen:
            continue
        seen.add(value)
        match value:
            case Str():
                yield value
            case Obj():
                todo += program.elements([value])
                for found in program.items(value).values():
                    todo += found


def _bearer(text: Str) -> Iterator[cst.CSTNode]:
    for part in text.parts:
        if isinstance(part, Lit):
            words = part.text.removeprefix("Authorization:").strip().split(" ", 1)
            if words[0] == "Bearer":
                yield part.node
