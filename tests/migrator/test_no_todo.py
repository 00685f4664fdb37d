"""Without TODO comments nothing remembers places whose v2 words are gone; that is what the user asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.cli import main

UNCLOSED = (
    "import assemblyai as aai\n\n"
    "transcriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)\ntranscriber.connect()\n"
)


def test_a_program_with_a_finding_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "app.py"
    path.write_text(UNCLOSED)
    assert main([str(path), "--no-todo", "--write"]) == 1  # the place is left, and named in this run's report
    assert "V3M601 no close()" in capsys.readouterr().out
    assert "TODO" not in path.read_text()
    assert "StreamingClient(" in path.read_text()
    assert main([str(path), "--check"]) == 0
