"""Web applications are recognised, served, and called where their source says; a broken one is told by its fault."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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


def project(folder: Path, name: str) -> Path:
    source = WEB / name
    folder.mkdir()
    if source.is_dir():
        shutil.copytree(source, folder, dirs_exist_ok=True)
    else:
        shutil.copy(source, folder)
    if name != "aiohttp_app.py":
        shutil.copy(WEB / "speech.py", folder)
    return folder


def observe(folder: Path, name: str) -> Observation:
    environment, command = APPS[name]
    assert programs(folder) == [Found(command)]
    program = Program(folder, command, matrix.interpreter(environment))
    return run(program, Conditions(dictation(), speed=SPEED))


def test_each_is_served_and_called(tmp_path: Path) -> None:
    with ThreadPoolExecutor(len(APPS)) as pool:
        seen = dict(zip(APPS, pool.map(lambda name: observe(project(tmp_path / name, name), name), APPS), strict=True))
    for name, observed in seen.items():
        assert could_not_run(observed) is None, name
        assert judge(observed).failed == [], (name, judge(observed).headline)


def test_a_broken_one_is_told_by_its_fault(tmp_path: Path) -> None:
    def broken(name: str) -> Observation:
        folder = project(tmp_path / name, name)
        file = folder / _faulty(name)
        file.write_text(file.read_text().replace('if message["transcript"]:', 'if message["text"]:'))
        return observe(folder, name)

    with ThreadPoolExecutor(len(APPS)) as pool:
        seen = dict(zip(APPS, pool.map(broken, APPS), strict=True))
    for name, observed in seen.items():
        first = judge(observed).headline
        assert first is not None, name
        assert "KeyError: 'text'" in first.evidence
        assert first.where.startswith(_faulty(name))


def _faulty(name: str) -> str:
    return "aiohttp_app.py" if name == "aiohttp_app.py" else "speech.py"
