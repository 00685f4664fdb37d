"""Characters that a libcst tree does not keep, put back into the code that edits have made of it.

libcst drops a form feed in front of code, a line with nothing but a backslash, the space in `except ValueError :`, and
whatever we have not met yet (found by parsing snippets with odd characters put in, libcst 1.9, 2026-11-29). So the
tree's own code is compared with the text it came from, and what differs is merged into the edited code, line by line,
as a version control system merges two changes of one file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import SequenceMatcher

import libcst as cst

from codemods.model import LostTextError

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")

_ODD = (
    (re.compile(r"[ \t]*\\(?:\r\n|\r|\n)"), "a line with nothing but a backslash"),
    (re.compile(r"[ \t]*\f[ \t\f]*[^\s#]"), "a form feed in front of code"),
    (re.compile(r"(?: +\t|\t+ )[ \t]*[^\s#]"), "an indentation of both tabs and spaces"),
)


def parsed(text: str) -> cst.Module:
    """Return the tree of a module.

    Raises:
        cst.ParserSyntaxError: libcst cannot read it.
    """
    tree = cst.parse_module(text)
    if "\f" in tree.default_indent:  # which libcst takes from a text, and from nobody else
        tree = tree.with_changes(default_indent=tree.default_indent.replace("\f", ""))
    return tree


def restored(text: str, tree: cst.Module, code: str) -> str:
    """Return `code` with what is in `text` and not in its tree.

    Args:
        text: what `tree` was parsed from.
        code: what edits have made of the tree.

    Raises:
        LostTextError: an edit is where something would have to be put back.
    """
    kept = tree.code
    if kept == text:
        return code
    old, new, original = _LINE.findall(kept), _LINE.findall(code), _LINE.findall(text)
    place: dict[int, int] = {}
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        place.update((block.a + number, block.b + number) for number in range(block.size))
    result = list(new)
    for tag, i1, i2, j1, j2 in reversed(SequenceMatcher(None, old, original, autojunk=False).get_opcodes()):
        if tag == "equal":
            continue
        around = [place.get(line) for line in range(max(i1 - (i1 == i2), 0), min(i2 + (i1 == i2), len(old)))]
        start = around[0]
        if start is None or around != list(range(start, start + len(around))):
            raise _lost(original, j1)
        start += i1 == i2 and i1 > 0
        result[start : start + i2 - i1] = original[j1:j2]
    merged = "".join(result)
    if parsed(merged).code != code:
        raise _lost(original, 0)
    return merged


_MAY_BE_LOST = re.compile(r"\f|^[ \t]*\\\r?$", re.MULTILINE)


def may_be_lost(text: str) -> bool:
    """Return whether there is something in a text that moves what stands behind it when it is lost; fast."""
    return _MAY_BE_LOST.search(text) is not None


def positions(text: str, tree: cst.Module) -> Callable[[int, int], tuple[int, int]]:
    """Return what leads from a line and a column of the tree's own code, both from 1, to those of `text`."""
    old, original = _LINE.findall(tree.code), _LINE.findall(text)
    place: list[tuple[int, int]] = []
    for _, i1, i2, j1, j2 in SequenceMatcher(None, old, original, autojunk=False).get_opcodes():
        for line in range(i1, i2):
            # of several lines that differ, the last are those with code: what is lost stands in front of it
            there = max(j2 - (i2 - line), j1)
            lead = len(original[there]) - len(old[line]) if there < len(original) else 0
            place.append((there, lead if original[there : there + 1] != [old[line]] else 0))

    def moved(line: int, column: int) -> tuple[int, int]:
        there, lead = place[line - 1] if line <= len(place) else (line - 1 + len(original) - len(old), 0)
        return there + 1, column + lead

    return moved


def oddity(text: str) -> tuple[int, str] | None:
    """Return the first line, from 1, with what libcst reads badly or not at all, and a name for it.

    None without one.
    """
    lines = _LINE.findall(text)
    for pattern, name in _ODD:
        for number, line in enumerate(lines, 1):
            if pattern.match(line):
                return number, name
    return None


def _lost(original: list[str], line: int) -> LostTextError:
    found = oddity("".join(original[line : line + 1]))
    name = found[1] if found is not None else "white space"
    return LostTextError(
        f"{name} would be lost, which the parser does not keep: take it out, or put it elsewhere", line + 1
    )
