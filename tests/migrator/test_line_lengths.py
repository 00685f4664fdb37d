"""New code keeps to the lines of the project: its formatter's, or those that a file shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.analysis import ModulePlan, analyse
from codemods.model import Options
from migrator.analysis.import_graph import ProjectFolder
from migrator.files import line_lengths

PROGRAM = (
    "import assemblyai as aai\n\n"
    "session = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)\n"
    "session.connect()\nsession.close()\n"
)
SAID = {
    "ruff": ("pyproject.toml", "[tool.ruff]\ntarget-version = 'py310'\nline-length = 120\n", 120),
    "ruff by itself": ("ruff.toml", "line-length = 100\n", 100),
    "ruff that says nothing": ("pyproject.toml", "[tool.ruff.lint]\nselect = []\n[tool.ruff]\n", 88),
    "black": ("pyproject.toml", "[tool.black]\nline_length = 79  # as ever\n", 79),
    "flake8": ("setup.cfg", "[metadata]\nname = x\n[flake8]\nmax-line-length = 110\n", 110),
    "an editor": (".editorconfig", "root = true\n[*]\nmax_line_length = 90\n[*.py]\nmax_line_length = 99\n", 99),
    "nobody": ("pyproject.toml", "[tool.pytest.ini_options]\nline-length = 7\n", None),
}


@pytest.mark.parametrize("who", SAID)
def test_who_says_how_long_lines_are(who: str, tmp_path: Path) -> None:
    name, text, length = SAID[who]
    (tmp_path / ".git").mkdir()
    (tmp_path / name).write_text(text)
    (tmp_path / "src").mkdir()
    assert line_lengths.of(str(tmp_path / "src")) == length


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text("line-length = 120\n")
    inner = tmp_path / "bot"
    inner.mkdir()
    (inner / "ruff.toml").write_text("line-length = 79\n")
    assert (line_lengths.of(str(inner)), line_lengths.of(str(tmp_path))) == (79, 120)


@pytest.mark.parametrize(("length", "lines"), [(79, 5), (120, 1)])
def test_calls_and_imports_are_laid_out_by_it(length: int, lines: int, tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text(f"line-length = {length}\n")
    path = str(tmp_path / "bot.py")
    plan = analyse({path: PROGRAM}, ProjectFolder(), Options(todo=False))[path]
    assert isinstance(plan, ModulePlan)
    after = plan.render()
    assert max(map(len, after.splitlines())) <= length
    imported = after.split("from assemblyai.streaming.v3 import")[1].split("StreamingParameters")[0]
    assert imported.count("\n") + 1 >= lines
    assert (imported.count("\n") == 0) is (lines == 1)
