"""Writing: all files of a run or none, byte for byte what the diff said, and back again."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.analysis.outcome import Outcome
from migrator.output.writer import WritingError, write
from tests.migrator.conftest import PROGRAM, UNPRIVILEGED, Tool
from tests.migrator.programs import V2, V3, git, put, repository


def staged(folder: Path) -> list[Path]:
    return list(folder.rglob(".v3-migrate-*"))


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(lambda text: text.replace("\n", "\r").encode(), id="CR"),
        pytest.param(lambda text: text.replace("\n", "\r").encode() + b"\r\r", id="CR and blank lines at the end"),
        pytest.param(lambda text: text.replace("\n", "\r\n", 8).encode(), id="mixed line ends"),
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="UTF-8 mark"),
        pytest.param(lambda text: b"# coding: latin-1\n# caf\xe9\n" + text.encode(), id="latin-1"),
        pytest.param(lambda text: b"#!/bin/python\n# -*- coding: cp1251 -*-\n# \xcf\n" + text.encode(), id="cp1251"),
        pytest.param(lambda text: f"# coding: shift_jis\n# 字幕\n{text}".encode("shift_jis"), id="Shift JIS"),
        pytest.param(lambda text: text.rstrip("\n").encode(), id="no final newline"),
        pytest.param(lambda text: f"{text}\n\n   \n\t\n".encode(), id="blank lines at the end"),
        pytest.param(lambda text: text.replace("\n\n", "\n\f\n").encode(), id="form feeds"),
        pytest.param(lambda text: text.replace("\ndef ", "\n\fdef ").encode(), id="form feed in front of code"),
        pytest.param(lambda text: b"\f" + text.encode(), id="form feed at the top"),
        pytest.param(lambda text: f"{text}if URL:\n    \f    URL = 1\n".encode(), id="form feed in the indentation"),
        pytest.param(lambda text: f"def f():\n\f    return 1\n{text}".encode(), id="form feeds for indentation"),
        pytest.param(lambda text: f"x = 1\n\\\ny = 2\n{text}".encode(), id="line of a backslash"),
        pytest.param(lambda text: f"{text}\\\n\\\nx = 1\n\\\nx = 2\n".encode(), id="lines of a backslash"),
        pytest.param(lambda text: f"try:\n    x\nexcept A :\n    y\n{text}".encode(), id="space before a colon"),
        pytest.param(
            lambda text: f"\f{text}\fif URL:\n    try:\n        x\n    except A\t:\n        y\n".encode(), id="several"
        ),
        pytest.param(lambda text: text.replace("    ", "\t").encode(), id="tabs"),
        pytest.param(lambda text: text.replace('"', "'").encode(), id="single quotes"),
    ],
)
def test_all_outside_the_edits_survives(tool: Tool, form: Callable[[str], bytes]) -> None:
    put(tool.folder, {"bot.py": form(V2)})
    assert tool("bot.py", "--write").code == 0
    assert (tool.folder / "bot.py").read_bytes() == form(V3)
    assert tool("bot.py", "--write").text == "1 file checked: no AssemblyAI v2 usage.\n"


def test_a_file_is_replaced_never_cut_short(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})
    with (tool.folder / "bot.py").open() as reader:  # Whoever is reading it at that moment reads all of the old text.
        tool("bot.py", "--write")
        assert reader.read() == V2
    assert tool.read("bot.py") == V3
    assert not staged(tool.folder)


def test_mode_and_owner_survive(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})
    path = tool.folder / "bot.py"
    path.chmod(0o750)
    if os.geteuid() == 0:
        os.chown(path, 12345, 54321)
    before = path.stat()
    assert tool("bot.py", "--write").code == 0
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert stat.S_IMODE(after.st_mode) == 0o750


@pytest.mark.parametrize("where", [".", "app"])
def test_the_printed_command_takes_everything_back(
    tool: Tool, monkeypatch: pytest.MonkeyPatch, where: str, tmp_path: Path
) -> None:
    crlf = V2.replace("\n", "\r\n").encode("utf-8-sig")
    files: dict[str, str | bytes] = {"app/a b.py": V2, "lib/ü.py": crlf, "app/x.py": V2.rstrip("\n"), "c.py": "x = 1\n"}
    for make in (put, repository):
        folder = tmp_path / make.__name__
        make(folder, files)
        monkeypatch.chdir(folder / where)
        ran = tool(folder, "--write")
        assert ran.code == 0, ran.text
        undo = [command for why, command in ran.steps if why == "To undo"]
        for command in undo:
            subprocess.run(shlex.split(command), check=True)
        written = {name: (folder / name).read_bytes() for name in files}
        assert written == {n: text.encode() if isinstance(text, str) else text for n, text in files.items()}


def test_an_undo_patch_is_no_part_of_the_work_tree(tool: Tool) -> None:
    repository(tool.folder, {"bot.py": V2})
    tool(".", "--write")
    assert git(tool.folder, "status", "--porcelain", "--ignored") == " M bot.py\n"


def test_files_that_git_could_not_bring_back_are_not_written(tool: Tool) -> None:
    repository(tool.folder, {"changed.py": V2, "same.py": V2, "added.py": V2, ".gitignore": "ignored.py\n"})
    put(tool.folder, {"changed.py": f"{V2}\n", "new.py": V2, "ignored.py": V2, "notes.txt": "changed, but not touched"})
    put(tool.folder, {"added.py": f"{V2}\n\n"})
    git(tool.folder, "add", "added.py")
    ran = tool(".", "--write")
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err == (
        "v3-migrate: error: nothing written: uncommitted changes in\n  added.py\n  changed.py\n  new.py\n"
        "Commit or stash them first, or add --allow-dirty.\n"
    )
    assert tool.read("same.py") == V2
    assert tool("same.py", "--write").code == 0
    assert tool("ignored.py", "--write").code == 0  # Not git's business at all.
    assert tool(".", "--write", "--allow-dirty").code == 0
    assert {tool.read(name) for name in ("changed.py", "new.py")} == {f"{V3}\n", V3}


def test_a_file_that_changes_meanwhile_is_left_alone(tool: Tool) -> None:
    put(tool.folder, {"a.py": "edited since\n", "b.py": V2})
    written = write([Outcome("a.py", V2.encode(), V3.encode()), Outcome("b.py", V2.encode(), V3.encode())])
    assert [outcome.path for outcome in written.changed_meanwhile] == ["a.py"]
    assert written.paths == ["b.py"]
    assert (tool.read("a.py"), tool.read("b.py")) == ("edited since\n", V3)


def test_a_disk_that_is_full_leaves_every_file_as_it_was(tool: Tool) -> None:
    long = V2 + "# padding\n" * 2000
    put(tool.folder, {"a.py": V2, "b.py": long})
    # No file may grow beyond 8 KiB: what a full disk or a quota does, done by the kernel.
    limited = (
        "import resource, sys\nfrom migrator.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\nsys.exit(main(['.', '--write']))"
    )
    ran = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    # The record of the run comes first, and is larger than any of its files.
    said = f"nothing written: the way back cannot be kept in {tool.records}: file too large"
    assert ran.stderr == f"v3-migrate: error: {said}\n"
    assert (tool.read("a.py"), tool.read("b.py")) == (V2, long)
    assert not staged(tool.folder)


@pytest.mark.parametrize(("locked", "mode"), [("sub", 0o555), ("sub/b.py", 0o444)])
def test_what_may_not_be_written_stops_the_whole_run(tool: Tool, locked: str, mode: int) -> None:
    put(tool.folder, {"a.py": V2, "sub/b.py": V2})
    (tool.folder / locked).chmod(mode)
    ran = subprocess.run([*UNPRIVILEGED, PROGRAM, ".", "--write"], capture_output=True, text=True, check=False)
    (tool.folder / locked).chmod(0o755)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("v3-migrate: error: nothing written: sub/b.py: ")
    assert ran.stderr.endswith("; every file is as it was\n")
    assert (tool.read("a.py"), tool.read("sub/b.py")) == (V2, V2)
    assert not staged(tool.folder)


@pytest.mark.parametrize("failure", [OSError(5, "Input/output error"), KeyboardInterrupt()], ids=["error", "Ctrl+C"])
def test_a_run_that_fails_half_way_puts_back_what_it_replaced(
    tool: Tool, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    put(tool.folder, {f"{name}.py": V2 for name in "abc"})
    rename, renamed = os.replace, []

    def failing(source: str, target: str, **folders: int) -> None:
        renamed.append(target)
        if len(renamed) == 2:
            raise failure
        rename(source, target, **folders)

    monkeypatch.setattr(os, "replace", failing)  # No file system at hand fails at the second rename of a run.
    with pytest.raises(WritingError if isinstance(failure, OSError) else KeyboardInterrupt):
        write([Outcome(f"{name}.py", V2.encode(), V3.encode()) for name in "abc"])
    assert renamed == ["a.py", "b.py", "a.py"]  # The first file, the failure, and the first file put back.
    assert not list(tool.records.iterdir())
    assert {tool.read(f"{name}.py") for name in "abc"} == {V2}
    assert not staged(tool.folder)


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("URL = ", "\fURL = ", "line 5: a form feed in front of code"),
        (
            '    if data["message_type"] ==',
            '    \f    if data["message_type"] ==',
            "line 10: a form feed in front of code",
        ),
    ],
)
def test_what_an_edit_would_lose_is_named(tool: Tool, old: str, new: str, name: str) -> None:
    text = V2.replace(old, new).replace("        print", " " * (12 if "if" in old else 8) + "print")
    put(tool.folder, {"bot.py": text})
    ran = tool("bot.py", "--write")
    assert (ran.code, tool.read("bot.py")) == (2, text)
    assert ran.text.startswith(f"bot.py: error: left alone: {name} would be lost, which the parser does not keep: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def f():\n\\\n    return 1\n", "line 2: {}: a line with nothing but a backslash: write it otherwise"),
        ("if 1:\n  if 2:\n\f\n\f    x = 1\n", "line 4: {}: a form feed in front of code: write it otherwise"),
        ("if 1:\n  if 2:\n\t  x = 1\n", "line 3: {}: an indentation of both tabs and spaces: write it otherwise"),
    ],
)
def test_valid_python_that_the_parser_cannot_read_is_called_that(tool: Tool, text: str, said: str) -> None:
    compile(text, "bot.py", "exec")
    put(tool.folder, {"bot.py": text + V2})
    ran = tool("bot.py", "--write")
    assert (ran.code, tool.read("bot.py")) == (2, text + V2)
    told = said.format("valid Python, but the parser used here (libcst) cannot read it")
    assert ran.text.startswith(f"bot.py: error: {told}\n")


def test_files_that_cannot_be_migrated_do_not_keep_the_others_from_it(tool: Tool) -> None:
    put(tool.folder, {"good.py": V2, "broken.py": V2 + "(\n"})
    ran = tool(".", "--write")
    assert ran.code == 2
    assert ran.text.startswith("broken.py: error: line 15, column 1: not valid Python 3: '(' was never closed\n")
    assert (tool.read("good.py"), tool.read("broken.py")) == (V3, V2 + "(\n")


def test_asking_about_each_file(tool: Tool) -> None:
    put(tool.folder, {f"{name}.py": V2 for name in "abcd"})
    ran = tool(".", "--interactive", given=b"what?\ny\nn\nq\n")
    assert ran.text.count("Migrate this file?") == 4
    assert [tool.read(f"{name}.py") == V3 for name in "abcd"] == [True, False, False, False]
    assert ran.code == 1
    assert tool(".", "--interactive", given=b"").code == 1  # Nobody there to consent.
    assert tool(".", "--interactive", given=b"a\n").code == 0
    assert {tool.read(f"{name}.py") for name in "abcd"} == {V3}
