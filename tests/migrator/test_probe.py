"""What other rewriting tools get wrong: one small file, one condition at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.migrator.conftest import Tool
from tests.migrator.programs import V2, V3, git, put, repository


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="a file with CRLF keeps it"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="a UTF-8 mark is kept and does not hide the file"),
        pytest.param(lambda text: b"# coding: latin-1\n# \xe9\n" + text.encode(), id="latin-1 is read and kept"),
        pytest.param(lambda text: text.rstrip("\n").encode(), id="no final newline is added"),
    ],
)
def test_a_form_of_file(tool: Tool, form: Callable[[str], bytes]) -> None:
    put(tool.folder, {"bot.py": form(V2)})
    assert tool(".", "--write").code == 0
    assert (tool.folder / "bot.py").read_bytes() == form(V3)


def test_one_bad_file_does_not_stop_the_others_and_is_named(tool: Tool) -> None:
    put(tool.folder, {"good.py": V2, "bad.py": V2 + "def (\n", "worse.py": V2.encode() + b"# \xff\n"})
    ran = tool(".", "--write")
    assert ran.code == 2
    assert tool.read("good.py") == V3
    assert [line for line in ran.text.splitlines() if "error:" in line] == [
        "bad.py: error: line 15, column 5: not valid Python 3: invalid syntax",
        "worse.py: error: line 15: byte 0xff is not utf-8",
    ]


def test_a_file_is_replaced_by_renaming(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})
    path = tool.folder / "bot.py"
    inode = path.stat().st_ino
    assert tool(".", "--write").code == 0
    assert path.stat().st_ino != inode


def test_the_target_of_a_link_is_migrated_and_the_link_stays(tool: Tool) -> None:
    put(tool.folder, {"src/bot.py": V2})
    (tool.folder / "bot.py").symlink_to("src/bot.py")
    assert tool("bot.py", "--write").code == 0
    assert (tool.folder / "bot.py").is_symlink()
    assert tool.read("src/bot.py") == V3


def test_a_second_run_changes_nothing(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})
    tool(".", "--write")
    assert tool(".", "--write").text == "1 file checked: no AssemblyAI v2 usage.\n"
    assert tool.read("bot.py") == V3


def test_exit_codes_of_making_and_of_finding_changes(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})
    assert tool(".", "--check").code == 1
    assert tool(".", "--diff").code == 0  # A preview, as without --diff.
    assert tool(".", "--diff", "--check").code == 1
    assert tool(".", "--write").code == 0


@pytest.mark.parametrize("arguments", [["--diff"], []])
def test_a_preview_is_a_patch_with_nothing_eaten_or_wrapped(tool: Tool, arguments: list[str]) -> None:
    text = V2.replace('"FinalTranscript":\n', '"FinalTranscript":\n        x: Optional[str] = ":smile:" + "[red]"\n')
    text += f"# {'long ' * 60}\n"
    repository(tool.folder, {"bot.py": text})
    put(tool.folder / ".git", {"patch": tool(tool.folder, *arguments).out})
    git(tool.folder, "apply", ".git/patch")
    applied = tool.read("bot.py")
    git(tool.folder, "checkout", "--quiet", "bot.py")
    assert tool(tool.folder, "--write").code == 0
    assert tool.read("bot.py") == applied != text
