"""`record -- COMMAND`: programs that connect to the vendor by its name, over TLS, and know nothing of the recorder."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.recording import read
from runtime.redirection import STAND_IN
from runtime.replay import ReplayServer
from scripts.matrix import interpreter
from tests.runtime.sessions import FINALS, FOLDER, recording
from tests.runtime.test_record_command import PROGRAM
from tests.runtime.test_recorder import talk
from tests.runtime.test_replay_clients import CLIENTS, SPEED, V3

KEY = "a key of the tests"


def record(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, timeout=90, check=False, cwd=cwd
    )


@pytest.mark.parametrize(("environment", "client"), V3)
def test_a_program_is_recorded_unchanged(environment: str, client: str, tmp_path: Path) -> None:
    path = tmp_path / "call.jsonl"
    run = [str(interpreter(environment)), str(CLIENTS / client), "0", str(FOLDER / "dictation.wav"), str(SPEED)]
    with ReplayServer(recording(), speed=SPEED) as server:
        result = record("--out", "call.jsonl", "--service", server.url, "--", *run, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        original = server.wait_for_sessions()[0]
    assert original.authorized_by == "token"
    *shown, written = result.stdout.splitlines()
    assert shown == FINALS
    assert re.fullmatch(r"call\.jsonl and call\.wav: 8\.[23] s, 3 finals", written)
    assert KEY not in path.read_text()
    session = read(path)
    assert session.header.query.get("token", "REDACTED") == "REDACTED"
    with ReplayServer(session, speed=SPEED) as server:
        again = talk(server.url, session.load_audio(), speed=SPEED)
    assert [text for text in again.texts if '"Turn"' in text] == [text for text in original.sent if '"Turn"' in text]


def test_the_programs_own_end_is_told(tmp_path: Path) -> None:
    result = record("--out", "call.jsonl", "--", sys.executable, "-c", "raise SystemExit(3)", cwd=tmp_path)
    assert result.returncode == 3
    assert result.stderr == "v3-migrate: error: no session was recorded\n"
    assert list(tmp_path.iterdir()) == []


def test_other_hosts_and_the_users_own_sitecustomize_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "sitecustomize.py").write_text("print('mine')")
    program = (
        "import os, socket, sys; print(socket.gethostbyname('streaming.eu.assemblyai.com'),"
        "socket.getaddrinfo('localhost', 80, socket.AF_INET)[0][4])"
    )
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, "--out", "call.jsonl", "--", sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": f"{tmp_path / 'mine'}:{Path(__file__).parents[2]}"},
    )
    assert result.stdout.splitlines()[:2] == ["mine", f"{STAND_IN} ('127.0.0.1', 80)"]


@pytest.mark.parametrize("words", [("--tls",), ("--ca-file", "ca.pem")])
def test_a_command_has_its_own_certificate(words: tuple[str, ...], tmp_path: Path) -> None:
    result = record("--out", "call.jsonl", *words, "--", sys.executable, "-c", "", cwd=tmp_path)
    assert result.returncode == 2
    assert "the certificate is made for the run" in result.stderr


def test_a_command_that_is_none_is_an_error(tmp_path: Path) -> None:
    result = record("--out", "call.jsonl", "--", "no-such-program", cwd=tmp_path)
    assert result.returncode == 2
    assert "no-such-program" in result.stderr
