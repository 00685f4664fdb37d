"""What git knows about files that are about to be shown or written."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Base:
    """The folder that paths in a patch count from.

    Attributes:
        top: top of the git work tree, or a folder outside any.
        git_dir: where git keeps its own files; None outside a work tree.
    """

    top: str
    git_dir: str | None

    def relative(self, path: str) -> str:
        """Return the name of a file in a patch."""
        return os.path.relpath(real(path), self.top).replace(os.sep, "/")


def real(path: str) -> str:
    """Return the path of the very file, links followed: what a link leads to is what gets written."""
    return os.path.realpath(path)


def by_base(paths: Iterable[str]) -> dict[Base, list[str]]:
    """Return the files of each git work tree; those outside any count from the working directory, or from the root."""
    bases: dict[str, Base] = {}
    found: dict[Base, list[str]] = {}
    for path in paths:
        folder = os.path.dirname(real(path))
        if folder not in bases:
            bases[folder] = _base(folder)
        found.setdefault(bases[folder], []).append(path)
    return found


def _base(folder: str) -> Base:
    output = _git(folder, "rev-parse", "--show-toplevel", "--absolute-git-dir")
    if output is not None:
        top, git_dir = os.fsdecode(output).splitlines()[:2]
        return Base(os.path.realpath(top), git_dir)
    here = os.path.realpath(os.curdir)
    below = folder == here or folder.startswith(here.rstrip(os.sep) + os.sep)
    return Base(here if below else folder, None)


def uncommitted(base: Base, paths: Sequence[str]) -> list[str]:
    """Return those of `paths` that differ from the last commit or are not in it; ignored files do not count."""
    if base.git_dir is None:
        return []
    names = {base.relative(path): path for path in paths}
    dirty = []
    listed = sorted(names)
    for start in range(0, len(listed), 500):
        chunk = listed[start : start + 500]
        output = _git(
            base.top, "--literal-pathspecs", "status", "--porcelain", "-z", "-uall", "--no-renames", "--", *chunk
        )
        dirty += [entry[3:] for entry in os.fsdecode(output or b"").split("\0") if entry]
    return [names[name] for name in dirty if name in names]


def _git(folder: str, *arguments: str) -> bytes | None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, env=environment, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout
