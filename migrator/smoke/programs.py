"""Which files of a project are programs that open a session when they are run."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from migrator.analysis.import_graph import Folder, imports
from migrator.files.discovery import Discovery

_SPEAKS = re.compile(
    rb"/v2/realtime/ws|/realtime/ws|assemblyai\.com/v3/ws|RealtimeTranscriber|StreamingClient|RealTimeTranscriber"
)


def programs(folder: Path) -> list[Path]:
    """Return the scripts under `folder`, relative to it, that open a session, themselves or through its modules.

    A script is a file that does something when it is run: it has a main part, or calls at its top level.
    """
    sources = {name: Path(name).read_bytes() for name in python_files(folder)}
    trees = {name: tree for name, source in sources.items() if (tree := _parsed(source)) is not None}
    speaking = {name for name, source in sources.items() if _SPEAKS.search(source)}
    imported = _Imported(sources)
    found = []
    for name, tree in trees.items():
        path = Path(name)
        if not path.name.startswith(("test_", "conftest")) and _is_script(tree) and imported.reach(name, speaking):
            found.append(Path(os.path.relpath(name, folder)))
    return sorted(found)


def python_files(folder: Path) -> Iterator[str]:
    """Yield the Python files of a project: git's list, or those that are not hidden, installed or generated."""
    for _, names in Discovery([str(folder)]).batches():
        yield from (name for name in names if name.endswith(".py"))


class _Imported:
    """Which modules of a project lead to which."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        space = Folder()
        self._targets = {
            name: {space.resolve(name, module, level) for module, level in imports(source)}
            for name, source in sources.items()
        }

    def reach(self, start: str, wanted: Collection[str]) -> bool:
        """Return whether a module is one of the `wanted` ones, or imports one, itself or through others."""
        seen: set[str | None] = set()
        waiting: list[str | None] = [start]
        while waiting:
            current = waiting.pop()
            if current in wanted:
                return True
            if current is not None and current not in seen:
                seen.add(current)
                waiting += self._targets.get(current, ())
        return False


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
