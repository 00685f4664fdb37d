"""Whether a value is for people to read, so that its exact type does not matter."""

from __future__ import annotations

import libcst as cst

from codemods.syntax.tree import SourceModule


def is_shown(node: cst.BaseExpression, module: SourceModule) -> bool:
    """Return whether a value is only printed or turned into text."""
    parent = module.parent(node)
    if isinstance(parent, cst.FormattedStringExpression):
        return True
    call = module.parent(parent) if isinstance(parent, cst.Arg) else None
    if not isinstance(call, cst.Call):
        return False
    func = call.func
    name = func.attr.value if isinstance(func, cst.Attribute) else func.value if isinstance(func, cst.Name) else ""
    return name in ("print", "str", "repr", "format", "debug", "info", "warning", "error", "write")
