"""Web applications are recognised, served, and called where their source says; a broken one is told by its fault."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrator.smoke.checks.judge import could_not_run, judge
from migrator.smoke.observation import Observation
from migrator.smoke.programs import Found, programs
from migrator.smoke.sandbox import Conditions, Program, run
from scripts import matrix
from tests.end_to_end.apps import SPEED, dictation

WEB = Path(__file__).parent / "programs" / "web"
APPS = {
    "fastapi_app.py": ("fastapi", ("-m", "uvicorn", "fastapi_app:app", "--port", "0")),
    "starlette_app.py": ("fastapi", ("starlette_app.py",)),
    "flask_app.py": ("flask-sdk-newest", ("-m", "flask", "--app", "flask_app:app", "run", "--port", "0")),
    "aiohttp_app.py": ("aiohttp-newest", ("aiohttp_app.py",)),
    "site": ("channels", ("-m", "daphne", "-p", "0", "captions.asgi:application")),
}


def project(tmp_path: Path, name: str) -> Path:
    source = WEB / name
    if source.is_dir():
        shutil.copytree(source, tmp_path, dirs_exist_ok=True)
    else:
        shutil.copy(source, tmp_path)
    if name != "aiohttp_app.py":
        shutil.copy(WEB / "speech.py", tmp_path)
    return tmp_path


def observe(folder: Path, name: str) -> Observation:
    environment, command = APPS[name]
    assert programs(folder) == [Found(command)]
    program = Program(folder, command, matrix.interpreter(environment))
    return run(program, Conditions(dictation(), speed=SPEED))


@pytest.mark.parametrize("name", APPS)
def test_it_is_served_and_called(tmp_path: Path, name: str) -> None:
    seen = observe(project(tmp_path, name), name)
    assert could_not_run(seen) is None
    assert judge(seen).failed == [], judge(seen).headline


@pytest.mark.parametrize("name", APPS)
def test_a_broken_one_is_told_by_its_fault(tmp_path: Path, name: str) -> None:
    folder = project(tmp_path, name)
    file = folder / ("aiohttp_app.py" if name == "aiohttp_app.py" else "speech.py")
    file.write_text(file.read_text().replace('if message["transcript"]:', 'if message["text"]:'))
    first = judge(observe(folder, name)).headline
    assert first is not None
    assert "KeyError: 'text'" in first.evidence
    assert first.where.startswith(file.name)
