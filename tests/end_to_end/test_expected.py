"""The tool makes of every legacy program, byte for byte, the v3 program beside it."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path

import pytest

from migrator.cli import main
from tests.end_to_end.apps import App, apps


@pytest.mark.parametrize("app", [pytest.param(app, id=app.name) for app in apps()])
def test_migration_is_the_expected_program(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    project = tmp_path / app.name
    shutil.copytree(app.folder / "v2", project)
    code = main([str(project), "--write", "--allow-dirty", "--jobs", "1"])
    assert code in (0, 1), "the tool failed"
    assert _difference(app.folder / "v3", project) == ""


def _difference(expected: Path, found: Path) -> str:
    """Return how the files of two folders differ, as a diff."""
    one, other = _texts(expected), _texts(found)
    return "".join(
        line
        for name in sorted(one.keys() | other.keys())
        for line in difflib.unified_diff(
            one.get(name, "").splitlines(True),
            other.get(name, "").splitlines(True),
            f"expected/{name}",
            f"found/{name}",
        )
    )


def _texts(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in files}
