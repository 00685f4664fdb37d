"""What is installed in a project's own environment tells which `websockets` its code will meet."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.cli import main
from migrator.dependencies.declared import Requirements
from scripts import matrix

PROGRAM = """\
import websockets

ws = websockets.connect("wss://api.assemblyai.com/v2/realtime/ws", extra_headers={"Authorization": KEY})
"""


def project(folder: Path, environment: str, requirement: str) -> Path:
    (folder / "app.py").write_text(PROGRAM)
    if requirement:
        (folder / "requirements.txt").write_text(requirement + "\n")
    (folder / ".venv").symlink_to(matrix.interpreter(environment).parents[1])
    return folder


@pytest.mark.parametrize(
    ("environment", "requirement", "renamed"),
    [
        ("websockets-newest", "", True),
        ("websockets-newest", "websockets>=10", True),
        ("websockets-newest", "websockets<14", False),
        ("websockets-newest", "websockets==10.4", False),
        ("websockets-13.1", "", False),
        ("websockets-13.1", "websockets>=14", True),
    ],
)
def test_extra_headers_by_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: str, requirement: str, renamed: bool
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "project"
    folder.mkdir()
    main([str(project(folder, environment, requirement)), "--write", "--jobs", "1"])
    text = (folder / "app.py").read_text()
    assert ("additional_headers={" in text) == renamed
    assert ("extra_headers={" in text) != renamed


def test_a_declaration_with_a_bound_stands(tmp_path: Path) -> None:
    folder = project(tmp_path, "websockets-13.1", "requests<2")
    declared = Requirements().of(str(folder))
    assert (declared["websockets"], declared["requests"]) == (">=13.1", "<2")
