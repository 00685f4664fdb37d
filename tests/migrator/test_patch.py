"""`--diff` and the preview in a pipe: a patch that git takes, and that does what `--write` does, byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.output import diff
from tests.migrator.conftest import Tool
from tests.migrator.programs import LEFT, V2, V3, git, put, repository

LEGACY = Path(__file__).parents[2] / "fixtures" / "legacy"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


@pytest.fixture
def awkward(tool: Tool) -> Tool:
    """A repository whose files are as hard on a patch as files can be."""
    repository(
        tool.folder,
        {
            "a b/bot.py": V2.replace("\n", "\r\n"),
            'quo"te.py': V2.rstrip("\n"),
            "ü/mark.py": V2.encode("utf-8-sig"),
            "latin.py": b"# coding: latin-1\n# caf\xe9 [red]\n" + LEFT.encode(),
            "cr.py": V2.replace("\n", "\r"),
            "feeds.py": V2.replace("\n\n", "\n\f\n\x1c\n").replace("\x1c", "# \x1c \u2028"),
            "deep/er/left.py": LEFT * 2,
            "long.py": V2.replace("'key'", f'"{"[bold]key " * 100}"'),
        },
    )
    return tool


@pytest.mark.parametrize("arguments", [["--diff"], []], ids=["diff", "preview"])
@pytest.mark.parametrize("where", [".", "deep"])
def test_git_applies_what_writing_writes(
    awkward: Tool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], where: str
) -> None:
    monkeypatch.chdir(awkward.folder / where)
    patch = tmp_path / "patch"
    patch.write_bytes(awkward(awkward.folder, *arguments).out)
    copy = tmp_path / "copy"
    shutil.copytree(awkward.folder, copy)
    git(copy, "apply", "--whitespace=nowarn", str(patch))
    before = contents(awkward.folder)
    awkward(awkward.folder, "--write")
    assert contents(copy) == contents(awkward.folder)
    assert {name for name, data in contents(copy).items() if data != before[name]} == set(before)


def names(patch: str) -> list[str]:
    return [line.removeprefix("--- a/") for line in patch.splitlines() if line.startswith("--- ")]


def test_one_patch_for_all_work_trees_below_and_none_for_nothing(
    tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A submodule is one, a repository that lies in another is one: the patch counts from where the user stands."""
    repository(tmp_path / "library", {"bot.py": V2})
    repository(tool.folder, {"deep/bot.py": V2})
    git(
        tool.folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "library"), "lib"
    )
    git(tool.folder, "commit", "--quiet", "--message", "submodule")
    repository(tool.folder / "nested", {"in/bot.py": V2})
    ran = tool("--diff")
    assert names(ran.text) == ["deep/bot.py", "lib/bot.py", "nested/in/bot.py"]
    assert ran.err.startswith("3 files checked: 3 files to migrate, 9 rewrites.\n")
    assert ran.err.endswith("To commit by themselves, repositories of their own: lib, nested\n")
    git(tool.folder, "apply", given=ran.out)
    assert {tool.read(name) for name in names(ran.text)} == {V3}
    monkeypatch.chdir(tool.folder / "nested" / "in")
    git(tool.folder / "nested", "checkout", "--quiet", ".")
    assert names(tool("--diff").text) == ["in/bot.py"]
    put(tool.folder, {"three/clean.py": "x = 1\n"})
    assert tool("../../three", "--diff").out == b""


def test_outside_of_any_work_tree_a_patch_counts_from_where_the_user_stands(tool: Tool) -> None:
    repository(tool.folder / "one", {"bot.py": V2})
    put(tool.folder, {"two/bot.py": V2})
    ran = tool("--diff")
    assert names(ran.text) == ["one/bot.py", "two/bot.py"]
    git(tool.folder, "apply", given=ran.out)
    assert (tool.read("one/bot.py"), tool.read("two/bot.py")) == (V3, V3)


def test_the_bundled_programs(tool: Tool, tmp_path: Path) -> None:
    for app in ("caption_service", "sdk_fields", "split_modules", "streamlit_board", "typed_messages"):
        shutil.copytree(LEGACY / app / "v2", tool.folder / app)
    repository(tool.folder, {})
    patch = tmp_path / "patch"
    ran = tool(".", "--diff")
    patch.write_bytes(ran.out)
    assert ran.code == 0
    shutil.copytree(tool.folder, tmp_path / "copy")
    git(tmp_path / "copy", "apply", str(patch))
    tool(".", "--write")
    assert contents(tmp_path / "copy") == contents(tool.folder)
    git(tool.folder, "commit", "--all", "--quiet", "--message", "migrated")
    again = tool(".", "--write")
    assert "rewrite" not in again.text.splitlines()[0]
    assert git(tool.folder, "status", "--porcelain") == ""


LINE = st.sampled_from(
    [b"", b"a", b"b", b"  c", b"\xff", b"-x", b"+y", b"\\ No", b"@@ -1 +1 @@", b"d\r", b"\x0c", b"e\xe2\x80\xa8"]
)
FILE = st.builds(lambda lines, end: b"\n".join(lines) + end, st.lists(LINE, max_size=25), st.sampled_from([b"", b"\n"]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
@given(before=FILE, after=FILE, name=st.sampled_from(["f", "a b", 'q"u', "ü", "t\tb", "back\\slash"]))
def test_git_reads_any_patch_as_it_was_meant(tmp_path: Path, before: bytes, after: bytes, name: str) -> None:
    if not before or not after:  # Creating and deleting files is not this tool's business.
        return
    path = tmp_path / name
    path.write_bytes(before)
    patch = diff.patch(name, before, after)
    if before == after:
        assert patch == b""
        return
    git(tmp_path, "apply", "--whitespace=nowarn", "-", given=patch)
    assert path.read_bytes() == after
    git(tmp_path, "apply", "--whitespace=nowarn", "-R", "-", given=patch)
    assert path.read_bytes() == before
