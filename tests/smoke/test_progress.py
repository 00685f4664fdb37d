"""What a terminal shows while programs run."""

from __future__ import annotations

import io
import re
import threading
from pathlib import Path

from migrator.smoke.progress import Progress
from migrator.smoke.sandbox import Conditions, Program
from migrator.smoke.trial import trials
from scripts import matrix
from tests.end_to_end.apps import LEGACY, SPEED, dictation

RECORDED = re.compile(r"\r\x1b\[K")


class Terminal(io.StringIO):
    """Knows when a line about two runs was written."""

    def __init__(self) -> None:
        super().__init__()
        self.both = threading.Event()

    def write(self, text: str) -> int:
        if "[1-2/3] first and 1 more  " in text:
            self.both.set()
        return super().write(text)


def test_a_line_for_each_run_and_one_for_those_that_go_on() -> None:
    terminal = Terminal()
    progress = Progress(terminal, 60)
    progress.expect(3)
    with progress.run("first") as first, progress.run("second"):
        first("waits for the moon")
        assert terminal.both.wait(30)
    with progress.run("a third one with a name that is longer than the terminal is wide, by far"):
        pass
    lines = RECORDED.sub("\n", terminal.getvalue()).splitlines()
    assert any(re.fullmatch(r"\[1-2/3\] first and 1 more  \d+\.\d s, waits for the moon", line) for line in lines)
    assert any(re.fullmatch(r"\[2/3\] second  \d+\.\d s", line) for line in lines)
    assert any(re.fullmatch(r"\[1/3\] first  \d+\.\d s", line) for line in lines)
    assert max(map(len, lines)) < 60


def test_runs_say_what_they_wait_for(tmp_path: Path) -> None:
    terminal = Terminal()
    progress = Progress(terminal, 200)
    progress.expect(2)
    program = Program(
        LEGACY / "captions_callbacks" / "v3", ("captions.py",), matrix.interpreter("websocket-client-newest")
    )
    found = list(trials("captions.py", program, None, Conditions(dictation(), speed=SPEED), ["F1", "F2"], progress))
    assert [trial.outcome for trial in found] == ["passed", "passed"]
    told = terminal.getvalue()
    assert "[1/2] captions.py: v3, turns as F1  " in told
    assert "[2/2] captions.py: v3, turns as F2  " in told
    assert "s, plays 8 s of audio" in told
