"""Whether a value is for people to read, so that its exact type does not matter."""

from __future__ import annotations

import libcst as cst

from codemods.syntax.tree import SourceModule

_PRINTING = ("print", "debug", "info", "warning", "error")


def is_shown(node: cst.BaseExpression, module: SourceModule) -> bool:
    """Return whether a value is only printed or turned into text."""
    parent = module.parent(node)
    if isinstance(parent, cst.FormattedStringExpression):
        return True
    return _called_with(node, module) in (*_PRINTING, "str", "repr", "format", "write")


def is_printed(node: cst.BaseExpression, module: SourceModule) -> bool:
    """Return whether a value is printed or logged, as it is."""
    return _called_with(node, module) in _PRINTING


def _called_with(node: cst.BaseExpression, module: SourceModule) -> str:
    """Return the last name of the function that is called with a value; nothing where there is none."""
    parent = module.parent(node)
    call = module.parent(parent) if isinstance(parent, cst.Arg) else None
    match call:
        case cst.Call(func=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name))):
            return name
        case _:
            return ""
