"""Comments above and behind statements: the TODO comments of this tool, and the user's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import libcst as cst

from codemods.model import rule_url
from codemods.syntax.tree import SourceModule

TODO = "# TODO(v3-migrate): "
_WRITTEN = re.compile(r"(?P<sentence>.*?)\.? \[(?P<code>V3M\d{3})\] https?://\S+")
_OF_OLD = re.compile(r"(?P<code>V3M\d{3}) (?P<sentence>.*)")
"""How comments looked before they were sentences: `V3M322 hands a server message on`."""
_ABOUT_ENCODING = re.compile(r"base\s?64|b64|\bencod(e|ing)\b|\bjson\b|serializ", re.IGNORECASE)


def todo(code: str, message: str, names: AbstractSet[str] = frozenset()) -> str:
    """Return the comment for a finding: a sentence for the reader of the code, then where more is said.

    Args:
        names: words that stay as they are at the beginning: those of the program.
    """
    first, _, rest = message.partition(" ")
    plain = first.isalpha() and first.islower() and first not in names
    sentence = f"{first.capitalize() if plain else first} {rest}".strip()
    return f"{TODO}{sentence.removesuffix('.')}. [{code}] {rule_url(code)}"


def todo_of(comment: str) -> tuple[str, str] | None:
    """Return code and message of a TODO comment of ours, this release's or an earlier one's.

    None for other comments.
    """
    text = comment.removeprefix(TODO)
    found = _WRITTEN.fullmatch(text) or _OF_OLD.fullmatch(text) if text != comment else None
    if found is None:
        return None
    first, _, rest = found["sentence"].partition(" ")
    plain = first.lower() if found.re is _WRITTEN and first.istitle() and first.isalpha() else first
    return found["code"], f"{plain} {rest}".strip()


def is_about_encoding(comment: cst.Comment) -> bool:
    """Return whether a comment speaks of steps that go when audio is sent as it is."""
    return _ABOUT_ENCODING.search(comment.value) is not None


def todos_above(module: SourceModule, statement: cst.CSTNode) -> list[tuple[str, str]]:
    """Return code and message of each TODO comment of ours that stands above a statement."""
    lines = list(leading(statement))
    if module.tree.body and module.tree.body[0] is statement:
        # above the first statement of a file, comments belong to the file
        lines = [*module.tree.header, *lines]
    found = (todo_of(line.comment.value) for line in lines if line.comment is not None)
    return [known for known in found if known is not None]


def leading(node: cst.CSTNode) -> Sequence[cst.EmptyLine]:
    """Return the comment and blank lines above a statement."""
    found: Sequence[cst.EmptyLine] = getattr(node, "leading_lines", ())
    return found


def still_true(lines: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """Return leading lines of a removed statement, without blank lines and remarks about encoding."""
    return [line for line in lines if line.comment is not None and not is_about_encoding(line.comment)]
