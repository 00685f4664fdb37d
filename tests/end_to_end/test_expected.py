"""The tool makes of every legacy program the v3 program beside it, byte for byte; a second run leaves that alone."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from migrator.cli import main
from tests.end_to_end.apps import App, apps, migrate


@pytest.mark.parametrize("app", [pytest.param(app, id=app.name) for app in apps()])
def test_migration_is_the_expected_program(app: App, tmp_path: Path) -> None:
    project = migrate(app, tmp_path / app.name)
    assert _difference(app.folder / "v3", project) == ""
    assert main([str(project), "--write", "--allow-dirty", "--jobs", "1"]) in (0, 1)
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
