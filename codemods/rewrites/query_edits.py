"""Edits of a query's parameters: in a URL's text or in a mapping."""

from __future__ import annotations

import re
from collections.abc import Callable

import libcst as cst

from codemods.facts.dict_entries import Entry
from codemods.facts.program import Program
from codemods.facts.query import PLACEHOLDER, Parameter
from codemods.rewrites.entry_edits import remove_entry, rename_entry
from codemods.syntax.build import edit_text
from codemods.syntax.edits import Edit, Replace


def rename_parameter(parameter: Parameter, name: str) -> Edit:
    """Return the edit that gives a parameter another name."""
    if isinstance(parameter.place, Entry):
        return rename_entry(parameter.place, name)
    pattern = re.compile(rf"(^|[?&]){parameter.name}=")
    return edit_text(parameter.place.node, lambda text: pattern.sub(rf"\g<1>{name}=", text))


def remove_parameter(program: Program, parameter: Parameter) -> list[Edit]:
    """Return the edits that take a parameter out; none where that cannot be done safely."""
    if isinstance(parameter.place, Entry):
        edit = remove_entry(program, parameter.place)
        return [edit] if edit is not None else []
    literal = parameter.place
    module = program.module_of(literal.node)
    parent = module.parent(literal.node) if module is not None else None
    if parameter.ends:
        if PLACEHOLDER.search(parameter.text):
            return []  # `%` and `.format` count their placeholders
        if isinstance(parent, cst.FormattedString):
            return [Replace(parent, _each_text(lambda text: cut(text, parameter.name)))]
        edits: list[Edit] = [edit_text(literal.node, lambda text: cut(text, parameter.name))]
        if isinstance(parent, cst.ConcatenatedString):
            edits.append(Replace(parent, _without_empty))
        return edits
    if isinstance(parent, cst.FormattedString) and _is_one_hole(parent, literal.node):
        return [Replace(parent, lambda updated: _without_hole(updated, parameter.name))]
    return []


def _is_one_hole(string: cst.FormattedString, text: cst.CSTNode) -> bool:
    """Return whether what follows `text` is one placeholder that is a whole value."""
    parts = list(string.parts)
    index = next((i for i, part in enumerate(parts) if part is text), len(parts))
    following = parts[index + 2] if index + 2 < len(parts) else None
    return (
        index + 1 < len(parts)
        and isinstance(parts[index + 1], cst.FormattedStringExpression)
        and (following is None or _starts_next(following))
    )


def _starts_next(part: cst.BaseFormattedStringContent) -> bool:
    return isinstance(part, cst.FormattedStringText) and part.value.startswith(("&", "#"))


def cut(text: str, name: str) -> str:
    """Return a piece of a query without the pair `name=...`."""

    def gap(match: re.Match[str]) -> str:
        before, after = match[1], match[2]
        return before if after else ("" if before == "&" else before)

    return re.sub(rf"(^|[?&]){name}=[^&#]*(&|(?=#)|$)", gap, text)


def _each_text(change: Callable[[str], str]) -> Callable[[cst.CSTNode], cst.CSTNode]:
    def build(updated: cst.CSTNode) -> cst.CSTNode:
        string = cst.ensure_type(updated, cst.FormattedString)
        return string.with_changes(
            parts=[
                part.with_changes(value=change(part.value)) if isinstance(part, cst.FormattedStringText) else part
                for part in string.parts
            ]
        )

    return build


def _without_hole(updated: cst.CSTNode, name: str) -> cst.CSTNode:
    """Return an f-string without `name={...}`."""
    string = cst.ensure_type(updated, cst.FormattedString)
    parts = list(string.parts)
    for index, part in enumerate(parts[:-1]):
        if not isinstance(part, cst.FormattedStringText) or not re.search(rf"(^|[?&]){name}=$", part.value):
            continue
        head = part.value[: -len(name) - 1]
        following = parts[index + 2] if index + 2 < len(parts) else None
        if isinstance(following, cst.FormattedStringText) and following.value.startswith("&"):
            parts[index + 2] = following.with_changes(value=following.value[1:])
        elif head.endswith("&"):
            head = head[:-1]
        parts[index : index + 2] = [part.with_changes(value=head)] if head else []
        break
    match parts:
        case [cst.FormattedStringExpression(expression=text, conversion=None, format_spec=None)]:
            return text  # the rest of the URL, which is a text already
        case _:
            return string.with_changes(parts=parts)


def _without_empty(updated: cst.CSTNode) -> cst.CSTNode:
    """Return adjacent strings without one that has become empty."""
    pair = cst.ensure_type(updated, cst.ConcatenatedString)
    for side, other in ((pair.right, pair.left), (pair.left, pair.right)):
        if isinstance(side, cst.SimpleString) and not side.raw_value and not other.lpar:
            return other.with_changes(lpar=pair.lpar, rpar=pair.rpar)
    return pair
