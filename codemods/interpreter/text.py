"""URLs made by filling a template: `"%s?sample_rate=%d" % (endpoint, rate)`, `"{}/ws".format(base)`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count

from codemods.interpreter.values import Lit, Part, Str, Values

_PERCENT = re.compile(r"%(?:\((?P<name>\w+)\))?[-#0 +]*\d*(?:\.\d+)?[sdrif]")
_BRACES = re.compile(r"(?<!\{)\{(?P<name>\w*)(?:![rsa])?(?::[^{}]*)?\}(?!\})")
_HOST = "assemblyai"

Argument = Callable[[str | int], Values]
"""What a template is given under a name or a position."""


def filled(template: Str, argument: Argument, *, percent: bool) -> Str:
    """Return a template with the placeholders filled that name the vendor's host.

    The others stay as they are written: what they stand for is of no interest, and parameters are read around them.
    """
    parts: list[Part] = []
    numbers = count()
    for part in template.parts:
        parts += _split(part, argument, numbers, _PERCENT if percent else _BRACES) if isinstance(part, Lit) else [part]
    return Str(tuple(parts))


def _split(part: Lit, argument: Argument, numbers: count[int], placeholder: re.Pattern[str]) -> Iterator[Part]:
    end = 0
    for match in placeholder.finditer(part.text):
        name = match["name"] or ""
        key: str | int = name if name and not name.isdecimal() else int(name) if name else next(numbers)
        values = argument(key)
        value = next(iter(values)) if len(values) == 1 else None
        if isinstance(value, Str) and value.literal is not None and _HOST in value.literal.lower():
            yield Lit(part.text[end : match.start()], part.node)
            yield from value.parts
            end = match.end()
    yield Lit(part.text[end:], part.node) if end else part
