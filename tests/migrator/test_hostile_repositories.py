"""Repositories whose git configuration names programs: whatever is asked of the tool, none of these is run.

Each kind lies at the top of the project, and nested in it, buried in it as a bare repository, and as a submodule.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from migrator.files.git import GitError, committed
from tests.migrator.conftest import Tool
from tests.migrator.programs import V2, git, put, repository

#: It ends at once: a smoke test is about git here.
PROGRAM = f"import sys\n\nif len(sys.argv) < 9:\n    sys.exit('no more')\n{V2}"
FILES: dict[str, str | bytes] = {"bot.py": PROGRAM, "README.md": V2}
SMOKE = ["--variant", "F1", "--timeout", "20", "--python", sys.executable, "--", "bot.py"]
MODES = (["."], [".", "--check"], [".", "--diff"], ["smoke", "--migrate", *SMOKE], [".", "--write"], ["smoke", *SMOKE])


class Trap:
    """A program that leaves a mark when it is run."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.path, self._mark = folder / "trap", folder / "mark"
        self.path.write_text(f"#!/bin/sh\ntouch '{self._mark}'\nexit 1\n")
        self.path.chmod(0o755)

    def __str__(self) -> str:
        return str(self.path)

    def sprung(self) -> bool:
        """Return whether it has run, and forget it."""
        there = self._mark.exists()
        self._mark.unlink(missing_ok=True)
        return there


# kinds ------------------------------------------------------------------------------------------------------------


def set_(folder: Path, *pairs: str) -> None:
    for name, value in zip(pairs[::2], pairs[1::2], strict=True):
        git(folder, "config", name, value)


def git_folder(folder: Path) -> Path:
    return Path(git(folder, "rev-parse", "--absolute-git-dir").strip())


def attributes(folder: Path, text: str) -> None:
    put(git_folder(folder), {"info/attributes": text})


def later(folder: Path) -> None:
    """Make git doubt what its index says of a file."""
    os.utime(folder / "bot.py", (2_000_000_000, 2_000_000_000))


def fsmonitor(folder: Path, trap: Trap) -> None:
    set_(folder, "core.fsmonitor", str(trap))


def included(folder: Path, trap: Trap) -> None:
    put(git_folder(folder), {"more": f'[core]\n\tfsmonitor = "{trap}"\n'})
    set_(folder, "include.path", str(git_folder(folder) / "more"))


def of_the_work_tree(folder: Path, trap: Trap) -> None:
    set_(folder, "extensions.worktreeConfig", "true", "core.repositoryFormatVersion", "1")
    put(git_folder(folder), {"config.worktree": f'[core]\n\tfsmonitor = "{trap}"\n'})


def clean_filter(folder: Path, trap: Trap) -> None:
    set_(folder, "filter.x.clean", str(trap), "filter.x.smudge", str(trap))
    attributes(folder, "*.py filter=x\n")
    later(folder)


def filter_process(folder: Path, trap: Trap) -> None:
    set_(folder, "filter.a=b.process", str(trap), "filter.a=b.required", "true")
    attributes(folder, "*.py filter=a=b\n")
    later(folder)


def hook(folder: Path, trap: Trap) -> None:
    hooks = git_folder(folder) / "hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "post-index-change").symlink_to(trap.path)
    later(folder)


def hooks_path(folder: Path, trap: Trap) -> None:
    put(folder, {"tools/post-index-change": trap.path.read_bytes()})
    (folder / "tools/post-index-change").chmod(0o755)
    set_(folder, "core.hooksPath", str(folder / "tools"))
    later(folder)


def text_conversion(folder: Path, trap: Trap) -> None:
    set_(folder, "diff.x.textconv", str(trap))
    attributes(folder, "* diff=x\n")


def diff_driver(folder: Path, trap: Trap) -> None:
    set_(folder, "diff.x.command", str(trap))
    attributes(folder, "* diff=x\n")
    put(folder, {"README.md": f"{V2}changed\n"})


def external_diff(folder: Path, trap: Trap) -> None:
    set_(folder, "diff.external", str(trap))
    put(folder, {"README.md": f"{V2}changed\n"})


def pager(folder: Path, trap: Trap) -> None:
    set_(folder, "core.pager", str(trap), "pager.ls-files", str(trap), "pager.grep", str(trap), "pager.x", str(trap))
    set_(folder, "alias.x", "!exit 0")


def alias(folder: Path, trap: Trap) -> None:
    for name in ("ls-files", "grep", "status", "rev-parse", "x"):
        set_(folder, f"alias.{name}", f"!{trap}")


def _promised(folder: Path, url: str) -> None:
    """Take an object away that a remote promises, so that git asks the remote for it."""
    set_(folder, "remote.origin.url", url, "remote.origin.promisor", "true", "extensions.partialClone", "origin")
    set_(folder, "core.repositoryFormatVersion", "1")
    tree = git(folder, "rev-parse", "HEAD^{tree}").strip()
    (git_folder(folder) / "objects" / tree[:2] / tree[2:]).unlink()


def remote_helper(folder: Path, trap: Trap) -> None:
    set_(folder, "protocol.ext.allow", "always")
    _promised(folder, f"ext::{trap} %S")


def ssh_command(folder: Path, trap: Trap) -> None:
    set_(folder, "core.sshCommand", str(trap))
    _promised(folder, "ssh://git@speech.example.com/voice.git")


HOSTILE: dict[str, tuple[Callable[[Path, Trap], None], list[str]]] = {
    "fsmonitor": (fsmonitor, ["ls-files"]),
    "included configuration": (included, ["ls-files"]),
    "configuration of the work tree": (of_the_work_tree, ["ls-files"]),
    "filter": (clean_filter, ["status"]),
    "filter process": (filter_process, ["status"]),
    "hook": (hook, ["status"]),
    "folder of hooks": (hooks_path, ["status"]),
    "text conversion": (text_conversion, ["grep", "--textconv", "websocket"]),
    "diff driver": (diff_driver, ["diff"]),
    "external diff": (external_diff, ["diff"]),
    "pager": (pager, ["--paginate", "x"]),
    "alias": (alias, ["x"]),
    "remote helper": (remote_helper, ["ls-tree", "HEAD"]),
    "ssh command": (ssh_command, ["ls-tree", "HEAD"]),
}
"""A configuration, and a command of git that springs the trap: proof that it is one."""

# places -----------------------------------------------------------------------------------------------------------


def nested(project: Path, name: str) -> Path:
    repository(project / name, FILES)
    return project / name


def buried(project: Path, name: str) -> Path:
    """A bare repository as a folder of the project: all of it may be committed, and cloned."""
    folder = project / name
    repository(folder, FILES)
    set_(folder, "core.worktree", ".")
    for path in (folder / ".git").iterdir():
        path.rename(folder / path.name)
    (folder / ".git").rmdir()
    return folder


def submodule(project: Path, name: str) -> Path:
    origin = project.parent / "origins" / name
    repository(origin, FILES)
    git(project, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(origin), name)
    return project / name


PLACES = (nested, buried, submodule)


def springs(folder: Path, command: Sequence[str], trap: Trap) -> bool:
    """Return whether git itself, called as most programs call it, walks into a trap."""
    master, terminal = os.openpty()  # without one git starts no pager
    environment = {**os.environ, "PAGER": "cat"}
    subprocess.run(
        ["git", *command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal,
        check=False,
    )  # fmt: skip
    os.close(master)
    os.close(terminal)
    return trap.sprung()


@pytest.mark.parametrize("kind", HOSTILE)
def test_at_the_top(tool: Tool, tmp_path: Path, kind: str) -> None:
    repository(tool.folder, FILES)
    prepare, command = HOSTILE[kind]
    trap = Trap(tmp_path / "trap")
    prepare(tool.folder, trap)
    assert springs(tool.folder, command, trap)
    for mode in MODES:
        ran = tool(*mode)
        assert not trap.sprung(), mode
        assert "no more" in ran.text or mode[0] != "smoke", ran
    with suppress(GitError):  # what `smoke --compare` asks for
        list(committed(str(tool.folder)))
    assert not trap.sprung()


@pytest.mark.parametrize("place", PLACES)
def test_further_down(tool: Tool, tmp_path: Path, place: Callable[[Path, str], Path]) -> None:
    repository(tool.folder, FILES)
    traps = {kind: Trap(tmp_path / "traps" / kind.replace(" ", "-")) for kind in HOSTILE}
    folders = {kind: place(tool.folder, kind.replace(" ", "-")) for kind in HOSTILE}
    git(tool.folder, "add", "--all")
    git(tool.folder, "commit", "--quiet", "--message", "all")
    for kind, (prepare, command) in HOSTILE.items():
        prepare(folders[kind], traps[kind])
        assert springs(folders[kind], command, traps[kind]), kind
    modes = [*MODES, [".", "--write", "--unsafe", "--allow-dirty"]]
    modes += [[*(folder.name for folder in folders.values()), *options] for options in ([], ["--check"])]
    for mode in modes:
        tool(*mode)
        assert [kind for kind, trap in traps.items() if trap.sprung()] == [], mode
    for folder in folders.values():
        with suppress(GitError):
            list(committed(str(folder)))
    assert [kind for kind, trap in traps.items() if trap.sprung()] == []


def test_a_program_of_the_folder_is_not_taken_for_git(
    tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = Trap(tmp_path / "trap")
    repository(tool.folder, {**FILES, "git": trap.path.read_bytes(), "bin/git": trap.path.read_bytes()})
    for name in ("git", "bin/git"):
        (tool.folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f".{os.pathsep}bin{os.pathsep}{os.pathsep}{os.environ['PATH']}")
    for mode in MODES:
        tool(*mode)
        assert not trap.sprung(), mode
    assert "assemblyai.com/v3/ws" in tool.read("bot.py")
