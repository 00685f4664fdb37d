"""What a reader of dependency files finds: declarations, and what becomes of those of the SDK."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from codemods.model import Span

Declarations = Iterable[tuple[str, str]]
"""Pairs of a normalised name and its PEP 440 specifier, empty when any version will do."""


@dataclass(frozen=True, slots=True)
class Note:
    """One declaration of the SDK that changes (`fixed`) or that a person has to change."""

    span: Span
    message: str
    fixed: bool


@dataclass(slots=True)
class Edited:
    """A dependency file as it has to be.

    Attributes:
        included: other files that it names, relative to its own folder.
    """

    text: str
    notes: list[Note] = field(default_factory=list)
    included: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of dependency file.

    Attributes:
        declared: reads what it declares.
        edit: makes the SDK's requirements what migrated code needs; the text stays as it is everywhere else.
    """

    declared: Callable[[str], Declarations]
    edit: Callable[[str], Edited]


def place(text: str, start: int, end: int) -> Span:
    """Return where the characters from `start` to `end` stand."""
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    return Span(line, column, line, column + end - start)


def listed_beside(text: str, start: int, end: int, new: str, companion: str | None) -> str:
    """Replace a string literal in a bracketed list, and list another one behind it.

    Args:
        start: where the literal starts; it ends at `end`.
        new: what replaces the literal, quotes included.
        companion: a further literal; on a line of its own where the old one stands on one.
    """
    if companion is None:
        return text[:start] + new + text[end:]
    line_start = text.rfind("\n", 0, start) + 1
    indent = text[line_start:start]
    after = re.compile(r"(?P<comma>[ \t]*,)?(?P<rest>[ \t]*(?:#[^\r\n]*)?)(?P<newline>\r?\n)").match(text, end)
    if indent.strip() or after is None:
        return f"{text[:start]}{new}, {companion}{text[end:]}"
    comma = after["comma"]
    added = f"{indent}{companion}{',' if comma else ''}{after['newline']}"
    return f"{text[:start]}{new}{comma or ','}{after['rest']}{after['newline']}{added}{text[after.end() :]}"
