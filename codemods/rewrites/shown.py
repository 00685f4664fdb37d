"""Whether a value is for people to read, so that its exact type does not matter."""

from __future__ import annotations

import libcst as cst

from codemods.syntax.navigate import given_to, last_name
from codemods.syntax.tree import SourceModule

_PRINTING = frozenset({"print", "debug", "info", "warning", "error"})
"""Last names of functions that show what they are given."""
_SHOWING = _PRINTING | {"str", "repr", "format", "write"}
"""And of those that make text of it."""


def is_shown(node: cst.BaseExpression, module: SourceModule) -> bool:
    """Return whether a value is only printed or turned into text."""
    return isinstance(module.parent(node), cst.FormattedStringExpression) or _is_given(node, module, _SHOWING)


def is_printed(node: cst.BaseExpression, module: SourceModule) -> bool:
    """Return whether a value is printed or logged, as it is."""
    return _is_given(node, module, _PRINTING)


def _is_given(node: cst.BaseExpression, module: SourceModule, names: frozenset[str]) -> bool:
    call = given_to(node, module)
    return call is not None and last_name(call.func) in names
