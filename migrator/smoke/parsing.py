"""Python sources as trees of the standard library."""

from __future__ import annotations

import ast
import threading

#: CPython counts the depth of a tree once for all threads (https://github.com/python/cpython/issues/106905), and runs
#: go on side by side.
_parsing = threading.Lock()


def parsed(source: str | bytes) -> ast.Module | None:
    """Return a module as a tree; None if it is not valid Python for the Python that runs this."""
    with _parsing:
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError):
            return None
