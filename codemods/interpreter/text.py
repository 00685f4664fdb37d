"""Text put together from pieces: concatenation, joining, and URLs made by filling a template.

Templates are `"%s?sample_rate=%d" % (endpoint, rate)` and `"{}/ws".format(base)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count, product
from typing import TYPE_CHECKING

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.values import NOTHING, Hole, Lit, Obj, Part, Str, Value, Values

if TYPE_CHECKING:
    from codemods.interpreter.fixpoint import Interpreter

_PERCENT = re.compile(r"%(?:\((?P<name>\w+)\))?[-#0 +]*\d*(?:\.\d+)?[sdrif]")
_BRACES = re.compile(r"(?<!\{)\{(?P<name>\w*)(?:![rsa])?(?::[^{}]*)?\}(?!\})")
_KEEPERS = ("format", "lower", "strip", "rstrip", "lstrip", "encode", "decode", "replace", "format_map", "title")
"""Methods whose result says what the text says."""

MAX_PARTS = 64
MAX_TEXTS = 16
"""How many texts are told apart that pieces can make together."""

Argument = Callable[[str | int], Values]
"""What a template is given under a name or a position."""


class Texts:
    """Texts, as sequences of written and computed pieces."""

    def __init__(self, run: Interpreter) -> None:
        self._run = run

    def concatenate(self, pieces: list[Values], node: cst.CSTNode) -> Values:
        """Return every text that the pieces can make together."""
        alternatives = [as_text(piece, node) for piece in pieces]
        number = 1
        for choice in alternatives:
            number *= len(choice)
        if number > MAX_TEXTS:
            alternatives = [choice if len(choice) == 1 else frozenset({Str((Hole(node),))}) for choice in alternatives]
        found: set[Value] = set()
        for combination in product(*alternatives):
            parts: tuple[Part, ...] = tuple(
                part for text in combination if isinstance(text, Str) for part in text.parts
            )
            found.add(Str(parts if len(parts) <= MAX_PARTS else (Hole(node),)))
        return frozenset(found)

    def kept(self, base: Value, name: str) -> Values:
        """Return what a method of a text gives that leaves what is said as it is."""
        return frozenset({base}) if name in _KEEPERS else NOTHING

    def method(self, base: Str, name: str, call: cst.Call, given: Arguments) -> Values:
        """Return what a method of a text gives."""
        if name == "format":

            def argument(key: str | int) -> Values:
                return given.get(key) if isinstance(key, int) else given.get(None, key)

            return frozenset({self.filled(base, argument, percent=False)})
        if name == "join":
            for value in given.get(0):
                if isinstance(value, Obj) and value.kind in ("list", "tuple"):
                    items = self._run.heap.items(value)
                    pieces: list[Values] = []
                    for index in range(len(items)):
                        pieces += ([frozenset({base})] if index else []) + [items.get(index, NOTHING)]
                    return self.concatenate(pieces, call) if pieces else NOTHING
            return NOTHING
        return self.kept(base, name)

    def percent(self, left: Values, right: Values) -> Values:
        """Return what `left % right` can be."""

        def argument(key: str | int) -> Values:
            found: set[Value] = set()
            for value in right:
                if isinstance(value, Obj):
                    found |= self._run.heap.read(value, key)
                elif key == 0:
                    found.add(value)
            return frozenset(found)

        return frozenset(self.filled(value, argument, percent=True) for value in left if isinstance(value, Str))

    def filled(self, template: Str, argument: Argument, *, percent: bool) -> Str:
        """Return a template with the placeholders filled whose text is telling.

        The others stay as they are written: what they stand for is of no interest, and parameters are read around
        them.
        """
        parts: list[Part] = []
        numbers = count()
        for part in template.parts:
            if isinstance(part, Lit):
                parts += self._split(part, argument, numbers, _PERCENT if percent else _BRACES)
            else:
                parts.append(part)
        return Str(tuple(parts))

    def _split(
        self, part: Lit, argument: Argument, numbers: count[int], placeholder: re.Pattern[str]
    ) -> Iterator[Part]:
        end = 0
        for match in placeholder.finditer(part.text):
            name = match["name"] or ""
            key: str | int = name if name and not name.isdecimal() else int(name) if name else next(numbers)
            values = argument(key)
            value = next(iter(values)) if len(values) == 1 else None
            if isinstance(value, Str) and value.literal is not None and self._run.library.telling(value.literal):
                yield Lit(part.text[end : match.start()], part.node)
                yield from value.parts
                end = match.end()
        yield Lit(part.text[end:], part.node) if end else part


def as_text(values: Values, node: cst.CSTNode) -> Values:
    """Return `values` as pieces of a longer text."""
    found = frozenset(value for value in values if isinstance(value, Str))
    return found or frozenset({Str((Hole(node),))})
