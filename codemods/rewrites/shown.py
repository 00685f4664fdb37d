"""Whether a value is for people to read, so that its exact type does not matter."""

from __future__ import annotations

import libcst as cst

from codemods.syntax.navigate import given_to, last_name
from codemods.syntax.tree import SourceModule


def is_shown(node: cst.BaseExpression, module: SourceModule) -> bool:
    """Return whether a value is only printed or turned into text."""
    call = given_to(node, module)
    return isinstance(module.parent(node), cst.FormattedStringExpression) or (
        call is not None and last_name(call.func) in _SHOWING
    )


_SHOWING = frozenset({"print", "str", "repr", "format", "debug", "info", "warning", "error", "write"})
"""Last names of functions that show what they are given, or make text of it."""
