"""What git is asked; without an answer, nothing is written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.files.git import GitError, committed
from tests.migrator.conftest import Tool
from tests.migrator.programs import V2, V3, git, put, repository


def set_(folder: Path, *pairs: str) -> None:
    for name, value in zip(pairs[::2], pairs[1::2], strict=True):
        git(folder, "config", name, value)


WORK = f"{V2}# the work of a day\n"


def other_owner(folder: Path) -> None:
    os.chown(folder, 12345, 12345)
    os.chown(folder / ".git", 12345, 12345)


def broken_index(folder: Path) -> None:
    (folder / ".git/index").write_bytes(b"DIRC no longer")


def broken_head(folder: Path) -> None:
    (folder / ".git/HEAD").write_bytes(b"\0")


def broken_configuration(folder: Path) -> None:
    put(folder, {".git/config": "[core\n"})


def other_work_tree(folder: Path) -> None:
    set_(folder, "core.worktree", str(folder.parent))


REFUSING: dict[str, tuple[Callable[[Path], None], str]] = {
    "index": (broken_index, "index file"),
    "HEAD": (broken_head, "not a git repository"),
    "configuration": (broken_configuration, "bad config line 1"),
    "work tree": (other_work_tree, "core.worktree"),
    **({"owner": (other_owner, "dubious ownership")} if os.geteuid() == 0 else {}),
}


@pytest.mark.parametrize("kind", REFUSING)
def test_without_an_answer_nothing_is_written(tool: Tool, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SYSTEM", os.devnull), ("GLOBAL", os.devnull)):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)  # no `safe.directory` of whoever runs the tests
    repository(tool.folder, {"bot.py": V2})
    put(tool.folder, {"bot.py": WORK})
    spoil, reason = REFUSING[kind]
    spoil(tool.folder)
    assert tool(".", "--check").code == 1  # It is found all the same.
    ran = tool(".", "--write")
    assert (ran.code, ran.out, tool.read("bot.py")) == (2, b"", WORK)
    assert "nothing written: whether there is uncommitted work in . cannot be told: " in ran.err
    assert reason in ran.err
    assert ran.err.endswith("\nSet that right first, or add --allow-dirty.\n")
    assert tool(".", "--write", "--allow-dirty").code == 0
    assert tool.read("bot.py") == WORK.replace(V2, V3)


@pytest.mark.parametrize(
    ("mark", "said"), [("--assume-unchanged", "assume-unchanged"), ("--skip-worktree", "skip-worktree")]
)
def test_a_file_that_git_was_told_not_to_look_at(tool: Tool, mark: str, said: str) -> None:
    repository(tool.folder, {"bot.py": V2, "other.py": V2})
    git(tool.folder, "update-index", mark, "bot.py", "other.py")
    put(tool.folder, {"bot.py": WORK})
    ran = tool(".", "--write")
    assert (ran.code, tool.read("bot.py"), tool.read("other.py")) == (2, WORK, V2)
    assert ran.err == (
        "v3-migrate: error: nothing written: uncommitted changes in\n"
        f"  bot.py (marked {said}: git does not look at it)\n"
        "Commit or stash them first, or add --allow-dirty.\n"
    )
    assert tool("other.py", "--write").code == 0  # The last commit has it as it is.


def test_a_file_that_git_would_convert_with_a_program(tool: Tool) -> None:
    repository(tool.folder, {"bot.py": V2, ".gitattributes": "*.py filter=strip\n"})
    put(tool.folder, {"bot.py": WORK})
    ran = tool(".", "--write")
    assert (ran.code, tool.read("bot.py")) == (2, WORK)
    assert "  bot.py (git would convert it (filter=strip): not done, not compared)\n" in ran.err
    put(tool.folder, {"bot.py": V2})
    assert tool(".", "--write").code == 0


CRLF = V2.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("how", ["attribute", "configuration", "neither"])
def test_line_ends_that_git_makes_are_no_change(tool: Tool, how: str) -> None:
    files: dict[str, str | bytes] = {"bot.py": V2}
    repository(tool.folder, files | ({".gitattributes": "*.py text eol=crlf\n"} if how == "attribute" else {}))
    if how == "configuration":
        set_(tool.folder, "core.autocrlf", "true")
    put(tool.folder, {"bot.py": CRLF})
    assert tool(".", "--write").code == (2 if how == "neither" else 0)


def test_a_repository_with_another_hash(tool: Tool) -> None:
    git(tool.folder, "init", "--quiet", "--object-format=sha256")
    repository(tool.folder, {"bot.py": V2})
    assert tool(".", "--write").code == 0
    assert tool(".", "--write", "--unsafe").code == 0
    put(tool.folder, {"bot.py": V2})
    put(tool.folder, {"bot.py": WORK})
    assert tool(".", "--write").code == 2


def test_what_the_last_commit_has(tool: Tool) -> None:
    files: dict[str, str | bytes] = {"a.py": V2, "app/b b.py": b"\xff\0\n", "app/empty.py": b"", "ü.py": V3}
    repository(tool.folder, files)
    put(tool.folder, {"a.py": WORK, "new.py": V2})
    (tool.folder / "link.py").symlink_to("a.py")
    git(tool.folder, "add", "link.py")
    git(tool.folder, "commit", "--quiet", "--message", "link")
    stored = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    assert dict(committed(str(tool.folder))) == stored
    assert dict(committed(str(tool.folder / "app"))) == {"b b.py": b"\xff\0\n", "empty.py": b""}
    with pytest.raises(GitError, match="not a git repository"):
        list(committed(str(tool.folder.parent)))


@pytest.mark.parametrize("name", ["a[b]", "a*b", ":x", "back\\slash", "a b"])
def test_a_folder_whose_name_is_a_pattern(tool: Tool, name: str) -> None:
    repository(tool.folder, {f"{name}/bot.py": V2, f"{name}/README.md": V2, "ab/bot.py": V2, "ab/README.md": V2})
    put(tool.folder, {f"{name}/sub/new.py": V2, f"{name}/new.md": V2, "b/new.py": V2})
    report = tool(f"./{name}", "--check", "--format", "json").json
    assert {file["path"] for file in report["files"]} == {
        f"{name}/{file}" for file in ("bot.py", "sub/new.py", "README.md", "new.md")
    }
