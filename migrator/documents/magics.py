"""Lines of a notebook's cell that IPython understands and Python does not, hidden from the parser and put back."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence

_SYSTEM = re.compile(
    r"""^(?P<before>[ \t]*(?:[\w.,\[\] \t]+=[ \t]*)?)        # `files = !ls`
    (?P<magic>(?:[%!]|(?:conda|mamba|pip|uv)[ \t]+\w)     # `%pip install x`, `!ls`, and `pip install x`, which will do
    (?:[^\r\n]*\\\r?\n)*[^\r\n]*                         # with the lines on which it goes on
    |\?{1,2}[\w.]+|[\w.]+\?{1,2})[ \t]*$                   # `?name`, `name??`
    """,
    re.MULTILINE | re.VERBOSE,
)
_CELL_MAGIC = re.compile(r"\s*%%(?P<name>\w+)[^\n]*")
_AROUND_PYTHON = frozenset({"capture", "prun", "time", "timeit"})
"""Cell magics whose cell is Python: https://ipython.readthedocs.io/en/stable/interactive/magics.html."""
_HIDDEN = "_v3_migrate_line_{}_"
HIDDEN = r"_v3_migrate_line_(\d+)_"
"""What a hidden line looks like, with its number."""


class NotPythonError(ValueError):
    """A cell holds something else; the message says what, in a few words."""


class MagicsLostError(ValueError):
    """A line that was hidden is not there any more, or twice."""


def hide(source: str, hidden: list[str]) -> str:
    """Return the source of a cell as Python: each line of IPython's is a name, and appended to `hidden`.

    Raises:
        NotPythonError: the cell is in another language, or no valid Python even so.
    """
    magic = _CELL_MAGIC.match(source)
    if magic is not None and magic["name"] not in _AROUND_PYTHON:
        raise NotPythonError(f"a cell for %%{magic['name']}")
    error = _error(source)
    if error is None:
        return source
    found = list(hidden)

    def name(match: re.Match[str]) -> str:
        found.append(match["magic"])
        return match["before"] + _HIDDEN.format(len(found) - 1)

    masked = _SYSTEM.sub(name, source)
    if _error(masked) is not None:
        raise NotPythonError(f"line {error.lineno or 1}: {error.msg}")
    hidden[:] = found
    return masked


def show(text: str, hidden: Sequence[str]) -> str:
    """Return `text` with every line of IPython's back in its place.

    Raises:
        MagicsLostError: not each of them is there once, in order.
    """
    if [int(number) for number in re.findall(HIDDEN, text)] != list(range(len(hidden))):
        raise MagicsLostError("a line that is no Python would be lost")
    return re.sub(HIDDEN, lambda match: hidden[int(match[1])], text)


def _error(source: str) -> SyntaxError | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError) as error:
            return SyntaxError(str(error) or type(error).__name__)
    return None
