"""Which files of a project are programs that open a session when they are run."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

from migrator.files.discovery import Discovery

_SPEAKS = re.compile(
    rb"/v2/realtime/ws|/realtime/ws|assemblyai\.com/v3/ws|RealtimeTranscriber|StreamingClient|RealTimeTranscriber"
)


def programs(folder: Path) -> list[Path]:
    """Return the scripts under `folder`, relative to it, that open a session, themselves or through its modules.

    A script is a file that does something when it is run: it has a main part, or calls at its top level.
    """
    # Absolute: what discovery finds is relative to where we are, wherever the folder is.
    folder = Path(os.path.abspath(folder))
    sources = {path: path.read_bytes() for path in python_files(folder)}
    trees = {path: tree for path, source in sources.items() if (tree := _parsed(source)) is not None}
    speaking = {path for path, source in sources.items() if _SPEAKS.search(source)}
    imported = {path: set(_imports(path, trees[path], folder)) for path in trees}
    found = []
    for path, tree in trees.items():
        if not path.name.startswith(("test_", "conftest")) and _is_script(tree) and _reaches(path, speaking, imported):
            found.append(path.relative_to(folder))
    return sorted(found)


def python_files(folder: Path) -> Iterator[Path]:
    """Yield the Python files of a project: git's list, or those that are not hidden, installed or generated."""
    for _, names in Discovery([str(folder)]).batches():
        for name in names:
            path = Path(os.path.abspath(name))
            if path.suffix == ".py":
                yield path


def _parsed(source: bytes) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def _is_script(tree: ast.Module) -> bool:
    return any(_does_something(statement) for statement in tree.body)


def _does_something(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):
        return "__name__" in {node.id for node in ast.walk(statement.test) if isinstance(node, ast.Name)}
    if isinstance(statement, (ast.While, ast.For, ast.With, ast.Try)):
        return any(_does_something(inner) for inner in statement.body)
    # Set-up that modules do when they are imported is no program of its own.
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and not _is_setup(statement.value)


def _is_setup(call: ast.Call) -> bool:
    return ast.unparse(call.func).startswith(("logging.", "load_dotenv", "dotenv.", "sys.path", "warnings.", "st."))


def _imports(path: Path, tree: ast.Module, root: Path) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _module(alias.name, [path.parent, root])
        elif isinstance(node, ast.ImportFrom):
            base = path.parents[node.level - 1] if 0 < node.level <= len(path.parents) else path.parent
            places = [base] if node.level else [base, root]
            if node.module:
                yield from _module(node.module, places)
            for alias in node.names:
                yield from _module(f"{node.module}.{alias.name}" if node.module else alias.name, places)


def _module(name: str, places: list[Path]) -> Iterator[Path]:
    for place in places:
        stem = place.joinpath(*name.split("."))
        for candidate in (stem.with_suffix(".py"), stem / "__init__.py"):
            if candidate.is_file():
                yield candidate


def _reaches(path: Path, speaking: set[Path], imported: dict[Path, set[Path]]) -> bool:
    seen, waiting = set[Path](), [path]
    while waiting:
        current = waiting.pop()
        if current in speaking:
            return True
        if current not in seen:
            seen.add(current)
            waiting += imported.get(current, ())
    return False
