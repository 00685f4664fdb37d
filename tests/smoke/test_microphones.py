"""The stand-ins for microphones that the fixtures do not use (those read PyAudio)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrator.smoke.checks.judge import judge
from migrator.smoke.sandbox import Conditions, Program, run
from scripts import matrix
from tests.end_to_end.apps import SPEED, dictation


@pytest.mark.parametrize("way", ["callback", "turns"])
def test_sounddevice_plays_the_recording(tmp_path: Path, way: str) -> None:
    shutil.copy(Path(__file__).parent / "programs" / "sound.py", tmp_path)
    program = Program(tmp_path, ("sound.py", way), matrix.interpreter("websocket-client-newest"))
    seen = run(program, Conditions(dictation(), speed=SPEED))
    assert judge(seen).failed == []
    assert seen.ending == "interrupt"
    assert seen.channels["stdout"].splitlines() == ["recording of the smoke test", *seen.expected]
    (session,) = seen.sessions
    # As long as it took, at the rate that was asked for.
    assert {frame.milliseconds for frame in session.frames if frame.milliseconds} == {100.0}
    assert [microphone.text("state") for microphone in seen.happened("microphone")] == ["opened", "closed"]
