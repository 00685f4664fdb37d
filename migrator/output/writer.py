"""Writes the files of a run, all of them or none, and leaves a patch that takes it back."""

from __future__ import annotations

import errno
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from migrator.analysis.outcome import Outcome
from migrator.files.git import Base, GitError, by_base, real, uncommitted
from migrator.files.paths import shown
from migrator.output import journal, settle
from migrator.output.folder import Folder
from migrator.output.interrupts import Held, held_back


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

    What is to be done is put on record, and each new text beside its file, all of it on disk, before the first file is
    replaced; replacing is a rename. When anything fails, or a signal asks to end, what was replaced is put back first.

    Raises:
        WritingError: the disk refused; every file is as it was, or the message says which is not.
    """
    result = Written()
    with held_back() as held:
        files = [
            (outcome.target or real(outcome.path), outcome.before, outcome.after)
            for outcome in outcomes
            if outcome.changed and not _stale(outcome, result)
        ]
        if files:
            shown_as = {outcome.target or real(outcome.path): outcome.path for outcome in outcomes}
            record = journal.new(files)
            _replace_all(record, held, shown_as)
            result.paths = [shown_as[change.target] for change in record.changes]
            result.undo = [_undo_command(base, patch) for base, patch in record.patches()]
    return result


def _stale(outcome: Outcome, result: Written) -> bool:
    folder, name = os.path.split(outcome.target or real(outcome.path))
    try:
        with Folder(folder) as here:
            same = here.read(name) == outcome.before
    except OSError as error:
        if isinstance(error, PermissionError):
            raise _failed(outcome.path, error) from error
        same = False  # it is gone, or a link leads elsewhere by now
    if not same:
        result.changed_meanwhile.append(outcome)
    return not same


def _replace_all(record: journal.Record, held: Held, shown_as: Mapping[str, str]) -> None:
    try:
        record.keep()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WritingError(f"nothing written: the way back cannot be kept in {error.filename}: {reason}") from error
    current = ""
    try:
        for change in record.changes:
            held.check()
            current = shown_as[change.target]
            with Folder(change.folder) as folder:
                folder.stage(change.name, change.staged, change.after)
        for change in record.changes:
            held.check()
            current = shown_as[change.target]
            with Folder(change.folder) as folder:
                if folder.read(change.name) != change.before:
                    raise OSError(errno.EBUSY, "changed at this very moment")
                folder.replace(change.staged, change.name)
        for path in {change.folder for change in record.changes}:
            with Folder(path) as folder:
                folder.flush()
        held.check()
        current = "the record of this run"
        record.finish()
    except BaseException as error:
        problem = settle.taken_back(record).problem()
        if isinstance(error, OSError):
            raise _failed(current, error, problem) from error
        if problem:
            raise WritingError(problem) from error
        raise


def _failed(path: str, error: OSError, problem: str = "") -> WritingError:
    reason = (error.strerror or str(error)).lower()
    if problem:
        return WritingError(f"{path}: {reason}\n{problem}")
    return WritingError(f"nothing written: {path}: {reason}; every file is as it was")


def take_back(outcomes: Sequence[Outcome]) -> str:
    """Put back what `write` replaced, where nobody has changed it since; return what a user has to know about it."""
    files = {outcome.target or real(outcome.path): outcome.after for outcome in outcomes if outcome.changed}
    with held_back():
        for record in settle.finished(list(files)):
            if any(files.get(change.target) == change.after for change in record.changes):
                return settle.undone(record).problem()
    return ""


def _undo_command(base: Base, patch: str) -> str:
    if base.refusal:
        return "v3-migrate undo"  # git would refuse this, too
    if os.path.realpath(os.curdir) == base.top:
        return shlex.join(["git", "apply", "-R", os.path.relpath(patch) if base.git_dir else patch])
    # In a folder further down git would pass over, in silence, whatever lies outside of it.
    return shlex.join(["git", "-C", base.top, "apply", "-R", patch])
