"""Which Python runs the user's program: found as uv, pyright and ty find it, and said.

The order: what is named, the active environment (VIRTUAL_ENV, conda), one that lies in the project or above it, the one
that Poetry or Pipenv keep for the project elsewhere, the first on PATH.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDERS = (".venv", "venv", "env")
#: File of a project, and the command that says where the environment of that project is.
_MANAGERS = (
    (("poetry.lock",), ("poetry", "env", "info", "--path")),
    (("Pipfile.lock", "Pipfile"), ("pipenv", "--venv")),
)
#: Seconds that such a command may take.
_PATIENCE = 20.0


class InterpreterError(Exception):
    """There is no such interpreter; the message says what was looked for."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python, and how it was found (for the reader).

    `chosen` says that somebody named it, so that no other may stand in for it.
    """

    path: Path
    found: str
    chosen: bool = False

    def __str__(self) -> str:
        return f"{self.path} ({self.found})"


def named(name: str) -> Interpreter:
    """Return the interpreter, or the script for one (`flask`, `uvicorn`), of that name or path.

    Raises:
        InterpreterError: there is none.
    """
    program = shutil.which(name)
    if program is None:
        raise InterpreterError(f"no such interpreter: {name}")
    if not is_python(Path(program)):
        raise InterpreterError(f"{name} is no Python program: nothing would keep it from the network")
    # Not resolved: the path of a virtual environment's python is what makes it one.
    return Interpreter(Path(program).absolute(), "named", chosen=True)


def discovered(folder: Path) -> Interpreter:
    """Return the interpreter of the project in `folder`.

    Raises:
        InterpreterError: there is none at all.
    """
    for path, found in _candidates(folder):
        if path.is_file():
            return Interpreter(path.absolute(), found)
    raise InterpreterError("no Python was found: --python names one")


@dataclass(frozen=True, slots=True)
class Parts:
    """Of what an interpreter consists: its program, and the folders that it is and reads packages from."""

    program: Path
    folders: tuple[str, ...]


@cache
def parts(python: Path) -> Parts:
    """Return of what an interpreter, or a script for one, consists; of one that does not answer, its own folder."""
    with python.open("rb") as file:
        start = file.readline(1000)
    program = python
    if start.startswith(b"#!") and not re.match(r"(python|pypy)", python.name):
        program = Path(start[2:].decode("utf-8", "replace").split()[0])
    question = (
        "import json, sys; print(json.dumps([sys.executable, sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path]))"
    )
    try:
        answer = subprocess.run([program, "-c", question], capture_output=True, text=True, timeout=60, check=True)
        executable, *folders = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return Parts(python, (str(python.parent), str(python.resolve().parent)))
    # A shim of pyenv or asdf stands for the interpreter that it would start.
    shim = start.startswith(b"#!") and program == python
    places = dict.fromkeys(str(Path(folder).absolute()) for folder in folders if folder)
    around = (str(python.parent), str(program.parent), str(Path(executable).resolve().parent))
    return Parts(Path(executable) if shim else python, (*places, *around))


def script(name: str, python: Interpreter) -> Path | None:
    """Return the script of that name (`flask`, `uvicorn`) that is installed beside an interpreter.

    None if there is none.
    """
    path = python.path.parent / name
    return path if path.is_file() and is_python(path) else None


def is_python(program: Path) -> bool:
    """Return whether it is an interpreter, or a script for one (`flask`, `uvicorn`)."""
    if re.fullmatch(r"(python|pypy)w?[\d.]*(\.exe)?", program.name):
        return True
    with program.open("rb") as file:
        start = file.readline(200)
    return start.startswith(b"#!") and b"python" in start


def _candidates(folder: Path) -> Iterator[tuple[Path, str]]:
    if environment := os.environ.get("VIRTUAL_ENV"):
        yield _python(Path(environment)), "the active environment, VIRTUAL_ENV"
    conda = os.environ.get("CONDA_PREFIX")
    base = os.environ.get("CONDA_DEFAULT_ENV") in ("base", "root")
    if conda and not base:
        yield _python(Path(conda)), "the active environment of conda"
    places = list(_upwards(folder))
    for place in places:
        for name in _FOLDERS:
            if (place / name / "pyvenv.cfg").is_file():
                yield _python(place / name), f"{name} of the project"
    for place in places:
        for files, command in _MANAGERS:
            if any((place / file).is_file() for file in files) and (environment := _asked(command, place)):
                yield _python(Path(environment)), f"the project's environment of {command[0]}"
    if conda:
        yield _python(Path(conda)), "the base environment of conda"
    for name in ("python3", "python"):
        if program := shutil.which(name):
            yield Path(program), "the first on PATH"


def _upwards(folder: Path) -> Iterator[Path]:
    """Yield the folder and those above it, up to the top of the repository or the home of the user."""
    for place in (start := folder.absolute(), *start.parents):
        yield place
        if (place / ".git").exists() or place == Path.home():
            return


def _python(environment: Path) -> Path:
    windows = environment / "Scripts" / "python.exe"
    return windows if windows.is_file() else environment / "bin" / "python"


def _asked(command: tuple[str, ...], folder: Path) -> str:
    try:
        answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()
