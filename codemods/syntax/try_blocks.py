"""A `try` that loses a handler or its `finally`, and goes where nothing is left that it guards against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeGuard

import libcst as cst

from codemods.syntax.edits import Edit, Replace
from codemods.syntax.tree import SourceModule


def without_finally(block: cst.Finally, module: SourceModule) -> Iterable[Edit]:
    """Yield the edits that drop a `finally` whose only statement is gone."""
    guarded = module.parent(block)
    if len(block.body.body) != 1 or not opens(guarded):
        return

    def build(updated: cst.CSTNode) -> cst.CSTNode | cst.FlattenSentinel[cst.CSTNode]:
        old = cst.ensure_type(updated, cst.Try)
        return guarded_by(old, old.handlers, None)

    yield Replace(guarded, build)


def opens(node: cst.CSTNode | None) -> TypeGuard[cst.Try]:
    """Return whether a node is a `try` that can be taken away from around its block."""
    return isinstance(node, cst.Try) and node.orelse is None and isinstance(node.body, cst.IndentedBlock)


def guarded_by(
    old: cst.Try, handlers: Sequence[cst.ExceptHandler], finalbody: cst.Finally | None
) -> cst.CSTNode | cst.FlattenSentinel[cst.CSTNode]:
    """Return a `try` with other ends, or only what stands in it where nothing is left that it guards against."""
    if handlers or finalbody is not None:
        return old.with_changes(handlers=handlers, finalbody=finalbody)
    first, *others = old.body.body
    first = first.with_changes(leading_lines=[*old.leading_lines, *getattr(first, "leading_lines", ())])
    return cst.FlattenSentinel([first, *others])
