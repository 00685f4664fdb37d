"""Comments by which a user keeps the tool away from a line, a statement or a file."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

EVERY = "*"
"""Stands for the codes that `# v3-migrate: ignore` does not name."""

# `ignore-file` is another word; what follows a bare `ignore` is prose.
_LINE = re.compile(r"#\s*v3-migrate:\s*ignore(?:\s*\[(?P<codes>[\w\s,]*)\]|(?![\w\[-]))")
_FILE = re.compile(r"^\s*#\s*v3-migrate:\s*ignore-file\b")
_BLANK = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT})


@dataclass(frozen=True, slots=True)
class Comment:
    """One `# v3-migrate: ignore[CODE, ...]`.

    Attributes:
        line: where it stands, from 1.
        start, end: its columns, from 0; other comments of the line are no part of it.
        codes: what it names; `EVERY` alone if it names none.
        lines: what it holds for: the line that it ends, or the statement under one that stands alone.
    """

    line: int
    start: int
    end: int
    codes: tuple[str, ...]
    lines: range


def comments(text: str) -> list[Comment]:
    """Return the comments in a program that silence lines, in their order; none of a text that is no program."""
    if "v3-migrate:" not in text:
        return []
    found: list[Comment] = []
    alone: list[Comment] = []  # of the statement that comes next
    first = 0  # line at which the statement here begins; 0 between two
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            line = token.start[0]
            if token.type == tokenize.COMMENT:
                if match := _LINE.search(token.string):
                    codes = tuple(code.strip() for code in (match["codes"] or "").split(",") if code.strip())
                    start, end = (token.start[1] + offset for offset in match.span())
                    comment = Comment(line, start, end, codes or (EVERY,), range(line, line + 1))
                    (found if first or token.line[: token.start[1]].strip() else alone).append(comment)
            elif token.type == tokenize.NEWLINE:
                lines = range(first, line + 1)
                found += [Comment(c.line, c.start, c.end, c.codes, lines) for c in alone]
                alone, first = [], 0
            elif token.type not in _BLANK and not first:
                first = line
    except (tokenize.TokenError, IndentationError, SyntaxError):
        pass
    return sorted([*found, *alone], key=lambda comment: (comment.line, comment.start))


def ignored_lines(text: str) -> dict[int, tuple[str, ...]]:
    """Return the codes ignored on each line of a program."""
    found: dict[int, tuple[str, ...]] = {}
    for comment in comments(text):
        for line in comment.lines:
            found[line] = found.get(line, ()) + comment.codes
    return found


def silenced(text: str, places: Iterable[tuple[int, str]]) -> str:
    """Return a program with comments that keep the tool away from its places, given as line and code.

    A comment goes to the end of the line; where none may stand, in a string or before a backslash, above the statement.
    """
    ends, starts = _layout(text)
    standing = {comment.line: comment for comment in comments(text)}
    codes: dict[tuple[int, bool], set[str]] = {}
    for number, name in places:
        at = (number, True) if number in ends else (starts.get(number, number), False)
        codes.setdefault(at, set()).add(name)
    lines = text.split("\n")
    for (number, at_end), named in sorted(codes.items(), key=lambda item: item[0], reverse=True):
        line = lines[number - 1]
        code = line.rstrip("\r")
        end = line[len(code) :]
        known = standing.get(number) if at_end else None
        words = ", ".join(sorted({*(known.codes if known else ()), *named} - {EVERY}))
        comment = f"# v3-migrate: ignore[{words}]"
        if known is not None:
            lines[number - 1] = f"{code[: known.start]}{comment}{code[known.end :]}{end}"
        elif at_end:
            lines[number - 1] = f"{code}  {comment}{end}"
        else:
            lines.insert(number - 1, f"{code[: len(code) - len(code.lstrip())]}{comment}{end}")
    return "\n".join(lines)


def _layout(text: str) -> tuple[set[int], dict[int, int]]:
    """Return the lines that a comment may end, and for each line the first one of its statement."""
    ends: set[int] = set()
    starts: dict[int, int] = {}
    first = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NEWLINE, tokenize.NL):
            ends.add(token.start[0])
        if token.type == tokenize.NEWLINE:
            starts.update(dict.fromkeys(range(first, token.start[0] + 1), first))
            first = 0
        elif token.type not in _BLANK and not first:
            first = token.start[0]
    return ends, starts


def is_ignored(code: str, lines: range, ignored: Mapping[int, tuple[str, ...]]) -> bool:
    """Return whether a finding that reaches over `lines` is silenced."""
    return any(code in ignored.get(line, ()) or EVERY in ignored.get(line, ()) for line in lines)


def ignores_file(text: str) -> bool:
    """Return whether a comment among the leading comments of the file says `# v3-migrate: ignore-file`."""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            return False
        if _FILE.match(line):
            return True
    return False
