"""Whatever is wrong with a path or a file: one clear line, the rest goes on, and the run exits with 2."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.migrator.conftest import PROGRAM, UNPRIVILEGED, Tool
from tests.migrator.programs import V2, V3, put

MIXED = V2.replace("\n", "\r\n", 6)

SAID = {
    "broken.py": "broken symbolic link",
    "empty": "no Python file or notebook in this folder",
    "generated.py": "speaks v2, but is 3.0 MB and files above 1 MB are not analysed: change what generates it",
    "huge.py": "larger than 20 MB, not searched: leave it out with --exclude",
    "invalid.py": "line 15, column 12: not valid Python 3: invalid syntax",
    "locked.py": "cannot be read: permission denied",
    "nested.py": "left alone: its analysis was killed (nested too deeply for the parser, or out of memory)",
    "nulls.py": "contains null bytes: not Python source",
    "python2.py": "line 15, column 1: not valid Python 3: Python 2? Convert it to Python 3 first",
    "utf16.py": "UTF-16, which Python cannot run: convert it to UTF-8 first",
    "utf8.py": "line 15: byte 0xe9 is not utf-8",
}


@pytest.mark.parametrize("mode", [[], ["--write"]], ids=["preview", "write"])
def test_each_has_its_line_and_the_rest_goes_on(tool: Tool, mode: list[str]) -> None:
    put(
        tool.folder,
        {
            "good.py": V2,
            "mixed.py": MIXED,  # Not wrong at all: Python takes it.
            "invalid.py": V2 + "def broken(:\n",
            "python2.py": V2 + "print 'bye'\n",
            "nulls.py": V2 + "\0\n",
            "utf16.py": V2.encode("utf-16"),
            "utf8.py": V2.encode() + b"# caf\xe9\n",
            "nested.py": V2 + "(" * 100_000 + ")" * 100_000 + "\n",
            "huge.py": V2.encode() + b"x = 1\n" * 8_400_000,  # 50 MB
            "generated.py": V2.encode() + b"x = 1\n" * 500_000,
            "locked.py": V2,
        },
    )
    (tool.folder / "broken.py").symlink_to("nowhere")
    (tool.folder / "empty").mkdir()
    (tool.folder / "locked.py").chmod(0)
    command = [*UNPRIVILEGED, PROGRAM, ".", "empty", "--format", "json", *mode]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr == ""
    files = json.loads(ran.stdout)["files"]
    assert [file["path"] for file in files] == sorted([*SAID, "good.py", "mixed.py"])
    assert {file["path"]: file["error"] for file in files if file["error"] is not None} == SAID
    written = mode == ["--write"]
    assert tool.read("good.py") == (V3 if written else V2)
    assert tool.read("mixed.py") == (V3.replace("\n", "\r\n", 6) if written else MIXED)


def test_the_lines_as_people_see_them(tool: Tool) -> None:
    put(tool.folder, {"invalid.py": V2 + "def broken(:\n", "good.py": V2, "nulls.py": V2 + "\0\n"})
    lines = tool(".", "--write").text.splitlines()
    assert lines[:2] == [f"{path}: error: {SAID[path]}" for path in ("invalid.py", "nulls.py")]
    assert "3 files checked: 1 file migrated, 3 rewrites, 2 errors." in lines


def test_a_path_that_is_not_there_ends_the_run_before_it_begins(tool: Tool) -> None:
    put(tool.folder, {"good.py": V2})
    ran = tool(".", "missing.py", "gone", "--write")
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err == "v3-migrate: error: no such file or folder: missing.py, gone\n"
    assert tool.read("good.py") == V2


def test_lines_and_columns_count_in_the_file_whatever_the_parser_keeps(tool: Tool) -> None:
    put(tool.folder, {"bot.py": f"x = 1\n\\\n\\\ny = 2\n{V2}\fFINAL = 'FinalTranscript'\n", "plain.py": V2})
    found = [line.split(":")[:3] for line in tool(".", "--check", "--format", "concise").text.splitlines()]
    plain = [(int(line), column) for path, line, column in (f for f in found if len(f) == 3) if path == "plain.py"]
    moved = [(int(line), column) for path, line, column in (f for f in found if len(f) == 3) if path == "bot.py"]
    assert [place for place in moved if place[0] < 19] == [(line + 4, column) for line, column in plain]
    last = (tool.folder / "bot.py").read_bytes().decode().split("\n")[18]
    assert [last[int(column.split()[0]) - 1 :][:5] for line, column in moved if line == 19] == ["Final"]
