"""All files of a run or none, whatever ends it; and back again on request."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.analysis.outcome import Outcome
from migrator.output.folder import Folder
from migrator.output.journal import KEPT
from migrator.output.writer import take_back, write
from tests.migrator.conftest import Tool
from tests.migrator.programs import V2, V3, git, put, repository

NAMES = ("a.py", "b.py", "sub/c.py")

WRITING = f"""\
import os, signal, sys
from migrator.analysis.outcome import Outcome
from migrator.output.writer import write

name, moment, *signals = sys.argv[1:]
plain, count = getattr(os, name), 0

def counted(*arguments, **options):
    global count
    count += 1
    if count >= int(moment) and signals:
        os.kill(os.getpid(), getattr(signal, signals.pop(0)))
    return plain(*arguments, **options)

setattr(os, name, counted)
write([Outcome(name, {V2!r}.encode(), {V3!r}.encode()) for name in {NAMES}])
print(count)
"""
"""Writes three files; signals reach it at the calls of a function of `os` from the given one on, each at one call."""


def writing(function: str, moment: int, *signals: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WRITING, function, str(moment), *signals]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def contents(tool: Tool) -> set[str]:
    return {tool.read(name) for name in NAMES}


def left_over(*folders: Path) -> list[str]:
    """Return what no run that has ended should have left: texts that wait, and records of a run at work."""
    found = [path for folder in folders if folder.exists() for path in folder.rglob("*")]
    return [path.name for path in found if path.name.startswith((".v3-migrate-", "run-"))]


@pytest.fixture(params=[put, repository])
def three(tool: Tool, request: pytest.FixtureRequest) -> Tool:
    """Three files, in a repository and outside of any."""
    request.param(tool.folder, dict.fromkeys(NAMES, V2))
    return tool


@pytest.mark.parametrize("moment", [1, 2, 3])
@pytest.mark.parametrize("signals", [["SIGTERM"], ["SIGHUP"], ["SIGINT", "SIGINT"], ["SIGINT", "SIGTERM", "SIGHUP"]])
def test_who_asks_a_run_to_end_waits_until_all_is_put_back(three: Tool, moment: int, signals: list[str]) -> None:
    ran = writing("replace", moment, *signals)  # The second one arrives while the first is being obeyed.
    assert ran.returncode == -getattr(signal, signals[0])
    assert contents(three) == {V2}
    assert not left_over(three.folder, three.state)
    assert not list(three.state.rglob("undo-*"))


def test_a_run_that_was_told_to_ignore_the_terminal_goes_on(three: Tool) -> None:
    handler = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as `nohup` has it
    try:
        ran = writing("replace", 2, "SIGHUP")
    finally:
        signal.signal(signal.SIGHUP, handler)
    assert (ran.returncode, contents(three)) == (0, {V3})


def moments() -> Iterator[tuple[str, int]]:
    """Every step of a run at which it can be killed: each file put on disk, each new name."""
    yield from (("fsync", number) for number in (1, 2, 4, 6, 7))
    yield from (("replace", number) for number in (1, 2, 3, 4, 5))
    yield from (("open", number) for number in (1, 20, 40))


@pytest.mark.parametrize(("function", "moment"), [*moments()])
def test_a_run_that_is_killed_is_brought_to_an_end_by_the_next(tool: Tool, function: str, moment: int) -> None:
    repository(tool.folder, dict.fromkeys(NAMES, V2))
    killed = writing(function, moment, "SIGKILL").returncode == -signal.SIGKILL
    mixed = contents(tool) == {V2, V3}
    ran = tool(".")
    assert contents(tool) in ({V2}, {V3})
    assert not left_over(tool.folder, tool.state)
    patches = list(tool.folder.glob(".git/v3-migrate/*.patch"))
    assert len(patches) == (contents(tool) == {V3})
    for patch in patches:
        git(tool.folder, "apply", "-R", str(patch))
        assert contents(tool) == {V2}
    assert killed or not mixed
    if mixed:
        assert " was cut off: " in ran.err


def test_what_the_next_run_says(tool: Tool) -> None:
    put(tool.folder, dict.fromkeys(NAMES, V2))
    writing("replace", 3, "SIGKILL")
    assert [tool.read(name) for name in NAMES] == [V3, V3, V2]
    put(tool.folder, {"b.py": "edited since\n"})
    ran = tool("a.py", "--check")
    told, changed, name = ran.err.splitlines()
    assert told.startswith("v3-migrate: the run of ")
    assert told.endswith(" was cut off: 1 file put back")
    assert (changed, name) == ("changed since, and left alone:", "  b.py")
    assert [tool.read(name) for name in NAMES] == [V2, "edited since\n", V2]
    assert tool("a.py", "--check").err == ""


def test_a_record_goes_with_the_repository(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that starts with a new home folder each time."""
    repository(tool.folder, dict.fromkeys(NAMES, V2))
    writing("replace", 2, "SIGKILL")
    shutil.rmtree(tool.state)
    assert "1 file put back" in tool(".").err
    assert contents(tool) == {V2}
    assert not left_over(tool.folder)


def test_two_repositories_of_one_run(tool: Tool) -> None:
    repository(tool.folder, {"a.py": V2, "b.py": V2})
    repository(tool.folder / "sub", {"c.py": V2})
    writing("replace", 3, "SIGKILL")
    assert contents(tool) == {V2, V3}
    assert "2 files put back" in tool("sub").err
    assert contents(tool) == {V2}
    assert not left_over(tool.folder, tool.state)
    assert tool(".", "--write").code == 0
    ran = tool("undo")
    assert (ran.code, contents(tool)) == (0, {V2})
    assert "3 files as before" in ran.text


def test_a_run_elsewhere_is_named_and_left_to_its_owner(tool: Tool, tmp_path: Path) -> None:
    put(tool.folder, dict.fromkeys(NAMES, V2))
    writing("replace", 2, "SIGKILL")
    put(tmp_path / "other", {"x.py": "x = 1\n"})
    ran = tool(tmp_path / "other")
    assert f" was cut off in {tool.folder}: `v3-migrate undo " in ran.err
    assert contents(tool) == {V2, V3}
    identifier = ran.err.split("`v3-migrate undo ")[1].split("`")[0]
    assert tool("undo", identifier).code == 0
    assert contents(tool) == {V2}


def test_a_run_at_work_is_left_alone(tool: Tool) -> None:
    put(tool.folder, dict.fromkeys(NAMES, V2))
    stopped = subprocess.Popen([sys.executable, "-c", WRITING, "replace", "2", "SIGSTOP"], stdout=subprocess.PIPE)
    os.waitid(os.P_PID, stopped.pid, os.WSTOPPED)
    ran = tool(".", "--check")
    assert "v3-migrate: another run, of " in ran.err
    assert contents(tool) == {V2, V3}
    stopped.send_signal(signal.SIGCONT)
    stopped.communicate()
    assert contents(tool) == {V3}


def test_undo(three: Tool) -> None:
    assert three("undo").code == 2  # Nothing yet.
    assert three(".", "--write").code == 0
    assert three("undo", "--list").text.endswith("  3 files in .  finished\n")
    (three.folder / "new").mkdir()
    put(three.folder, {"b.py": f"{V3}# since\n"})
    ran = three("undo")
    assert (ran.code, ran.out) == (2, b"")
    assert "nothing taken back: changed since the run of " in ran.err
    assert ":\n  b.py\n" in ran.err
    assert three.read("a.py") == V3
    put(three.folder, {"b.py": V3})
    ran = three("undo")
    assert (ran.code, contents(three)) == (0, {V2})
    assert ran.text.endswith(" is taken back: 3 files as before.\n")
    assert three("undo", "--list").text == ""
    assert not left_over(three.folder, three.state)
    assert not list(three.state.rglob("undo-*"))


def test_undo_takes_back_the_newest_run_or_the_one_that_is_named(tool: Tool) -> None:
    put(tool.folder, dict.fromkeys(NAMES, V2))
    for name in ("a.py", "b.py"):
        assert tool(name, "--write").code == 0
    newest, oldest = [line.split()[0] for line in tool("undo", "--list").text.splitlines()]
    both = sorted([newest, oldest])
    assert tool("undo", both[0]).code == 0
    assert tool("undo", "--list").text.split()[0] == both[1]
    assert tool("undo").code == 0
    assert contents(tool) == {V2}


def test_what_a_failed_test_takes_back(tool: Tool) -> None:
    put(tool.folder, dict.fromkeys(NAMES, V2))
    outcomes = [Outcome(name, V2.encode(), V3.encode()) for name in NAMES]
    write(outcomes)
    put(tool.folder, {"b.py": "edited since\n"})
    assert take_back(outcomes) == "changed since, and left alone:\n  b.py"
    assert [tool.read(name) for name in NAMES] == [V2, "edited since\n", V2]


def test_old_records_are_removed(tool: Tool) -> None:
    for number in range(KEPT + 3):
        put(tool.folder, {"a.py": V2})
        write([Outcome("a.py", V2.encode(), f"{V3}# {number}\n".encode())])
    assert len(list(tool.records.iterdir())) == 2 * KEPT  # each with its patch


def forged(target: Path, before: bytes, after: bytes) -> bytes:
    entry = {"target": str(target), "staged": ".v3-migrate-x"}
    for name, data in (("before", before), ("after", after)):
        entry[name] = base64.b64encode(data).decode()
    body = json.dumps({"version": 1, "files": [entry]}).encode()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


@pytest.mark.parametrize("state", ["run-", "undo-"])
@pytest.mark.parametrize("target", ["../victim", ".git/hooks/post-checkout", "sub/.git/config", "sub/../../victim"])
def test_a_record_that_came_with_a_repository_reaches_nothing_outside_of_it(
    tool: Tool, target: str, state: str
) -> None:
    repository(tool.folder, {"a.py": V2})
    place = tool.folder / target
    put(tool.folder, {target: "harmless\n", "sub/x": ""})
    record = forged(Path(os.path.normpath(place)), b"evil\n", b"harmless\n")
    name = f".git/v3-migrate/{state}20261129-120000-0123abcd.json"
    put(tool.folder, {name: record})
    tool(".")
    tool("undo")
    assert place.read_text() == "harmless\n"


def test_a_record_that_is_not_whole_is_of_a_run_that_had_not_begun(tool: Tool) -> None:
    put(tool.folder, {"a.py": V2})
    record = forged(tool.folder / "a.py", b"x", V2.encode())
    for number, data in enumerate([b"", record[:70], record[:-1], b"{}", b"0" * 64 + b"\n[]"]):
        put(
            tool.records,
            {f"run-20261129-12000{number}-0123abcd.json": data, f"run-20261129-12000{number}-x.json": data},
        )
    assert tool("a.py").err == ""
    assert tool.read("a.py") == V2


def test_a_folder_that_has_become_a_link_since_it_was_read(tool: Tool, tmp_path: Path) -> None:
    put(tool.folder, {"a.py": V2, "sub/deep/bot.py": V2})
    put(tmp_path / "elsewhere", {"deep/bot.py": V2})
    outcomes = [
        Outcome(name, V2.encode(), V3.encode(), target=os.path.realpath(name)) for name in ("a.py", "sub/deep/bot.py")
    ]
    shutil.rmtree(tool.folder / "sub")
    (tool.folder / "sub").symlink_to(tmp_path / "elsewhere")
    written = write(outcomes)
    assert [outcome.path for outcome in written.changed_meanwhile] == ["sub/deep/bot.py"]
    assert (tmp_path / "elsewhere/deep/bot.py").read_text() == V2
    assert tool.read("a.py") == V3


def test_a_file_that_has_become_a_link_or_a_pipe_since_it_was_read(tool: Tool) -> None:
    put(tool.folder, {"a.py": V2, "b.py": V2, "other": V2})
    outcomes = [Outcome(n, V2.encode(), V3.encode(), target=os.path.realpath(n)) for n in ("a.py", "b.py")]
    for name in ("a.py", "b.py"):
        (tool.folder / name).unlink()
    (tool.folder / "a.py").symlink_to("other")
    os.mkfifo(tool.folder / "b.py")
    assert len(write(outcomes).changed_meanwhile) == 2
    assert tool.read("other") == V2


def test_a_folder_that_is_swapped_while_it_is_written_to(tool: Tool, tmp_path: Path) -> None:
    put(tool.folder, {"sub/bot.py": V2})
    put(tmp_path / "elsewhere", {"bot.py": V2})
    with Folder(str(tool.folder / "sub")) as folder:
        folder.stage("bot.py", ".v3-migrate-0", V3.encode())
        (tool.folder / "sub").rename(tool.folder / "moved")
        (tool.folder / "sub").symlink_to(tmp_path / "elsewhere")
        folder.replace(".v3-migrate-0", "bot.py")
    assert (tmp_path / "elsewhere/bot.py").read_text() == V2
    assert tool.read("moved/bot.py") == V3


def test_one_file_with_two_names_is_not_parted(tool: Tool) -> None:
    put(tool.folder, {"a.py": V2, "b.py": V2})
    os.link(tool.folder / "b.py", tool.folder.parent / "kept.py")
    ran = tool(".", "--write")
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err == (
        "v3-migrate: error: nothing written: b.py: one file with 2 names (hard links), which would be parted; "
        "every file is as it was\n"
    )
    assert {tool.read("a.py"), tool.read("b.py")} == {V2}
    assert not left_over(tool.folder, tool.state)


def test_extended_attributes_and_access_lists_survive(tool: Tool) -> None:
    put(tool.folder, {"a.py": V2})
    path = tool.folder / "a.py"
    path.chmod(0o640)
    # version 2, then (tag, rights, id): the owner, user 12345, the group, the mask, others
    entries = [(1, 6, -1), (2, 4, 12345), (4, 4, -1), (16, 4, -1), (32, 0, -1)]
    access = (2).to_bytes(4, "little") + b"".join(
        tag.to_bytes(2, "little") + rights.to_bytes(2, "little") + (who & 0xFFFFFFFF).to_bytes(4, "little")
        for tag, rights, who in entries
    )
    os.setxattr(path, "user.reviewed", b"yes")
    os.setxattr(path, "system.posix_acl_access", access)
    before = {name: os.getxattr(path, name) for name in os.listxattr(path)}
    assert {"user.reviewed", "system.posix_acl_access"} <= before.keys()
    assert tool("a.py", "--write").code == 0
    assert {name: os.getxattr(path, name) for name in os.listxattr(path)} == before
    undo = shlex.split(tool("undo", "--list").text)[0]
    assert tool("undo", undo).code == 0
    assert {name: os.getxattr(path, name) for name in os.listxattr(path)} == before
