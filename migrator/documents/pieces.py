"""Pieces of one program that lie apart in a file, the cells of a notebook or the code blocks of a page, as one module.

Between two of them stands a statement of our own, so that nothing moves from one to another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from codemods.model import BARRIER
from migrator.documents.module import DecodingError

_BOUNDARY_LINE = re.compile(rf"^{BARRIER}(\d+)_\n", re.MULTILINE)


def join(sources: Sequence[str]) -> str:
    """Return the pieces as one module."""
    parts = []
    for index, source in enumerate(sources):
        if index:
            parts.append(f"{BARRIER}{index}_\n")
        parts.append(ended(source))
    return "".join(parts)


def split(text: str, sources: Sequence[str]) -> list[str]:
    """Return the pieces of a module that was made of `sources`, each with the blank lines at its edges that it had.

    Raises:
        DecodingError: a piece would be lost.
    """
    numbers = [int(match[1]) for match in _BOUNDARY_LINE.finditer(text)]
    if numbers != list(range(1, len(sources))):
        raise DecodingError("a cell would be lost")
    return [_fitted(new, old) for new, old in zip(_BOUNDARY_LINE.split(text)[::2], sources, strict=True)]


def at(line: int, sources: Sequence[str]) -> tuple[int, int]:
    """Return which piece (from 0) a line of the module (from 1) belongs to, and which of its lines (from 1) that is."""
    start = 1
    for number, source in enumerate(sources):
        size = ended(source).count("\n")
        if line < start + size or number == len(sources) - 1:
            break
        start += size + 1
    return number, line - start + 1


def ended(source: str) -> str:
    """Return a piece with a newline at its end."""
    return source if not source or source.endswith("\n") else source + "\n"


def _fitted(new: str, old: str) -> str:
    new = new.strip("\n") if new.strip() else ""
    return old[: len(old) - len(old.lstrip("\n"))] + new + old[len(old.rstrip("\n")) :]
