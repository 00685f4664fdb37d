"""Which files of a project are programs that open a session when they are run."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from migrator.analysis.import_graph import ProjectFolder, imports
from migrator.documents.configuration_file import NAMES, ConfigurationFile
from migrator.documents.module import DecodingError
from migrator.files.discovery import NOT_WALKED, Discovery
from migrator.files.paths import PARSE_LIMIT, regular
from migrator.smoke.parsing import parsed
from migrator.smoke.telephone.frameworks import served, stubbed

SPEAKS = re.compile(
    rb"/v2/realtime/ws|/realtime/ws|assemblyai\.com/v3/ws|RealtimeTranscriber|StreamingClient|RealTimeTranscriber"
)
_SERVE = ("run", "run_app", "run_forever", "serve_forever", "launch")
_SETUP = ("logging.", "load_dotenv", "dotenv.", "sys.path", "os.environ", "django.", "warnings.")


@dataclass(frozen=True, slots=True)
class Found:
    """A program: what follows the interpreter, and the package that a stub replaces; see `stubbed`."""

    command: tuple[str, ...]
    stubbed: str = ""


def programs(folder: Path) -> list[Found]:
    """Return what is to be run of the project in `folder`: what opens a session, itself or through its modules.

    That is scripts (files that do something when they are run: they have a main part, or calls at the top level), and
    web applications that a server has to import.
    """
    sources = {name: Path(name).read_bytes() for name in python_files(folder)}
    trees = {name: tree for name, source in sources.items() if (tree := parsed(source)) is not None}
    speaks = [SPEAKS, *(re.compile(rb"[\"']" + key.encode() + rb"[\"']") for key in _settings(folder))]
    speaking = {name for name, source in sources.items() if any(words.search(source) for words in speaks)}
    imported = _Imported(sources)
    found = []
    for name, tree in trees.items():
        if Path(name).name.startswith(("test_", "conftest")) or not imported.reach(name, speaking):
            continue
        path = Path(os.path.relpath(name, folder))
        replaced = stubbed(sources[name])
        if replaced == "streamlit":
            found.append(Found((str(path),), replaced))
        elif not _starts_itself(tree) and (command := served(path, Path(name).parent, sources[name])) is not None:
            found.append(Found(command))
        elif _is_script(tree):
            found.append(Found((str(path),), replaced))
    return sorted(found, key=lambda program: program.command)


def python_files(folder: Path) -> Iterator[str]:
    """Yield the Python files of a project: git's list, or those that are not hidden, installed or generated."""
    for _, names in Discovery([str(folder)]).batches():
        yield from (name for name in names if name.endswith(".py"))


def _settings(folder: Path) -> set[str]:
    """Return the environment variables that the project's own files of settings set to an address of the service."""
    found: set[str] = set()
    for here, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if name not in NOT_WALKED and not Path(here, name, "pyvenv.cfg").exists()]
        for name in filter(NAMES.search, names):
            path = os.path.join(here, name)
            with suppress(OSError, DecodingError), open(path, "rb", opener=regular) as file:
                found |= {setting.key for setting in ConfigurationFile.decode(path, file.read(PARSE_LIMIT)).settings}
    return found


class _Imported:
    """Which modules of a project lead to which."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        space = ProjectFolder()
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


def _starts_itself(tree: ast.Module) -> bool:
    """Return whether a module that makes an application also serves it; other calls at its top level set it up."""
    for statement in tree.body:
        match statement:
            case ast.If() if _does_something(statement):
                return True
            case ast.Expr(value=ast.Call(func=function)) if ast.unparse(function).split(".")[-1] in _SERVE:
                return True
    return False


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
    return ast.unparse(call.func).startswith(_SETUP)
