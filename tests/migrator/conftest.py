"""The tool as a user meets it, in this process: from a command line to bytes on standard output and an exit code."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from migrator.cli import main

PROGRAM = Path(sys.executable).with_name("v3-migrate")
UNPRIVILEGED = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
"""Runs a command as somebody to whom file modes mean something, which they do not to root."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What one call came to."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.out.decode()

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def steps(self) -> list[tuple[str, str]]:
        """The numbered next steps at the end: (why, command)."""
        found = re.findall(r"^  \d+\. ([^:\n]+)(?:: (.*))?$", self.text, re.MULTILINE)
        return [(why, command) for why, command in found]

    def findings(self) -> list[tuple[str, str, bool]]:
        """Return (path, code, fixed) of each finding of a JSON report."""
        return [(file["path"], f["code"], f["fixable"]) for file in self.json["files"] for f in file["findings"]]


class Tool:
    """Calls of `v3-migrate` in a folder of their own.

    Attributes:
        folder: the working directory, empty at first and outside of any repository.
        state: where undo patches go outside of a repository.
    """

    def __init__(
        self, folder: Path, state: Path, capture: pytest.CaptureFixture[bytes], patch: pytest.MonkeyPatch
    ) -> None:
        self.folder = folder
        self.state = state
        self._capture = capture
        self._patch = patch

    @property
    def records(self) -> Path:
        """Where the runs are on record."""
        return self.state / "v3-migrate"

    def __call__(self, *arguments: str | Path, given: bytes = b"") -> Ran:
        """Run the tool with `given` on standard input."""
        self._capture.readouterr()
        with self._patch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
            try:
                code = main([str(argument) for argument in arguments])
            except SystemExit as end:
                code = int(end.code or 0)
        out, err = self._capture.readouterr()
        return Ran(code, out, err.decode())

    def read(self, name: str) -> str:
        """Return the text of a file, line ends as they are."""
        return (self.folder / name).read_bytes().decode()


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Tool:
    """The tool in an empty folder, free of the settings of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("GIT_")] + [
        "FORCE_COLOR",
        "PRE_COMMIT",
        "GITHUB_ACTIONS",
    ]:
        monkeypatch.delenv(name, raising=False)
    folder, state = tmp_path / "project", tmp_path / "state"
    folder.mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(folder)
    return Tool(folder, state, capfdbinary, monkeypatch)
