"""The two versions of a project that a comparison runs: as it was, and as it is or will be."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from codemods.model import Options
from migrator.dependencies.declared import declared
from migrator.engine import Run
from migrator.output import git

#: What a copy of a project does without.
IGNORED = shutil.ignore_patterns(".git", "__pycache__", ".venv", "venv")


class VersionError(Exception):
    """A version of the project cannot be had; the message says why."""


def migrated_copy(folder: Path, target: Path) -> int:
    """Copy `folder` to `target` and migrate the copy; return how many files changed.

    Raises:
        VersionError: a file could not be migrated.
    """
    shutil.copytree(folder, target, symlinks=True, ignore=IGNORED)
    options = Options(requirements=declared([str(folder)]))
    outcomes = Run([str(target)]).outcomes(lambda: options)
    for outcome in outcomes:
        if outcome.error is not None:
            # Named as in the user's folder, not in the copy.
            raise VersionError(f"{folder / os.path.relpath(outcome.path, target)}: {outcome.error}")
    changed = [outcome for outcome in outcomes if outcome.changed]
    for outcome in changed:
        Path(outcome.path).write_bytes(outcome.after)
    return len(changed)


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
