"""Which files a run looks at."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.files.discovery import Discovery
from migrator.files.globs import Globs
from tests.migrator.conftest import Tool
from tests.migrator.programs import CLEAN, V2, git, put, repository


def found(*arguments: str, exclude: tuple[str, ...] = ()) -> list[str]:
    discovery = Discovery(arguments, Globs(exclude).match)
    return sorted(path for _, batch in discovery.batches() for path in batch)


def test_git_says_which_files_there_are(tool: Tool) -> None:
    repository(tool.folder, {"a.py": CLEAN, "b/c.pyi": CLEAN, "b/build/d.py": CLEAN, ".gitignore": "out/\n*_pb2.py\n"})
    put(tool.folder, {"new.py": CLEAN, "out/x.py": CLEAN, "b/y_pb2.py": CLEAN, "notes.txt": "", "script": CLEAN})
    # What is not ignored counts, tracked or not, in a folder of whatever name.
    assert found(".") == ["a.py", "b/build/d.py", "b/c.pyi", "new.py"]
    assert found("b") == ["b/build/d.py", "b/c.pyi"]


def test_a_path_named_by_hand_counts_though_git_ignores_it(tool: Tool) -> None:
    repository(tool.folder, {".gitignore": "out/\n"})
    put(tool.folder, {"out/x.py": CLEAN})
    assert found("out") == ["out/x.py"]
    assert found("out/x.py") == ["out/x.py"]


def test_what_is_no_python_by_its_name_is_not_taken_for_it(tool: Tool) -> None:
    # JSON is an expression of Python: some would even parse
    content = '{"url": "wss://api.assemblyai.com/v2/realtime/ws", "message_type": 1}\n'
    put(tool.folder, {"talk.json": content, "talk.ipynb": content, "notes.md": V2, "script": V2})
    assert found("talk.json", "talk.ipynb", "notes.md", "script") == ["script", "talk.ipynb"]
    ran = tool("talk.json", "--write")
    assert ran.code == 1
    assert "  talk.json:1:10 V3M801 v2 address: " in ran.text
    assert (tool.folder / "talk.json").read_text() == content


@pytest.mark.parametrize(
    ("name", "first", "python"),
    [
        ("bot", "", True),
        ("bot", "#!/usr/bin/env python3\n", True),
        ("profile", "#!/usr/bin/python3 -I\n", True),
        ("bot", "#!/bin/sh\n", False),
        ("bot.cgi", "", True),
        ("Dockerfile", "FROM x\n", False),
        ("Dockerfile.prod", "FROM x\n", False),
        ("Makefile", "", False),
        (".env", "", False),
        (".env.example", "", False),
        ("main.tf", "", False),
        ("a.XML", "", False),
    ],
)
def test_a_file_that_is_named_is_python_unless_it_shows_otherwise(
    tool: Tool, name: str, first: str, python: bool
) -> None:
    """What is none is looked at as it is in a folder: the v2 address is told, and it is no error."""
    put(tool.folder, {name: f"{first}URL = 'wss://api.assemblyai.com/v2/realtime/ws'\n"})
    ran = tool(name, "--check", "--format", "json")
    assert ran.code == 1
    assert {code for _, code, _ in ran.findings()} == {"V3M101" if python else "V3M801"}
    assert ran.json["summary"]["files_checked"] == 1
    put(tool.folder, {name: first})
    assert tool(name, "--check").text == "1 file checked: no AssemblyAI v2 usage.\n"


def test_a_deleted_file_that_git_still_lists_is_no_error(tool: Tool) -> None:
    repository(tool.folder, {"a.py": CLEAN, "b.py": CLEAN})
    (tool.folder / "a.py").unlink()
    assert tool(".", "--check").text == "1 file checked: no AssemblyAI v2 usage.\n"


def test_repositories_within_a_repository(tool: Tool, tmp_path: Path) -> None:
    repository(tmp_path / "library", {"module.py": CLEAN})
    repository(tool.folder, {"a.py": CLEAN})
    allow = ("-c", "protocol.file.allow=always")
    git(tool.folder, *allow, "submodule", "--quiet", "add", str(tmp_path / "library"), "lib")
    repository(tool.folder / "clone", {"other.py": CLEAN})
    assert found(".") == ["a.py", "clone/other.py", "lib/module.py"]


def test_names_that_are_hard_to_quote(tool: Tool) -> None:
    names = ["a b.py", "quo\"te's.py", "new\nline.py", "ü.py", "日本.py", "-dash.py", "$(x).py"]
    repository(tool.folder, dict.fromkeys(names, V2))
    assert found(".") == sorted(names)
    ran = tool(".", "--write")
    assert ran.code == 0, ran.err
    assert git(tool.folder, "diff", "--shortstat").startswith(f" {len(names)} files changed")


def test_a_name_that_is_not_unicode(tool: Tool) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    repository(tool.folder, {name: V2})
    ran = tool(".", "--check", "--format", "concise")
    assert ran.code == 1
    assert ran.out.startswith(b"caf\xe9.py:5:7 V3M101 ")
    assert tool(".", "--write").code == 0


def test_a_walk_where_there_is_no_repository(tool: Tool) -> None:
    put(tool.folder, {"a.py": CLEAN, "b/c.py": CLEAN, "node_modules/d.py": CLEAN, ".venv/e.py": CLEAN})
    put(tool.folder, {"env/pyvenv.cfg": "", "env/lib/f.py": CLEAN, "__pycache__/g.py": CLEAN, ".hidden/h.py": CLEAN})
    assert found(".") == [".hidden/h.py", "a.py", "b/c.py"]


def test_a_walk_where_there_is_no_git(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tool.folder, {"a.py": V2, ".gitignore": ""})
    monkeypatch.setenv("PATH", str(tool.folder))
    assert found(".") == ["a.py"]
    # Whether there is work that nobody could bring back, only git can tell.
    ran = tool(".", "--write")
    assert (ran.code, tool.read("a.py")) == (2, V2)
    assert "cannot be told: git is not installed\nSet that right first, or add --allow-dirty.\n" in ran.err
    assert tool(".", "--write", "--allow-dirty").code == 0


def test_links_are_not_followed_out_of_the_folder(tool: Tool, tmp_path: Path) -> None:
    put(tmp_path / "elsewhere", {"far.py": V2, "deep/er.py": V2})
    put(tool.folder, {"near.py": V2})
    (tool.folder / "link.py").symlink_to(tmp_path / "elsewhere" / "far.py")
    (tool.folder / "folder").symlink_to(tmp_path / "elsewhere")
    (tool.folder / "alias.py").symlink_to("near.py")
    for make in (lambda: None, lambda: repository(tool.folder, {})):
        make()
        ran = tool(".", "--check", "--format", "json")
        assert {file["path"]: file["error"] for file in ran.json["files"]} == {
            "link.py": "a link out of the folder, not followed: name its target instead",
            "near.py": None,
        }


def test_a_link_within_the_folder_stays_a_link(tool: Tool) -> None:
    put(tool.folder, {"b/near.py": V2})
    (tool.folder / "a.py").symlink_to("b/near.py")
    assert tool(".", "--write").code == 0
    assert (tool.folder / "a.py").is_symlink()
    assert tool.read("b/near.py") != V2


def test_a_link_named_by_hand_leads_to_its_target(tool: Tool, tmp_path: Path) -> None:
    put(tmp_path / "elsewhere", {"far.py": V2})
    (tool.folder / "link.py").symlink_to(tmp_path / "elsewhere" / "far.py")
    assert tool("link.py", "--write").code == 0
    assert (tool.folder / "link.py").is_symlink()
    assert "v3/ws" in (tmp_path / "elsewhere" / "far.py").read_text()


@pytest.mark.parametrize(
    ("glob", "kept"),
    [
        ("old", ["a.py", "src/gen_x.py", "src/new.py"]),
        ("./old/", ["a.py", "src/gen_x.py", "src/new.py"]),
        ("gen_*", ["a.py", "old/b.py", "src/new.py"]),
        ("src/gen_*.py", ["a.py", "old/b.py", "src/new.py"]),
        ("*.py", []),
    ],
)
def test_excluding(tool: Tool, glob: str, kept: list[str]) -> None:
    put(tool.folder, {"a.py": CLEAN, "old/b.py": CLEAN, "src/gen_x.py": CLEAN, "src/new.py": CLEAN})
    assert found(".", exclude=(glob,)) == kept


def test_the_environment_of_a_git_hook_does_not_mislead(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tool.folder / "hooked", {"h.py": CLEAN})
    repository(tool.folder / "asked", {"a.py": CLEAN})
    monkeypatch.setenv("GIT_DIR", str(tool.folder / "hooked" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tool.folder / "hooked" / ".git" / "index"))
    assert found("asked") == ["asked/a.py"]


@pytest.mark.parametrize("kind", ["pipe", "device", "endless device", "socket"])
@pytest.mark.parametrize("make", [put, repository])
def test_what_is_no_regular_file_is_neither_waited_for_nor_read(
    tool: Tool, tmp_path: Path, make: Callable[[Path, dict[str, str | bytes]], None], kind: str
) -> None:
    make(tool.folder, {"a.py": V2, "tracked.py": V2})
    special = {"device": "/dev/tty", "endless device": "/dev/zero"}.get(kind, str(tmp_path / "s"))
    if kind == "pipe":
        os.mkfifo(special)
    elif kind == "socket":
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(special)
    (tool.folder / "tracked.py").unlink()
    (tool.folder / "link.py").symlink_to(special)
    if kind == "pipe":
        os.mkfifo(tool.folder / "tracked.py")
    else:
        (tool.folder / "tracked.py").symlink_to(special)
    report = tool(".", "--format", "json").json
    found = {file["path"]: file["error"] for file in report["files"]}
    assert found.pop("a.py") is None
    # A walk passes over a pipe as over any file that is no Python; a name that git knows, or a link, is told.
    walked = make is put and kind == "pipe"
    assert found == dict.fromkeys(["link.py"] if walked else ["link.py", "tracked.py"], "not a regular file")
    assert tool("link.py").text.startswith("link.py: error: not a regular file\n")


def test_a_folder_that_is_a_link_by_now_does_not_lead_out(tool: Tool, tmp_path: Path) -> None:
    handler = V2[V2.index("def on_message") : V2.index("websocket.Web")]
    hidden = "import json\n\n\n" + handler.replace("FinalTranscript", 'Final" + "Transcript')  # no v2 word: no hit
    caller = V2.replace(handler, "from sub.handling import on_message\n\n")
    repository(tool.folder, {"a.py": V2, "b.py": caller, "sub/bot.py": V2, "sub/handling.py": hidden})
    put(tmp_path / "elsewhere", {"bot.py": V2, "handling.py": hidden})
    shutil.rmtree(tool.folder / "sub")
    (tool.folder / "sub").symlink_to(tmp_path / "elsewhere")
    ran = tool(".", "--write", "--allow-dirty")
    assert ran.code == 2
    assert "sub/bot.py: error: a link out of the folder, not followed: name its target instead\n" in ran.text
    assert (tmp_path / "elsewhere" / "bot.py").read_text() == V2
    assert (tmp_path / "elsewhere" / "handling.py").read_text() == hidden
