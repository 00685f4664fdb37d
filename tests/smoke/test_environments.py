"""The interpreter of a project is found where people keep it; a program gets the versions of packages that it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.smoke.environments import EnvironmentMissing, made_for, needs
from migrator.smoke.interpreters import Interpreter, InterpreterError, discovered, named, script
from scripts import matrix
from tests.end_to_end.apps import LEGACY

CONNECTS = """
import websockets

websockets.connect("wss://streaming.assemblyai.com/v3/ws", extra_headers={"Authorization": "key"})
"""


def environment(folder: Path) -> Path:
    """Make what looks like a virtual environment."""
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").touch()
    python = folder / "bin" / "python"
    python.symlink_to(sys.executable)
    return python


def command(folder: Path, name: str, answer: Path) -> None:
    (folder / name).write_text(f"#!/bin/sh\necho {answer}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "path").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    (tmp_path / "top" / ".git").mkdir(parents=True)
    (tmp_path / "top" / "bot").mkdir()
    return tmp_path / "top" / "bot"


def test_the_nearest_to_what_is_active_wins(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InterpreterError, match="--python names one"):
        discovered(project)
    on_path = tmp_path / "path" / "python3"
    on_path.symlink_to(sys.executable)
    # From the last resort to the first choice; each that is added goes before those that were there.
    expected = [(on_path, "the first on PATH")]
    assert discovered(project) == Interpreter(*expected[-1])

    (project / "Pipfile").touch()
    pipenv = environment(tmp_path / "elsewhere" / "pipenv")
    command(tmp_path / "path", "pipenv", pipenv.parents[1])
    assert discovered(project) == Interpreter(pipenv, "the project's environment of pipenv")
    (project / "poetry.lock").touch()
    poetry = environment(tmp_path / "elsewhere" / "poetry")
    command(tmp_path / "path", "poetry", poetry.parents[1])
    assert discovered(project) == Interpreter(poetry, "the project's environment of poetry")

    above = environment(project.parent / "venv")
    assert discovered(project) == Interpreter(above, "venv of the project")
    beside = environment(project / ".venv")
    assert discovered(project) == Interpreter(beside, ".venv of the project")
    monkeypatch.chdir(project)
    assert discovered(Path()) == Interpreter(beside, ".venv of the project")

    monkeypatch.setenv("CONDA_PREFIX", str(environment(tmp_path / "conda").parents[1]))
    assert discovered(project).found == "the active environment of conda"
    monkeypatch.setenv("CONDA_DEFAULT_ENV", "base")
    assert discovered(project).path == beside
    monkeypatch.setenv("VIRTUAL_ENV", str(environment(tmp_path / "active").parents[1]))
    assert discovered(project).found == "the active environment, VIRTUAL_ENV"


def test_what_is_above_the_repository_is_nobodys(project: Path, tmp_path: Path) -> None:
    (tmp_path / "path" / "python3").symlink_to(sys.executable)
    environment(tmp_path / ".venv")
    assert discovered(project).found == "the first on PATH"


def test_scripts_are_those_of_the_environment(project: Path) -> None:
    python = Interpreter(environment(project / ".venv"), "")
    command(python.path.parent, "not-python", project)
    (python.path.parent / "flask").write_text(f"#!{python.path}\n")
    assert script("flask", python) == python.path.parent / "flask"
    assert script("not-python", python) is None
    assert script("uvicorn", python) is None
    with pytest.raises(InterpreterError, match="no such interpreter: uvicorn"):
        named("uvicorn")


@pytest.mark.parametrize(
    ("name", "source", "declared", "wanted"),
    [
        ("sdk-0.64.2", "import assemblyai.streaming.v3", "", ["assemblyai>=0.64.16"]),
        ("sdk-0.64.2", "import assemblyai.streaming.v3", "assemblyai==0.64.20", ["assemblyai==0.64.20"]),
        ("sdk-0.64.2", "import assemblyai.streaming.v3", "assemblyai==0.33.0", ["assemblyai>=0.64.16"]),
        ("sdk-0.64.2", "from assemblyai import RealtimeTranscriber", "", []),
        ("sdk-newest", "from assemblyai import RealtimeTranscriber", "assemblyai", ["assemblyai<0.64.3"]),
        ("sdk-newest", "from assemblyai import RealtimeTranscriber", "assemblyai==0.33.0", ["assemblyai==0.33.0"]),
        # It chooses at run time.
        ("sdk-newest", "import assemblyai.streaming\nfrom assemblyai import RealtimeTranscriber", "", []),
        ("websockets-newest", CONNECTS, "websockets>=10", ["websockets<14,>=10"]),
        ("websockets-10.4", CONNECTS, "", []),
        # What is not there at all is not a question of versions.
        ("aiohttp-newest", CONNECTS, "", []),
    ],
)  # fmt: skip
def test_what_a_program_needs(tmp_path: Path, name: str, source: str, declared: str, wanted: list[str]) -> None:
    (tmp_path / "bot.py").write_text(source)
    (tmp_path / "requirements.txt").write_text(declared + "\n")
    python = Interpreter(matrix.interpreter(name), "")
    assert [need.requirement for need in needs(tmp_path, python)] == wanted


def test_an_environment_lies_on_top_of_the_users(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text(CONNECTS)
    python = Interpreter(matrix.interpreter("websockets-newest"), "of a test")
    made = made_for(needs(tmp_path, python), python, tmp_path / "made")
    assert made.found.startswith("of a test, with websockets 13.")
    # The user's other packages are there.
    question = "import requests, websockets; print(websockets.__version__)"
    answer = subprocess.run([made.path, "-c", question], capture_output=True, text=True, check=True).stdout
    assert answer.startswith("13.")


def test_what_cannot_be_installed_is_said_on_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    (tmp_path / "bot.py").write_text(CONNECTS)
    python = Interpreter(matrix.interpreter("websockets-newest"), "")
    with pytest.raises(EnvironmentMissing) as caught:
        made_for(needs(tmp_path, python), python, tmp_path / "made")
    assert str(caught.value).startswith(f"websockets<14 is needed, {python.path} has another version, and it could not")
    assert "make an environment with it, and name it with --python" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_old_sdk_in_the_projects_own_environment(tmp_path: Path) -> None:
    (tmp_path / ".venv").symlink_to(matrix.interpreter("sdk-0.64.2").parents[1])
    clean = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    tool = str(Path(sys.executable).with_name("v3-migrate"))

    def smoke(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([tool, "smoke", *words], cwd=tmp_path, env=clean, capture_output=True, text=True)

    program = tmp_path / "captions.py"
    program.write_text((LEGACY / "sdk_script" / "v3" / "captions.py").read_text())
    refused = smoke("--no-install", "captions.py")
    assert refused.returncode == 2
    assert refused.stderr == (
        "v3-migrate: error: the program needs assemblyai>=0.64.16 instead of 0.64.2, "
        f"which {tmp_path}/.venv/bin/python has: name an interpreter for it with --python\n"
    )
    program.write_text((LEGACY / "sdk_script" / "v2" / "captions.py").read_text())
    (tmp_path / "requirements.txt").write_text("assemblyai==0.64.2\n")
    result = smoke("--migrate", "--speed", "6", "--variant", "F1")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "the program needs assemblyai==0.64.16 instead of 0.64.2: installing it for this run" in result.stderr
    assert result.stdout.endswith("1 run: 1 passed\n")
