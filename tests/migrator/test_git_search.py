"""git searches many files faster than we do: what a run finds is the same as if each had been read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.files import discovery
from migrator.files import git as asked
from migrator.files.discovery import Discovery
from migrator.files.paths import PARSE_LIMIT
from migrator.files.prefilter import WORDS, Screening
from tests.migrator.conftest import Tool
from tests.migrator.programs import CLEAN, V2, git, put, repository

HOSTILE: dict[str, str | bytes] = {
    "clean.py": CLEAN,
    "bot.py": V2,
    "crlf.py": V2.replace("\n", "\r\n"),
    "nul.py": b"\0" * 9000 + V2.encode(),
    "latin.py": "# caf\xe9 ".encode("latin-1") + V2.encode(),
    "one_line.py": "x = '" + "a" * 100_000 + "assemblyai.com/v2/realtime/ws'\n",
    "little.py": V2.encode("utf-16"),
    "big.py": CLEAN.encode("utf-16-be"),
    "marked.py": b"\xfe\xff" + CLEAN.encode("utf-16-be"),
    "large.py": "#" * (PARSE_LIMIT + 1) + "\n",
    "large_v2.py": "#" * (PARSE_LIMIT + 1) + "\n" + V2,
    "name.py": "from stt import RealtimeTranscriber\n",
    "todo.py": "x = 1  # TODO(v3-migrate): look\n",
    "final.pyi": "a = {'message_type': 'FinalTranscript'}\n",
    "notes.ipynb": '{"cells": [], "x": "assemblyai"}',
    "empty.py": "",
    "a b/[x]*?.py": V2,
    "a b/new\nline.py": V2,
    "a b/\xfc.py": V2,
    "gone.py": V2,
    "assumed.py": CLEAN,
    "unassumed.py": V2,
    "skipped.py": CLEAN,
    "pipe.py": CLEAN,
    "socket/inner.py": CLEAN,
    "becomes_link.py": CLEAN,
    ".gitattributes": "*.py -text -diff binary working-tree-encoding=UTF-16 diff=x filter=y\n",
}


def screened(words: tuple[bytes, ...], *paths: str) -> tuple[Screening, Discovery]:
    found, screening = Discovery(paths or (".",), words=words), Screening()
    for root, batch in found.batches():
        screening.screen(root, batch, found.without)
    screening.drop_aliases()
    return screening, found


@pytest.fixture
def searching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have git search however few files there are."""
    monkeypatch.setattr(discovery, "_MANY", 1)


@pytest.mark.usefixtures("searching")
@pytest.mark.skipif(os.name == "nt", reason="git is not asked there, and there are no pipes")
def test_what_is_found_is_the_same(tool: Tool, tmp_path: Path) -> None:
    library = tmp_path / "library"
    repository(library, {"inner.py": V2, "fine.py": CLEAN})
    repository(tool.folder, {name: content for name, content in HOSTILE.items() if name != ".gitattributes"})
    git(tool.folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "lib")
    put(tool.folder, {".gitattributes": HOSTILE[".gitattributes"], "meant.py": V2, "untracked.py": V2, "new.py": CLEAN})
    git(tool.folder, "add", "--intent-to-add", "meant.py")
    git(tool.folder, "update-index", "--assume-unchanged", "assumed.py", "unassumed.py")
    git(tool.folder, "update-index", "--skip-worktree", "skipped.py")
    put(tool.folder, {"assumed.py": V2, "unassumed.py": CLEAN, "skipped.py": V2, "clean.py": CLEAN + "x = 1\n"})
    for name in ("gone.py", "pipe.py", "becomes_link.py"):
        (tool.folder / name).unlink()
    os.mkfifo(tool.folder / "pipe.py")
    (tool.folder / "becomes_link.py").symlink_to("bot.py")
    (tool.folder / "link.py").symlink_to("clean.py")
    (tool.folder / "broken.py").symlink_to("nowhere.py")
    (tool.folder / "folder").symlink_to("a b")
    git(tool.folder, "add", "link.py", "broken.py", "folder")
    for paths in ((".",), ("a b", "lib"), ("a b", ".")):
        plain, _ = screened((), *paths)
        fast, found = screened(WORDS, *paths)
        assert fast == plain
        assert plain.hits
        assert len(found.without) >= 1
    assert {"clean.py", "empty.py", "lib/fine.py"} <= found.without
    assert {"assumed.py", "skipped.py", "bot.py", "lib/inner.py"} <= {*plain.hits}
    assert found.without.isdisjoint(plain.hits)


@pytest.mark.usefixtures("searching")
def test_what_git_is_unsure_of_is_read(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be read, an index that git does not understand: whatever git complains of."""
    repository(tool.folder, {"clean.py": CLEAN, "bot.py": V2})
    start = asked.start

    def complaining(top: str, *arguments: str | bytes, asks: bool = False) -> asked.Process:
        there = ("no such folder",) if arguments[0] == "grep" else ()
        return start(top, *there, *arguments, asks=asks)

    monkeypatch.setattr(asked, "start", complaining)
    fast, found = screened(WORDS)
    assert fast.hits == ["bot.py"]
    assert not found.without


def test_few_files_are_read_at_once(tool: Tool) -> None:
    repository(tool.folder, {"clean.py": CLEAN, "bot.py": V2})
    fast, found = screened(WORDS)
    assert fast.hits == ["bot.py"]
    assert not found.without
