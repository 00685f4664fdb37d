"""Helpers that rewritten code calls: definitions below the imports of a module."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods.syntax.edits import AddHelper, Edit
from codemods.syntax.imports import first_use, import_end


def add_helpers(tree: cst.Module, edits: Iterable[Edit]) -> cst.Module:
    """Define every helper that edits ask for, below the imports."""
    for edit in edits:
        if isinstance(edit, AddHelper):
            tree = _add_helper(tree, edit)
    return tree


def _add_helper(tree: cst.Module, edit: AddHelper) -> cst.Module:
    for existing in tree.body:
        if isinstance(existing, cst.FunctionDef | cst.ClassDef) and existing.name.value == edit.name:
            return tree
    statement = cst.parse_statement(edit.code, config=tree.config_for_parsing)
    blank = cst.EmptyLine(indent=False)
    end = min(import_end(tree, guarded=True), first_use(tree, (edit.name,)))
    body = list(tree.body)
    body.insert(end, statement.with_changes(leading_lines=(blank, blank) if end else ()))
    if end + 1 < len(body):
        follower = body[end + 1]
        lines = list(getattr(follower, "leading_lines", ()))
        while lines and lines[0].comment is None:
            lines.pop(0)
        body[end + 1] = follower.with_changes(leading_lines=[blank, blank, *lines])
    return tree.with_changes(body=body)
