"""The tool where a project has folders of its names, and modules of the names of what it needs, on the path."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.migrator.programs import V2, V3, put
from v3_migrate import ordered

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = [str(Path(sys.executable).with_name("v3-migrate"))]
MODULE = [sys.executable, "-m", "v3_migrate"]
SPAWN = """\
import multiprocessing, sys
get_context = multiprocessing.get_context
multiprocessing.get_context = lambda method: get_context("spawn")  # As on macOS and Windows.
from v3_migrate import main
sys.exit(main())
"""
BROKEN = 'raise SystemExit("a module of the project was run")\n'
NAMES = ("migrator", "codemods", "runtime", "libcst", "rich", "websockets", "trustme")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a package of every name that the tool imports, and modules named like the standard library's."""
    folder = tmp_path / "project"
    put(folder, {f"{name}/__init__.py": BROKEN for name in NAMES})
    put(folder, {"queue.py": BROKEN, "difflib.py": BROKEN, "tomllib.py": BROKEN, "bot.py": V2})
    put(folder, {"pyproject.toml": "[tool.v3-migrate]\nregion = 'us'\n", "runtime/live.py": V2, "empty/empty.py": ""})
    return folder


def ran(folder: Path, command: list[str], path: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": path, "XDG_STATE_HOME": str(folder.parent / "state")}
    return subprocess.run(
        [*command, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("command", "path"),
    [(SCRIPT, "."), (MODULE, ""), ([sys.executable, "-c", SPAWN], os.pathsep.join([".", str(ROOT)]))],
    ids=["script", "module", "spawned workers, from a checkout"],
)
def test_a_project_that_has_our_names(project: Path, command: list[str], path: str) -> None:
    written = ran(project, command, path, ".", "--write", "--jobs", "2")
    assert (written.returncode, written.stderr) == (0, "")
    assert (project / "bot.py").read_text() == V3
    assert (project / "runtime" / "live.py").read_text() == V3
    assert ran(project, command, path, "explain", "V3M101").returncode == 0


def test_smoke_in_a_project_that_has_our_names(project: Path) -> None:
    look = "raise ValueError(find_spec('v3_migrate'), find_spec('runtime').origin[-19:])\n"
    put(project, {"live.py": f"from importlib.util import find_spec\n\n{look}"})
    smoke = ran(project, SCRIPT, os.pathsep.join([".", str(ROOT)]), "smoke", "--variant", "F1", "--", "live.py")
    # The program has its own packages in its reach, and nothing of ours.
    assert "ValueError: (None, 'runtime/__init__.py')" in smoke.stdout
    assert "a module of the project was run" not in smoke.stdout + smoke.stderr


def test_the_order_of_the_path() -> None:
    path = ["/project", "/lib/python312.zip", "/lib/python3.12", "/venv/site-packages", "/tool", "/else"]
    assert ordered(path, ["/project", "/else"], "/tool") == [
        *("/lib/python312.zip", "/lib/python3.12", "/tool", "/venv/site-packages"),
        *("/project", "/else"),
    ]
    # What PYTHONPATH brings may be all that there is: nothing is lost.
    assert ordered(["/nix/libcst", "/lib"], ["/nix/libcst"], "/tool") == ["/lib", "/tool", "/nix/libcst"]
    assert ordered(["/tool", "/lib"], ["/tool"], "/tool") == ["/lib", "/tool"]
