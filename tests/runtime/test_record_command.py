"""`record` as a process: when it ends, and what it does not do."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from runtime.recording import read
from runtime.replay import ReplayServer
from tests.runtime.sessions import FINALS, SPEED, finals, recording
from tests.runtime.test_recorder import talk

PROGRAM = """
import argparse, sys
from runtime.commands import record
parser = argparse.ArgumentParser()
record.configure(parser)
sys.exit(record.run(parser.parse_args()))
"""


def command(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_the_command_ends_after_one_session(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    with ReplayServer(recording(), speed=SPEED) as server:
        process = command("--out", str(path), "--service", server.url)
        assert process.stdout is not None
        address = process.stdout.readline().split()[4].removesuffix("/v3/ws")
        client = talk(address, recording().load_audio())
        output, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert output == f"{path} and session.wav: 8.2 s, 3 finals\n"
    assert finals(client.messages) == FINALS
    assert [event.message for event in read(path).events if event.message][-1]["type"] == "Termination"  # type: ignore[index]


def test_a_recording_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with ReplayServer(recording()) as server:
        process = command("--out", str(folder / "session.jsonl"), "--service", server.url)
        assert process.stdout is not None
        address = process.stdout.readline().split()[4].removesuffix("/v3/ws")
        folder.rmdir()
        talk(address, b"")
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert errors.startswith("v3-migrate: error: ")
    assert "session.jsonl" in errors
    assert errors.count("\n") == 1


def test_the_command_ends_when_it_is_told_to(tmp_path: Path) -> None:
    process = command("--out", str(tmp_path / "none.jsonl"), "--service", "ws://127.0.0.1:9")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 1


def test_the_command_does_not_replace_a_recording(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    path.write_text("mine")
    process = command("--out", str(path))
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert errors.startswith("v3-migrate: error: ")
    assert path.read_text() == "mine"
