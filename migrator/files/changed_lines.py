"""Which lines of a file are not as they were."""

from __future__ import annotations

from difflib import SequenceMatcher


def changed_lines(before: bytes, after: bytes) -> set[int]:
    """Return the numbers, from 1, of the lines of `after` that are new or other than in `before`; ends do not count."""
    old, new = ([line.rstrip(b"\r") for line in data.split(b"\n")] for data in (before, after))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return {line + 1 for tag, _, _, start, end in matcher.get_opcodes() if tag != "equal" for line in range(start, end)}
