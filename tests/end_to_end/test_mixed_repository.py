"""A repository with all that keeps v2 alive: one command moves it, the next finds what only a person moves.

`fixtures/mixed` has a service, its `.env`, Compose, Kubernetes, an image, a workflow, requirements, a notebook, a page,
and a page for the browser that opens a socket with a token that Python mints.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import matrix
from tests.migrator.programs import git, repository

MIXED = Path(__file__).parents[2] / "fixtures" / "mixed"
V2 = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
V3 = (
    "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english"
    "&format_turns=true&inactivity_timeout=300"
)
PAGE = "web/captions.js"


def tool(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("v3-migrate")), *words]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ASSEMBLYAI", "SPEECH"))}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(MIXED, folder)
    repository(folder, {})
    return folder


def test_it_moves_as_a_whole_and_runs_from_its_own_configuration(project: Path) -> None:
    ran = tool(project, ".", "--write", "--format", "json")
    assert ran.returncode == 1, ran.stderr
    report = {file["path"]: file for file in json.loads(ran.stdout)["files"]}
    left = {path: [f["line"] for f in file["findings"] if not f["applied"]] for path, file in report.items()}
    assert {path: lines for path, lines in left.items() if lines} == {PAGE: [4, 7, 7]}
    # The token is minted in Python and used in the browser: one finding names both.
    assert "the tokens of service/tokens.py:8 are v3's now" in report[PAGE]["findings"][0]["message"]
    # Each in its own format, and nothing but the value.
    for name in (".env", "compose.yaml", "k8s/deployment.yaml"):
        assert (project / name).read_text() == (MIXED / name).read_text().replace(V2, V3)
    for name, old, new in (
        ("Dockerfile", "assemblyai==0.33.0", "assemblyai==0.64.16"),
        (".github/workflows/ci.yml", "'assemblyai<0.60'", "'assemblyai>=0.64.16,<2'"),
        ("requirements.txt", "assemblyai==0.33.0", "assemblyai==0.64.16"),
    ):
        assert (project / name).read_text() == (MIXED / name).read_text().replace(old, new)
    changed = {line[3:] for line in git(project, "status", "--porcelain").splitlines()}
    assert changed == {
        ".env", ".github/workflows/ci.yml", "Dockerfile", "README.md", "compose.yaml", "k8s/deployment.yaml",
        "notebooks/dictation.ipynb", "requirements.txt", "service/captions.py", "service/tokens.py",
    }  # fmt: skip

    # The next command finds the browser's page alone, and nothing once its owner has followed the advice.
    again = json.loads(tool(project, ".", "--check", "--format", "json").stdout)
    assert [file["path"] for file in again["files"]] == [PAGE]
    page = (project / PAGE).read_text()
    page = page.replace(V2, V3).replace("message.message_type", "message.type")
    page = page.replace('"FinalTranscript"', '"Turn" && message.end_of_turn && message.turn_is_formatted')
    (project / PAGE).write_text(page.replace("message.text", "message.transcript"))
    clean = tool(project, ".", "--check")
    assert (clean.returncode, clean.stdout) == (0, "4 files checked: no AssemblyAI v2 usage.\n")

    python = str(matrix.interpreter("websocket-client-newest"))
    smoke = tool(project, "smoke", "--python", python, "--speed", "4", "--format", "json")
    runs = json.loads(smoke.stdout)["runs"]
    assert [(run["program"], run["outcome"]) for run in runs] == [("service/captions.py", "passed")] * 3
    assert smoke.returncode == 0
