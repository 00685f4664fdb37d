"""Writes the files of a run, all of them or none, and leaves a patch that takes it back."""

from __future__ import annotations

import os
import shlex
import stat
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from migrator.analysis.outcome import Outcome
from migrator.files.git import Base, GitError, by_base, real, uncommitted
from migrator.files.paths import shown
from migrator.output import diff


class WritingError(RuntimeError):
    """Nothing was written; the message says why and what to do."""


@dataclass(slots=True)
class Written:
    """What a run wrote.

    Attributes:
        changed_meanwhile: outcomes whose file is no longer what was read; these were left alone.
        undo: commands, to be typed in the working directory, that take everything back.
    """

    paths: list[str] = field(default_factory=list)
    changed_meanwhile: list[Outcome] = field(default_factory=list)
    undo: list[str] = field(default_factory=list)


def refuse_dirty(outcomes: Sequence[Outcome]) -> None:
    """Make sure that git could bring back every file that is to be written.

    Raises:
        WritingError: one of them has changes that are not committed, or git does not say.
    """
    before = {outcome.path: outcome.before for outcome in outcomes if outcome.changed}
    dirty: dict[str, str] = {}
    for base, paths in by_base(before).items():
        try:
            dirty |= uncommitted(base, {path: before[path] for path in paths})
        except GitError as error:
            raise WritingError(
                f"nothing written: whether there is uncommitted work in {shown(base.top)} cannot be told: {error}\n"
                "Set that right first, or add --allow-dirty."
            ) from None
    if dirty:
        names = "".join(f"\n  {path}{f' ({why})' if why else ''}" for path, why in sorted(dirty.items()))
        raise WritingError(
            f"nothing written: uncommitted changes in{names}\nCommit or stash them first, or add --allow-dirty."
        )


def write(outcomes: Sequence[Outcome]) -> Written:
    """Write every outcome that changes its file.

    Each new text is put beside its file and flushed to disk before the first file is replaced; replacing is a rename.
    When anything fails, or the user interrupts, what was replaced is put back.

    Raises:
        WritingError: the disk refused; every file is as it was.
    """
    result = Written()
    pending: list[tuple[Outcome, str, str]] = []
    replaced: list[tuple[Outcome, str]] = []
    current = ""
    try:
        for outcome in outcomes:
            if not outcome.changed:
                continue
            current, target = outcome.path, real(outcome.path)
            if Path(target).read_bytes() != outcome.before:
                result.changed_meanwhile.append(outcome)
            else:
                pending.append((outcome, target, _stage(target, outcome.after)))
        result.undo = _leave_undo_patches([outcome for outcome, _, _ in pending])
        for outcome, target, staged in pending:
            current = outcome.path
            if Path(target).read_bytes() != outcome.before:
                result.changed_meanwhile.append(outcome)
                continue
            replaced.append((outcome, target))
            os.replace(staged, target)
            result.paths.append(outcome.path)
    except BaseException as error:
        _put_back(replaced)
        if isinstance(error, OSError):
            reason = (error.strerror or str(error)).lower()
            raise WritingError(f"nothing written: {current}: {reason}; every file is as it was") from error
        raise
    finally:
        for _, _, staged in pending:
            with suppress(OSError):
                os.unlink(staged)
    for folder in {os.path.dirname(target) for _, target in replaced}:
        _flush_folder(folder)
    return result


def take_back(outcomes: Sequence[Outcome]) -> None:
    """Put back what `write` replaced, where nobody has changed it since."""
    _put_back([(outcome, real(outcome.path)) for outcome in outcomes if outcome.changed])


def _stage(target: str, data: bytes) -> str:
    """Put `data` beside `target`, on disk, with the same mode, and return its name."""
    status = os.stat(target)
    if not os.access(target, os.W_OK):
        raise PermissionError(13, "read-only file", target)
    descriptor, name = tempfile.mkstemp(prefix=".v3-migrate-", dir=os.path.dirname(target))
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, stat.S_IMODE(status.st_mode))
        if hasattr(os, "chown"):
            with suppress(OSError):  # only the owner's own files can be given away; the mode matters more
                os.chown(name, status.st_uid, status.st_gid)
    except BaseException:
        os.unlink(name)
        raise
    return name


def _put_back(replaced: Sequence[tuple[Outcome, str]]) -> None:
    for outcome, target in reversed(replaced):
        with suppress(OSError):  # one file that cannot be put back must not keep the others from it
            if Path(target).read_bytes() == outcome.after:
                os.replace(_stage(target, outcome.before), target)


def _flush_folder(folder: str) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _leave_undo_patches(outcomes: Sequence[Outcome]) -> list[str]:
    commands = []
    by_path = {outcome.path: outcome for outcome in outcomes}
    for base, paths in by_base(by_path).items():
        patch = b"".join(diff.patch(base.relative(p), by_path[p].before, by_path[p].after) for p in paths)
        folder = _undo_folder(base)
        folder.mkdir(parents=True, exist_ok=True)
        name = _free_name(folder)
        name.write_bytes(patch)
        commands.append(_undo_command(base, name))
    return commands


def _undo_folder(base: Base) -> Path:
    if base.git_dir is not None:
        return Path(base.git_dir) / "v3-migrate"  # never part of the work tree
    state = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".local" / "state"
    return Path(state) / "v3-migrate"


def _free_name(folder: Path) -> Path:
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    number = 1
    while (name := folder / f"undo-{stamp}{f'-{number}' if number > 1 else ''}.patch").exists():
        number += 1
    return name


def _undo_command(base: Base, patch: Path) -> str:
    if os.path.realpath(os.curdir) == base.top:
        return shlex.join(["git", "apply", "-R", os.path.relpath(patch) if base.git_dir else str(patch)])
    # In a folder further down git would pass over, in silence, whatever lies outside of it.
    return shlex.join(["git", "-C", base.top, "apply", "-R", str(patch)])
