"""Functions that are written into programs: in the program's quotes, typed where it is typed, with all they need."""

from __future__ import annotations

import ast
import builtins
from pathlib import Path

import pytest

import codemods
from codemods.syntax.edits import AddHelper, AddImport
from codemods.syntax.snippet import written
from codemods.syntax.tree import SourceModule

FILES = sorted((Path(codemods.__file__).parent / "snippets").glob("*_session*.py"))
DEFINED = [
    pytest.param(path.stem, node.name, id=f"{path.stem}-{node.name}")
    for path in FILES
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
]
UNTYPED = 'def show(text):\n    print("heard", text)\n'
TYPED = 'def show(text: str) -> None:\n    print("heard", text)\n'


def brought(source: str, file: str, name: str) -> tuple[str, set[str]]:
    """Return the functions that a module gets, and the names that it imports for them."""
    edits = written(SourceModule("app.py", source), file, definition=name)
    functions = "".join(edit.code for edit in edits if isinstance(edit, AddHelper))
    return functions, {edit.name or edit.module for edit in edits if isinstance(edit, AddImport)}


@pytest.mark.parametrize(("file", "name"), DEFINED)
@pytest.mark.parametrize("source", [UNTYPED, TYPED], ids=["untyped", "typed"])
def test_everything_a_function_names_comes_with_it(source: str, file: str, name: str) -> None:
    text, imported = brought(source, file, name)
    tree = ast.parse(text)
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert imported <= used
    assert used - bound - imported - {*dir(builtins), "__name__"} == set()


@pytest.mark.parametrize(("file", "name"), DEFINED)
def test_annotations_are_for_programs_that_have_them(file: str, name: str) -> None:
    text, imported = brought(UNTYPED, file, name)
    assert "->" not in text and "Any" not in imported
    assert "-> " in brought(TYPED, file, name)[0]


def test_quotes_and_indentation_are_those_of_the_program() -> None:
    source = "def show(text):\n  print('heard', text, 'and', 'more')\n"
    text, _ = brought(source, "aiohttp_session_quiet", "run_session")
    assert "error('sending stopped: %r', sender.exception())" in text
    assert '\n  """Run both' in text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_is_in_them_that_a_reviewer_would_refuse(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for refused in ("weakref", "setdefaulttimeout", "global ", "except:", "suppress(Exception)", "={}", "=[]"):
        assert refused not in text
