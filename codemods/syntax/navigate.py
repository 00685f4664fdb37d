"""Questions about where a node stands: what comes after it, and where names live that a rewrite adds."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods.syntax.tree import SourceModule, dotted


def following(node: cst.CSTNode, module: SourceModule) -> Iterator[cst.CSTNode]:
    """Yield the statements that may be run after `node` in the same turn of its loop, or call of its function."""
    child = node
    for up in module.ancestors(node):
        match up:
            case cst.IndentedBlock() | cst.Module():
                yield from up.body[list(up.body).index(child) + 1 :]  # type: ignore[arg-type]
            case cst.FunctionDef() | cst.For() | cst.While():
                return
        child = up


def home_of(node: cst.CSTNode, module: SourceModule) -> tuple[cst.ClassDef | None, str]:
    """Return the class whose method a node is part of, and what that method calls the instance."""
    functions: list[cst.FunctionDef] = []
    for up in module.ancestors(node):
        match up:
            case cst.FunctionDef():
                functions.append(up)
            case cst.ClassDef():
                if not functions:
                    return up, ""
                *inner, method = functions
                if method.decorators or not method.params.params:
                    return up, ""
                owner = method.params.params[0].name.value
                hidden = any(param.name.value == owner for function in inner for param in function.params.params)
                return up, "" if hidden else owner
    return None, ""


def init_of(home: cst.ClassDef, owner: str) -> cst.FunctionDef | None:
    """Return the `__init__` of a class, if it calls the instance as the other methods do."""
    for statement in home.body.body:
        if isinstance(statement, cst.FunctionDef) and statement.name.value == "__init__":
            params = statement.params.params
            return statement if params and params[0].name.value == owner and not _has_slots(home) else None
    return None


def _has_slots(home: cst.ClassDef) -> bool:
    """Return whether a class spells out the attributes that its instances can have."""
    return any(
        isinstance(part, cst.Assign) and any(dotted(target.target) == "__slots__" for target in part.targets)
        for line in home.body.body
        if isinstance(line, cst.SimpleStatementLine)
        for part in line.body
    )
