"""Source text of new calls, laid out as the surrounding code allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 88


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call to write.

    Attributes:
        keyword: None when positional.
        comment: a comment that belongs to it, with its `#`.
    """

    code: str
    keyword: str | None = None
    comment: str | None = None

    @property
    def text(self) -> str:
        """The argument as source."""
        return f"{self.keyword}={self.code}" if self.keyword is not None else self.code


def width(text: str) -> int:
    """Return the length of lines that a program keeps to: what its longest lines show, between 88 and 120 columns."""
    lengths = sorted(len(line) for line in text.splitlines() if not line.lstrip().startswith("#"))
    return max(WIDTH, min(120, lengths[-2])) if len(lengths) > 1 else WIDTH


def call(name: str, arguments: Sequence[Argument], indent: str, room: int = WIDTH, inner: int = 0) -> str:
    """Return the source of a call: on one line if it fits, its arguments on one, else one argument per line.

    Args:
        name: what is called.
        arguments: in order.
        indent: one step of indentation.
        room: columns left on the first line.
        inner: columns that a line of its own has for the arguments.
    """
    plain = f"{name}({', '.join(argument.text for argument in arguments)})"
    if "\n" not in plain and len(plain) <= room and not any(argument.comment for argument in arguments):
        return plain
    inside = ", ".join(argument.text for argument in arguments)
    if "\n" not in inside and len(inside) <= inner and not any(argument.comment for argument in arguments):
        return f"{name}(\n{indent}{inside}\n)"
    rows = []
    for argument in arguments:
        text = argument.text.replace("\n", f"\n{indent}")
        comma = "" if len(arguments) == 1 else ","
        rows.append(f"{indent}{text}{comma}{'  ' + argument.comment if argument.comment else ''}\n")
    return f"{name}(\n{''.join(rows)})"
