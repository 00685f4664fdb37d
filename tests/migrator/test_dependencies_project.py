"""The dependency files of a project in a run: previewed, checked, written, taken back; others are never touched."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from migrator.cli import main
from migrator.dependencies.declared import Requirements

PROGRAM = (
    "import assemblyai as aai\n\n"
    "transcriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)\n"
    "transcriber.connect()\ntranscriber.stream(aai.extras.MicrophoneStream(16_000))\ntranscriber.close()\n"
)
RAW = 'URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is nobody else's, and the working directory."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def found(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, list[tuple[str, bool]]]]:
    """Run the tool and return its exit code and, for each dependency file, the codes and whether they are fixed."""
    capsys.readouterr()
    code = main([*arguments, "--format", "json", "--jobs", "1"])
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, {
        file["path"]: [(finding["code"], finding["fixable"]) for finding in file["findings"]]
        for file in report["files"]
        if not file["path"].endswith(("app.py", "other.py"))
    }


def test_preview_check_and_write(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(
        project,
        {
            "speech/app.py": PROGRAM,
            "requirements.txt": "-r requirements/base.txt\nflask\n",
            "requirements/base.txt": "assemblyai[extras]>=0.21\r\n",
            "poetry.lock": '[[package]]\nname = "assemblyai"\nversion = "0.33.0"\n',
        },
    )
    expected = {"requirements/base.txt": [("V3M701", True)], "poetry.lock": [("V3M702", False)]}
    assert found(capsys, ".") == (0, expected)
    assert found(capsys, ".", "--check") == (1, expected)
    assert main([".", "--diff"]) == 0
    patch = capsys.readouterr().out
    assert found(capsys, ".", "--write") == (1, expected)
    assert (project / "requirements/base.txt").read_bytes() == b"assemblyai>=0.64.16\r\npyaudio>=0.2.13\r\n"
    assert (project / "requirements.txt").read_bytes() == b"-r requirements/base.txt\nflask\n"
    # what is left is listed until the lock is made anew
    assert found(capsys, ".", "--check") == (1, {"poetry.lock": [("V3M702", False)]})
    (project / "poetry.lock").write_text('[[package]]\nname = "assemblyai"\nversion = "1.8.2"\n')
    assert found(capsys, ".", "--check") == (0, {})
    # the patch of the preview is that of the write: git takes the dependency files back with the rest
    subprocess.run(["git", "apply", "--reverse", "-"], input=patch.encode(), cwd=project, check=True)
    assert (project / "requirements/base.txt").read_bytes() == b"assemblyai[extras]>=0.21\r\n"
    assert (project / "speech/app.py").read_text() == PROGRAM


def test_only_the_nearest_files_that_name_the_sdk_are_touched(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = {"requirements.txt": "assemblyai==0.2\n", "other/requirements.txt": "assemblyai==0.2\n"}
    put(project.parent, outside)
    put(
        project,
        {
            "speech/app.py": PROGRAM,
            "speech/requirements.txt": "flask\n",
            "requirements.txt": "assemblyai==0.2\n",
            "sibling/requirements.txt": "assemblyai==0.2\n",
            "sibling/other.py": "import assemblyai as aai\n\naai.Transcriber().transcribe('a.wav')\n",
        },
    )
    assert found(capsys, ".", "--write") == (0, {"requirements.txt": [("V3M701", True)]})
    assert (project / "sibling/requirements.txt").read_text() == "assemblyai==0.2\n"
    assert {name: (project.parent / name).read_text() for name in outside} == outside


def test_nothing_above_the_repository_is_touched(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, {"requirements.txt": "assemblyai==0.2\n", "inner/app.py": PROGRAM})
    (project / "inner/.git").mkdir()
    assert found(capsys, "inner") == (0, {})


@pytest.mark.parametrize(
    "source",
    [
        RAW,
        "import assemblyai as aai\n\naai.Transcriber().transcribe('a.wav')\n",
        "from assemblyai.streaming.v3 import StreamingClient\n",
    ],
    ids=["raw", "recorded", "v3"],
)
def test_programs_that_do_not_need_a_newer_sdk_leave_it(
    project: Path, capsys: pytest.CaptureFixture[str], source: str
) -> None:
    put(project, {"app.py": source, "requirements.txt": "assemblyai==0.50.0\n"})
    assert found(capsys, ".", "--write") == (0, {})
    assert (project / "requirements.txt").read_text() == "assemblyai==0.50.0\n"


def test_what_the_user_keeps_out_stays(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, {"app.py": PROGRAM, "requirements.txt": "assemblyai==0.2\n", "setup.py": "x = ['assemblyai==0.2']\n"})
    assert found(capsys, ".", "--exclude", "requirements.txt") == (0, {"setup.py": [("V3M702", False)]})
    assert found(capsys, ".", "--ignore", "V3M7") == (0, {})
    assert found(capsys, ".", "--select", "V3M1") == (0, {})
    put(project, {"pyproject.toml": '[tool.v3-migrate.per-file-ignores]\n"setup.py" = ["V3M702"]\n'})
    assert found(capsys, ".") == (0, {"requirements.txt": [("V3M701", True)]})


def test_utf_16_is_left_to_a_person(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, {"app.py": PROGRAM})
    data = "assemblyai==0.2\r\n".encode("utf-16")
    (project / "requirements.txt").write_bytes(data)
    assert found(capsys, ".", "--write") == (1, {"requirements.txt": [("V3M702", False)]})
    assert (project / "requirements.txt").read_bytes() == data


def test_every_code_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    for code in ("V3M701", "V3M702"):
        assert main(["explain", code]) == 0
        assert capsys.readouterr().out.startswith(f"# {code}: ")


def test_rules_get_versions_from_the_same_files(project: Path) -> None:
    put(
        project,
        {
            "pyproject.toml": (
                '[project]\ndependencies = ["websockets<14"]\n[tool.poetry.dependencies]\naiohttp = "^3.1"\n'
            ),
            "Pipfile": '[packages]\nwebsocket-client = "==1.8.0"\n',
            "app/setup.cfg": "[options]\ninstall_requires =\n    websockets>=13,<15\n",
            "app/requirements/base.txt": "Requests_Toolbelt\n",
        },
    )
    assert Requirements().of("app") == {
        "websockets": ">=13,<15",
        "requests-toolbelt": "",
        "aiohttp": ">=3.1,<4",
        "websocket-client": "==1.8.0",
    }
