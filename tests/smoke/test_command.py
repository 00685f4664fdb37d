"""The command, as a process: what it finds and runs, what it prints, its exit codes, and `--write --smoke`."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scripts import matrix
from tests.end_to_end.apps import LEGACY
from tests.smoke.wrong import FAULTS

CAPTIONS = LEGACY / "captions_callbacks"
CHECKS = [
    "connects", "parameters", "audio", "v3 only", "terminate", "protocol", "finals", "partials", "ends", "exceptions",
    "network",
]  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a repository whose last commit has the v2 program, beside a helper and a test that open no session."""
    folder = tmp_path / "project"
    shutil.copytree(CAPTIONS / "v2", folder)
    (folder / "tools.py").write_text("def main():\n    pass\n\n\nif __name__ == '__main__':\n    main()\n")
    (folder / "test_captions.py").write_text("import captions\n\ncaptions.run()\n")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "v2")
    return folder


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def tool(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `v3-migrate` in `folder`, where `python3` is one that has websocket-client."""
    python = matrix.interpreter("websocket-client-newest")
    environment = os.environ | {"PATH": f"{python.parent}:{os.environ['PATH']}"}
    environment.pop("VIRTUAL_ENV", None)
    command = [str(Path(sys.executable).with_name("v3-migrate")), *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def spoil(folder: Path, name: str) -> None:
    next(fault for fault in FAULTS if fault.name == name).spoil(folder)


def test_a_migrated_copy_is_compared_and_nothing_is_changed(project: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    result = tool(
        project, "smoke", "--migrate", "--speed", "6", "--timeline", "--format", "json", "--report", str(page)
    )
    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads(result.stdout)
    # One program, in three variants: helpers and tests are none.
    assert [(run["program"], run["variant"], run["outcome"]) for run in report["runs"]] == [
        ("captions.py", variant, "passed") for variant in ("F1", "F2", "F3")
    ]
    assert report["summary"] == {"passed": 3}
    for run in report["runs"]:
        assert run["compared"]
        assert [check["name"] for check in run["checks"]] == CHECKS
        assert {check["status"] for check in run["checks"]} == {"pass"}
        assert any("from service  Termination" in line for line in run["timeline"])
    assert page.read_text(encoding="utf-8").count("<figure") == 6
    assert git(project, "status", "--porcelain") == ""


def test_what_is_there_is_compared_with_the_last_commit(project: Path) -> None:
    spoil(project, "finals raw and formatted")
    result = tool(project, "smoke", "--compare", "--speed", "6", "--variant", "F1", "--format", "junit", "captions.py")
    assert result.returncode == 1, result.stdout + result.stderr
    (suite,) = ElementTree.fromstring(result.stdout)
    assert suite.attrib == {"name": "captions.py F1", "tests": "11", "failures": "1", "errors": "0", "skipped": "1"}
    (failure,) = suite.iter("failure")
    assert (
        failure.attrib["message"]
        == "twice, raw and formatted: 'good morning everyone', 'the meeting starts at ten', 'please bring your notes'"
    )


def test_a_command_is_run_without_anything_to_compare(project: Path) -> None:
    spoil(project, "20 ms chunks")
    words = ["--variant", "F1", "--timeline", "--", "python3", "captions.py", "--timeline"]
    result = tool(project.parent, "smoke", "project", *words)
    assert result.returncode == 1
    assert "\x1b" not in result.stdout
    lines = result.stdout.splitlines()
    assert lines[0] == "captions.py --timeline"
    assert "  FAIL audio      3007: Input Duration Violation: 20.0 ms. Expected between 50 and 1000 ms" in lines
    assert "                  -> Send 50 to 1000 ms of audio in each frame, not faster than real time." in lines
    assert re.search(r" audio +\d+ x 20 ms as binary", result.stdout)
    assert lines[-1] == "1 run: 1 failed"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["empty"], "no program that opens a session was found in empty: name it after --"),
        (["--", "nothing.py"], "no such program: nothing.py"),
        (["--python", "python9"], "no such interpreter: python9"),
        (["--recording", "tools.py"], "tools.py"),
        (["--", "git", "status"], "git is no Python program: nothing would keep it from the network"),
        (["--", "-u", "-I", "captions.py"], "with -I the sandbox does not get inside"),
        (["--migrate", "--", "tools.py"], "the original: no v2 session was opened; hosts it tried: none"),
        (["missing.py"], "no such program: missing.py"),
        (["--drive", "https://example.com/"], "argument --drive: twilio, or a URL such as"),
        (["--variant", "F1", "--", "-c", "import nosuchthing"], "No module named 'nosuchthing'"),
        (["--variant", "F1", "--", "-c", "1 / 0"], "it failed before it opened a session: ZeroDivisionError"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_said(project: Path, words: list[str], reason: str) -> None:
    (project / "empty").mkdir()
    result = tool(project, "smoke", *words)
    assert result.returncode == 2
    assert reason in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_no_original_to_compare_with(tmp_path: Path) -> None:
    shutil.copytree(CAPTIONS / "v3", tmp_path, dirs_exist_ok=True)
    result = tool(tmp_path, "smoke", "--compare")
    assert result.returncode == 2
    assert result.stderr.startswith("v3-migrate: error: --compare needs the original, and git does not have it: ")


def test_write_is_proven(project: Path) -> None:
    result = tool(project, ".", "--write", "--smoke", "--smoke-options", "--speed 6 --variant F1")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "compared with the original" in result.stderr
    assert "1 run: 1 passed" in result.stderr
    assert "1 file migrated" in result.stdout
    assert git(project, "status", "--porcelain") == " M captions.py\n"


def test_write_that_is_not_proven_is_taken_back(project: Path) -> None:
    program = project / "captions.py"
    # 1.5 s, which v2 takes and v3 does not; the tool does not see through it.
    program.write_text(program.read_text().replace("FRAMES_PER_BUFFER = 3200", 'FRAMES_PER_BUFFER = int("24000")'))
    before = program.read_bytes()
    words = [".", "--write", "--allow-dirty", "--smoke", "--smoke-options", "--speed 6 --variant F1"]
    result = tool(project, *words)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "FAIL audio      3007" in result.stderr
    assert "every file is as it was" in result.stderr
    assert result.stdout == ""
    assert program.read_bytes() == before


def test_a_program_that_is_not_found_proves_nothing(project: Path) -> None:
    (project / "captions.py").rename(project / "library.py")
    text = (project / "library.py").read_text().replace('if __name__ == "__main__":\n    run()\n', "")
    (project / "library.py").write_text(text)
    result = tool(project, "library.py", "--write", "--allow-dirty", "--smoke")
    assert result.returncode == 2
    assert (project / "library.py").read_text() == text


def test_smoke_needs_write(project: Path) -> None:
    result = tool(project, ".", "--smoke")
    assert result.returncode == 2
    assert result.stderr == "v3-migrate: error: --smoke tests what was written: it goes with --write\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_when_it_is_stopped(project: Path, tmp_path: Path, number: signal.Signals) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    daemon = (
        "import subprocess, sys, time\nsleep = [sys.executable, '-c', 'import time; time.sleep(300)', sys.argv[1]]\n"
    )
    (project / "captions.py").write_text(
        f"{daemon}subprocess.Popen(sleep, start_new_session=True)\nopen('running', 'w')\ntime.sleep(300)\n"
    )
    command = [
        str(Path(sys.executable).with_name("v3-migrate")),
        "smoke",
        "--python",
        sys.executable,
        "--",
        "captions.py",
    ]
    environment = os.environ | {"TMPDIR": str(temporary)}
    mark = str(tmp_path / "mark")
    with subprocess.Popen([*command, mark], cwd=project, env=environment, stderr=subprocess.PIPE, text=True) as process:
        while not list(temporary.glob("*/project/running")):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert list(temporary.iterdir()) == []
    # Neither the program nor what it made independent of itself: the kernel may take a moment to end them.
    while left := [path for path in Path("/proc").glob("[0-9]*/cmdline") if mark in _read(path)]:
        assert process.returncode is not None, left
        time.sleep(0.02)


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
