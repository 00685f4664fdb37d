"""The migrated copy of a project is what `--write` would make of it: one migration, under the project's settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.cli import main
from migrator.smoke.versions import VersionError, migrated_copy
from tests.migrator.programs import LEFT, V2, git, repository


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service with settings of its own and some from above, in a repository with requirements at its top."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    repository(
        tmp_path / "all",
        {
            "requirements.txt": "websockets>=14\n",
            "bot/pyproject.toml": "[tool.v3-migrate]\n"
            "region = 'eu'\nspeech-model = 'u3-rt-pro'\nignore = ['V3M303']\ntodo = false\nexclude = ['old']\n",
            "bot/app.py": LEFT,
            "bot/old/app.py": V2,
            "bot/connect.py": "import websockets\n\n"
            'ws = websockets.connect("wss://api.assemblyai.com/v2/realtime/ws", extra_headers={})\n',
            "bot/deep/app.py": V2,
        },
    )
    return tmp_path / "all" / "bot"


@pytest.mark.parametrize("part", [".", "deep"])
def test_what_is_tested_is_what_is_written(project: Path, tmp_path: Path, part: str) -> None:
    copy = tmp_path / "copy"
    assert migrated_copy(project / part, copy) == (
        ["app.py", "connect.py", "deep/app.py"] if part == "." else ["app.py"]
    )
    assert git(project, "status", "--short") == ""
    main([str(project / part), "--write"])
    for path in copy.rglob("*.py"):
        assert path.read_bytes() == (project / part / path.relative_to(copy)).read_bytes()
    text = (copy / "app.py").read_text()
    assert "streaming.eu.assemblyai.com" in text
    assert "speech_model=u3-rt-pro" in text
    assert 'data["text"]' in text or part == "deep"  # V3M303 is the project's to do without


def test_an_error_is_named_as_in_the_users_folder(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "broken.py").write_text(V2 + "(\n")
    monkeypatch.chdir(project)
    with pytest.raises(VersionError, match=r"^broken\.py: "):
        migrated_copy(Path(), tmp_path / "copy")
