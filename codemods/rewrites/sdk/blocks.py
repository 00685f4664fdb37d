"""Statements and the blocks they stand in."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from codemods.syntax.tree import Statement

Block = cst.IndentedBlock | cst.Module


def is_plain(statement: cst.CSTNode) -> bool:
    """Return whether a statement is a line with one call or assignment on it."""
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and len(statement.body) == 1
        and isinstance(statement.body[0], cst.Expr | cst.Assign | cst.AnnAssign)
    )


def behind_it(statement: cst.CSTNode, block: Block) -> list[Statement]:
    """Return the statements of a block that come after one of them."""
    body = [each for each in block.body if isinstance(each, Statement)]
    return body[next(index for index, each in enumerate(body) if each is statement) + 1 :]


def held(region: Sequence[cst.CSTNode]) -> cst.Try | None:
    """Return the `try` that is all of a region and can take a `finally`."""
    only = region[0] if len(region) == 1 else None
    return only if isinstance(only, cst.Try) and only.finalbody is None else None
