"""`v3-migrate -`: an editor or a pipe hands over a program."""

from __future__ import annotations

import subprocess

from tests.migrator.conftest import PROGRAM, Tool
from tests.migrator.programs import CLEAN, LEFT, V2, V3, git, put, repository


def test_the_migrated_program_comes_out(tool: Tool) -> None:
    ran = tool("-", given=V2.encode())
    assert (ran.code, ran.text, ran.err) == (0, V3, "")


def test_what_is_left_is_told_aside(tool: Tool) -> None:
    ran = tool("-", "--no-todo", given=LEFT.encode())
    assert ran.code == 1
    assert ran.text == V3.replace('print(data["transcript"])', 'print(data["created"], data["transcript"])')
    assert ran.err.startswith("stdin.py:11:15 V3M304 ")


def test_what_cannot_be_migrated_comes_out_as_it_went_in(tool: Tool) -> None:
    huge = V2.encode() + b"x = 1\n" * 200_000
    for data in (CLEAN.encode(), b"", V2.encode() + b"(\n", V2.encode("utf-16"), V2.encode() + b"\0", huge):
        ran = tool("-", given=data)
        assert ran.out == data
        assert ran.code == (0 if data in (b"", CLEAN.encode()) else 2)
        assert ran.err.count("\n") == (ran.code == 2)


def test_a_check_reports_and_puts_no_program_out(tool: Tool) -> None:
    ran = tool("-", "--check", "--format", "json", given=V2.encode())
    assert ran.code == 1
    assert ran.findings() == [("stdin.py", code, True) for code in ("V3M101", "V3M301", "V3M303")]


def test_a_diff_applies(tool: Tool) -> None:
    repository(tool.folder, {"stdin.py": V2})
    put(tool.folder, {"patch": tool("-", "--diff", given=V2.encode()).out})
    git(tool.folder, "apply", "patch")
    assert tool.read("stdin.py") == V3


def test_bytes_keep_their_line_ends_and_their_mark(tool: Tool) -> None:
    data = b"\xef\xbb\xbf" + V2.replace("\n", "\r\n").encode()
    assert tool("-", given=data).out == b"\xef\xbb\xbf" + V3.replace("\n", "\r\n").encode()


def test_imports_are_looked_up_in_the_working_directory(tool: Tool) -> None:
    put(tool.folder, {"settings.py": 'BASE = "wss://api.assemblyai.com/v2/realtime/ws"\n'})
    importing = V2.replace("import json\n", "import json\n\nfrom settings import BASE\n").replace(
        '"wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"', 'BASE + "?sample_rate=16000"'
    )
    ran = tool("-", given=importing.encode())
    assert "?sample_rate=16000&speech_model=" in ran.text


def test_a_check_says_how_to_get_the_migrated_program(tool: Tool) -> None:
    assert tool("-", "--check", given=V2.encode()).steps == [("To fix", "v3-migrate - < PROGRAM")]
    put(tool.folder, {"a b.py": V2})
    ran = tool("--stdin-filename", "a b.py", "--check", given=V2.encode())
    ((_, command),) = ran.steps
    typed = subprocess.run(command.replace("v3-migrate", str(PROGRAM), 1), shell=True, capture_output=True, check=True)
    assert typed.stdout == V3.encode()


def test_its_sums_have_their_words(tool: Tool) -> None:
    words = "keys of v2 messages become the keys of v3 messages"
    assert f"| V3M303 | {words} |" in tool("-", "--check", "--format", "markdown", given=V2.encode()).text
    assert tool("-", "--check", "--statistics", given=V2.encode()).text.endswith(f"{words}\n")
