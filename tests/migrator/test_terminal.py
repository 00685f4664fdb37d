"""The preview on a terminal: fitted to its width, with nothing eaten, and no colour where none is wanted."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.text import Text

from migrator.reporting import progress
from tests.migrator.conftest import PROGRAM, Tool
from tests.migrator.programs import CLEAN, LEFT, V2, put

ODD = """\
        print("[red]字幕[/red]", d["[bold]"], ":smile:", "\\033[31m", 'é\u0301', "{wide}", "end")\t\t# tabs
        x: Optional[Dict[str, int]] = "\u200b" + "\x1b[31m" + "\u202e" # [link=x]
""".format(wide="幅広い文字" * 20)


PICTURES = {0x1B: "\u241b", 0x200B: "\ufffd", 0x202E: "\ufffd"}
"""What a terminal is shown instead of what it would obey."""


def seen(columns: int, *arguments: str, given: bytes = b"", **environment: str) -> tuple[int, str]:
    """Run the tool on a terminal of that many columns; return its exit code and all that it sends there."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    variables = {**os.environ, "TERM": "xterm-256color", **environment}
    for name in {"COLUMNS", "NO_COLOR", "FORCE_COLOR"} - set(environment):
        variables.pop(name, None)
    process = subprocess.Popen([PROGRAM, *arguments], stdin=child, stdout=child, stderr=child, env=variables)
    os.close(child)
    os.write(parent, given)
    sent = b""
    while True:
        try:
            sent += (part := os.read(parent, 1 << 16))
        except OSError:  # Linux's way of saying that nobody has the other end open any more.
            break
        if not part:
            break
    os.close(parent)
    text = re.sub(r"\r\x1b\[K(\[[#.]+\][^\r]*)?", "", sent.decode().replace("\r\n", "\n"))
    return process.wait(), text  # without the line that says how far long work is


@pytest.fixture
def project(tool: Tool) -> Path:
    put(tool.folder, {"bot.py": LEFT.replace("        print", f"{ODD}        print")})
    return tool.folder


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_every_row_fits_and_all_of_the_text_is_there(project: Path, columns: int) -> None:
    before = (project / "bot.py").read_text().split("\n")
    code, sent = seen(columns, "bot.py")
    assert code == 0
    lines = [Text.from_ansi(line).plain for line in sent.split("\n")]
    first = next(index for index, line in enumerate(lines) if line.startswith("bot.py  "))
    rows = lines[first + 1 : next(index for index, line in enumerate(lines) if line.endswith("left for you"))]
    rows.pop()  # the empty line between the two
    assert max(cell_len(row) for row in rows) <= columns
    # Put together again, the rows are lines of the file: markup, wide characters, tabs and all.
    shown: list[list[str]] = []
    for row in rows:
        if "\u21aa" in row[:6]:
            shown[-1][-1] += row[8:]
        else:
            shown.append([row[:2], row[3:5], row[6], row[8:]])
    seen_before = {int(old): text for old, _, sign, text in shown if sign != "+"}
    assert len(seen_before) >= 10
    for number, text in seen_before.items():
        assert text.rstrip() == before[number - 1].translate(PICTURES).expandtabs(4).rstrip()
    added = [text.strip() for _, _, sign, text in shown if sign == "+"]
    assert 'print(data["created"], data["transcript"])' in added


def test_control_characters_never_reach_the_terminal(project: Path) -> None:
    _, sent = seen(80, "bot.py", NO_COLOR="1")  # so that no red is ours
    assert "\x1b[31m" not in sent
    assert not re.search("[\u200b\u202e]", sent)


def test_the_summary_wraps_in_words(project: Path) -> None:
    _, sent = seen(60, "bot.py")
    lines = [Text.from_ansi(line).plain.rstrip() for line in sent.split("\n")]
    summary = lines[lines.index("1 place left for you") :]
    assert all(cell_len(line) <= 60 for line in summary if not re.match(r"  \d\. |     ", line))  # commands
    words = " ".join(" ".join(summary).split())
    assert "v3 messages carry no time of creation" in words
    assert "1 file checked: 1 file to migrate" in words


def test_a_check_shows_the_line_of_each_place(project: Path) -> None:
    _, sent = seen(80, "bot.py", "--check")
    lines = [Text.from_ansi(line).plain for line in sent.split("\n")]
    number, at = next(
        (int(m[1]), i) for i, line in enumerate(lines) if (m := re.match(r"bot\.py:(\d+):\d+ V3M101", line))
    )
    source = (project / "bot.py").read_text().split("\n")[number - 1]
    frame = next(line for line in lines[at + 1 :] if " | " in line)
    assert frame.startswith(f"{number:>6} | ")
    assert frame[9:].strip() in source


def test_what_was_not_looked_into_is_part_of_the_plan(project: Path) -> None:
    put(project, {"a.py": "import assemblyai  # assemblyai.com/v2/realtime\n(\n"})
    _, sent = seen(80, ".")
    lines = [Text.from_ansi(line).plain.rstrip() for line in sent.split("\n")]
    at = lines.index("1 file not looked into")
    assert lines[at + 1] == "  a.py"
    assert lines[at + 2].startswith("    line 2, column 1: not valid Python 3: ")
    assert at > lines.index("1 place left for you")


def test_no_colour_where_none_is_wanted(project: Path) -> None:
    plain = subprocess.run([PROGRAM, "bot.py"], capture_output=True, text=True, check=True).stdout
    assert "\x1b" not in plain.replace("\x1b[31m", "")
    assert seen(80, "bot.py", TERM="dumb")[1] == plain
    assert seen(80, "--color", "never", "bot.py")[1] == plain
    forced = subprocess.run([PROGRAM, "bot.py", "--color", "always"], capture_output=True, text=True, check=True).stdout
    assert "\x1b[1m" in forced


def test_no_color_takes_the_colour_and_leaves_the_layout(project: Path) -> None:
    coloured, colourless = seen(80, "bot.py")[1], seen(80, "bot.py", NO_COLOR="1")[1]
    assert re.search(r"\x1b\[[0-9;]*3[0-7]m", coloured)
    assert not re.search(r"\x1b\[(?:[0-9;]*;)?[349][0-7]m", colourless)
    assert Text.from_ansi(colourless).plain == Text.from_ansi(coloured).plain
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": "80"}
    piped = subprocess.run([PROGRAM, "bot.py"], capture_output=True, text=True, check=True, env=environment).stdout
    assert Text.from_ansi(piped).plain == Text.from_ansi(coloured).plain


def test_progress_shows_on_long_work_and_goes_when_it_is_done(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tool.folder, {f"bot{i}.py": V2 for i in range(4)} | {"main.py": "import bot1, bot0\n"})
    assert tool(".", "--check").err == ""  # Not a terminal.
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "PATIENCE", 600.0)
    assert tool(".", "--check", "--color", "never").err == ""  # Not worth a bar.
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    sent = tool(".", "--check", "--color", "never").err.split("\r\x1b[K")
    assert f"[{'#' * 10}{'.' * 20}] 1/3 analysing bot2.py" in sent
    assert sent[-1] == ""
    put(tool.folder, {"clean/clean.py": CLEAN})
    assert tool("clean", "--check").err == ""


def test_what_takes_long_is_named_while_it_lasts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    bar = progress.Bar([("live.py", "app.py", "words.py"), ("bot.py",)])
    bar.waiting()
    assert capsys.readouterr().err == f"\r\x1b[K[{'.' * 30}] 0/2 analysing live.py and 2 modules around it"


def test_a_diff_that_is_asked_for_has_no_colour_even_on_a_terminal(project: Path) -> None:
    piped = subprocess.run([PROGRAM, "bot.py", "--diff"], capture_output=True, check=True)
    assert piped.stdout.decode() in seen(80, "bot.py", "--diff")[1]
