"""The two versions of a project that a comparison runs: as it was, and as it is or will be."""

from __future__ import annotations

import os
from pathlib import Path

from migrator.files import git
from migrator.run import migration
from migrator.settings import Settings
from migrator.smoke.walls.copying import copy_project


class VersionError(Exception):
    """A version of the project cannot be had; the message says why."""


def migrated_copy(folder: Path, target: Path) -> list[str]:
    """Copy `folder` to `target` and migrate the copy; return which files changed.

    Raises:
        VersionError: a file could not be migrated.
    """
    # One migration under one configuration: what `--write` would do to the folder, put into a copy of it.
    outcomes = migration(Settings((str(folder),))).outcomes
    for outcome in outcomes:
        if outcome.error is not None:
            raise VersionError(f"{outcome.path}: {outcome.error}")
    copy_project(folder, target)
    root = os.path.realpath(folder)
    changed = []
    for outcome in outcomes:
        place = os.path.realpath(outcome.path)
        if outcome.changed and os.path.commonpath([root, place]) == root:  # requirements may lie above the folder
            copy = target / os.path.relpath(place, root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(outcome.after)
            changed.append(os.path.relpath(place, root))
    return changed


def committed_copy(folder: Path, target: Path) -> None:
    """Put `folder` as git's last commit has it under `target`.

    Raises:
        VersionError: there is no such commit.
    """
    try:
        for name, content in git.committed(str(folder)):
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    except git.GitError as error:
        raise VersionError(f"--compare needs the original, and git does not have it: {error}") from error
