"""The unified diff of bytes, as `git apply` takes it: exact, whatever the line ends, the encoding or the name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Hunk:
    """Neighbouring changes with some lines of context.

    Attributes:
        old_start, new_start: line numbers of the first line on either side, counted from 1.
        lines: (sign, line) with sign one of b" ", b"-", b"+"; a line keeps its line end.
    """

    old_start: int
    new_start: int
    lines: tuple[tuple[bytes, bytes], ...]

    def header(self) -> bytes:
        """Return the `@@` line, without line end."""
        old = sum(sign != b"+" for sign, _ in self.lines)
        new = sum(sign != b"-" for sign, _ in self.lines)
        return b"@@ -%s +%s @@" % (_range(self.old_start, old), _range(self.new_start, new))


def _range(start: int, count: int) -> bytes:
    # An empty side is named by the line before it.
    if count == 0:
        return b"%d,0" % (start - 1)
    return b"%d" % start if count == 1 else b"%d,%d" % (start, count)


def split(data: bytes) -> list[bytes]:
    """Return the lines of `data`, ended by b"\\n" as git has it, whatever else occurs in them."""
    lines = data.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def hunks(before: bytes, after: bytes) -> Iterator[Hunk]:
    """Yield the hunks that lead from `before` to `after`."""
    old, new = split(before), split(after)
    # Most of a file stays: the matcher, which is quadratic at worst, sees what lies between the first and last change.
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    head, tail = max(head - CONTEXT, 0), max(tail - CONTEXT, 0)
    matcher = SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False)
    for group in matcher.get_grouped_opcodes(CONTEXT):
        lines: list[tuple[bytes, bytes]] = []
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [(b" ", line) for line in old[head + i1 : head + i2]]
            else:
                lines += [(b"-", line) for line in old[head + i1 : head + i2]]
                lines += [(b"+", line) for line in new[head + j1 : head + j2]]
        yield Hunk(head + group[0][1] + 1, head + group[0][3] + 1, tuple(lines))


def patch(path: str, before: bytes, after: bytes) -> bytes:
    """Return the patch of one file, empty when nothing changes.

    Args:
        path: with `/`, relative to where the patch is to be applied.
    """
    body = b"".join(_lines(hunks(before, after)))
    if not body:
        return b""
    old, new = quoted(f"a/{path}"), quoted(f"b/{path}")
    # With the `diff --git` line git counts paths from the top of the work tree, wherever it is called.
    return b"diff --git %s %s\n--- %s\n+++ %s\n%s" % (old, new, _ended(old), _ended(new), body)


def _ended(name: bytes) -> bytes:
    # As git and diff do: a tab ends a name with spaces.
    return name + b"\t" if b" " in name and not name.startswith(b'"') else name


def _lines(found: Iterator[Hunk]) -> Iterator[bytes]:
    for hunk in found:
        yield hunk.header() + b"\n"
        for sign, line in hunk.lines:
            yield sign + line
            if not line.endswith(b"\n"):
                yield b"\n\\ No newline at end of file\n"


_ESCAPES = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}


def quoted(name: str) -> bytes:
    """Return a file name as git writes it in a patch: quoted like a C string when it has odd characters."""
    raw = name.encode("utf-8", "surrogateescape")
    if not any(byte < 32 or byte > 126 or byte in b'"\\' for byte in raw):
        return raw
    return b'"' + b"".join(_escaped(raw)) + b'"'


def _escaped(raw: Sequence[int]) -> Iterator[bytes]:
    for byte in raw:
        if byte in _ESCAPES:
            yield _ESCAPES[byte]
        else:
            yield bytes([byte]) if 32 <= byte <= 126 else b"\\%03o" % byte
