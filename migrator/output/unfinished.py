"""Whether a run that was writing has been cut off; a few system calls, since every run asks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from migrator.files.git import top_of

RUNNING = "run-"
"""How the name of a record begins while its run is at work."""


def state_folder() -> str:
    """Return the user's own folder for records (XDG Base Directory Specification; %LOCALAPPDATA% on Windows)."""
    state = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA")
    return os.path.join(state or os.path.join(os.path.expanduser("~"), ".local", "state"), "v3-migrate")


def is_any_unfinished(paths: Sequence[str]) -> bool:
    """Return whether a run, one that was cut off or one at work, is on record for the user or the repositories here."""
    return any(name.startswith(RUNNING) for folder in _folders(paths) for name in _names(folder))


def _folders(paths: Sequence[str]) -> Iterator[str]:
    yield state_folder()
    for top in {top_of(os.path.dirname(path) if os.path.isfile(path) else path) for path in paths}:
        if top is not None:
            yield os.path.join(_git_directory(os.path.join(top, ".git")), "v3-migrate")


def _git_directory(path: str) -> str:
    """Return where git keeps its files: `.git`, or what a file of that name leads to (worktrees, submodules)."""
    if not os.path.isfile(path):
        return path
    try:
        with open(path, "rb") as file:
            return os.path.join(os.path.dirname(path), os.fsdecode(file.read(4096).removeprefix(b"gitdir: ").rstrip()))
    except OSError:
        return path


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
