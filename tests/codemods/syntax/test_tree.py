"""What stands at the end of a file survives, whatever libcst makes of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codemods.syntax import apply
from codemods.syntax.edits import InsertBefore
from codemods.syntax.tree import SourceModule

PROGRAMS = st.sampled_from(["x = 1", "x = 1\nif x:\n    y = 2", "def f():\n\treturn 1", "x = '''\n'''", "x = 1;"])
BLANKS = st.text(" \t\f\n", max_size=12)


@given(PROGRAMS, BLANKS, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_blank_lines_at_the_end_survive(program: str, blanks: str, newline: str, edited: bool) -> None:
    text = f"{program}\n{blanks}".replace("\n", newline)
    module = SourceModule("app.py", text)
    edits = [InsertBefore(module.tree.body[0], "import os")] if edited else []  # type: ignore[arg-type]
    added = f"import os{newline}" if edited else ""
    assert apply.apply(module, edits, {}) == added + text
