"""Comments above and behind statements: the TODO comments of this tool, and the user's own."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from codemods.syntax.tree import SourceModule

TODO = "# TODO(v3-migrate): "
_ABOUT_ENCODING = re.compile(r"base\s?64|b64|\bencod(e|ing)\b|\bjson\b|serializ", re.IGNORECASE)


def is_about_encoding(comment: cst.Comment) -> bool:
    """Return whether a comment speaks of steps that go when audio is sent as it is."""
    return _ABOUT_ENCODING.search(comment.value) is not None


def todos_above(module: SourceModule, statement: cst.CSTNode) -> list[tuple[str, str]]:
    """Return code and message of each TODO comment of ours that stands above a statement."""
    lines = list(leading(statement))
    if module.tree.body and module.tree.body[0] is statement:
        # above the first statement of a file, comments belong to the file
        lines = [*module.tree.header, *lines]
    found: list[tuple[str, str]] = []
    for line in lines:
        if line.comment is not None and line.comment.value.startswith(TODO):
            code, _, message = line.comment.value.removeprefix(TODO).partition(" ")
            found.append((code, message))
    return found


def leading(node: cst.CSTNode) -> Sequence[cst.EmptyLine]:
    """Return the comment and blank lines above a statement."""
    found: Sequence[cst.EmptyLine] = getattr(node, "leading_lines", ())
    return found


def still_true(lines: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """Return leading lines of a removed statement, without blank lines and remarks about encoding."""
    return [line for line in lines if line.comment is not None and not is_about_encoding(line.comment)]
