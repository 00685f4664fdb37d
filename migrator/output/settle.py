"""Takes runs back: at once when one fails, afterwards when one was cut off, and on request when one is finished."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from migrator.files.git import Base, base_of, real
from migrator.files.paths import shown
from migrator.output.folder import Folder
from migrator.output.interrupts import held_back
from migrator.output.journal import DONE, Change, Record, records
from migrator.output.unfinished import RUNNING, state_folder


@dataclass(slots=True)
class TakenBack:
    """What became of the files of a run.

    Attributes:
        files: those that are as they were before the run, and were not when this began.
        kept: those that somebody has changed since; they were left alone.
        failed: those that could not be put back, with the reason.
    """

    record: Record
    files: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def problem(self) -> str:
        """Return what a user has to know and to do; empty if all is well."""
        told = ""
        if self.failed:
            told += f"could not be put back:{_listed(self.failed)}\nOnce it can be, `v3-migrate undo` does it."
        if self.kept:
            told += "\n" * bool(told) + f"changed since, and left alone:{_listed(self.kept)}"
        return told


def _listed(names: Sequence[str]) -> str:
    return "".join(f"\n  {name}" for name in names)


def taken_back(record: Record) -> TakenBack:
    """Put back every file of a run whose lock we hold; forget its record, unless a file has to be left for later."""
    result = TakenBack(record)
    for change in reversed(list(record.allowed())):
        try:
            with Folder(change.folder) as folder:
                folder.unlink(change.staged)
                content = folder.read(change.name)
                if content == change.before:
                    continue
                if content != change.after:
                    result.kept.append(shown(change.target))
                    continue
                folder.stage(change.name, change.staged, change.before)
                folder.replace(change.staged, change.name)
                folder.flush()
                result.files.append(shown(change.target))
        except (FileNotFoundError, NotADirectoryError):
            result.kept.append(shown(change.target))
        except OSError as error:
            result.failed.append(f"{shown(change.target)}: {(error.strerror or str(error)).lower()}")
    if result.failed:
        record.let_go()
    else:
        record.forget()
    return result


def undone(record: Record) -> TakenBack:
    """Take a finished run back."""
    if record.reopen():
        return taken_back(record)
    return TakenBack(record, failed=["another run is at it"])


def settled(record: Record) -> str:
    """Bring a run that was cut off to an end: it is finished, or taken back. Return what to tell; empty for nothing."""
    if not record.take_over():
        return f"another run, of {record.started}, is writing files now"
    if record.changes and all(_holds(change, change.after) for change in record.changes):
        record.finish()
        return f"the run of {record.started} was cut off when all was written; it is complete"
    result = taken_back(record)
    count = len(result.files)
    what = f"{count} file{'s' * (count != 1)} put back" if count else "no file was changed"
    problem = result.problem()
    told = f"the run of {record.started} was cut off: {what}" + f"\n{problem}" * bool(problem)
    return told if record.changes else ""


def _holds(change: Change, content: bytes) -> bool:
    try:
        with Folder(change.folder) as folder:
            return folder.read(change.name) == content
    except OSError:
        return False


def changed_since(record: Record) -> list[Change]:
    """Return the files of a run that are neither as it left them nor as they were before."""
    return [c for c in record.allowed() if not (_holds(c, c.after) or _holds(c, c.before))]


def settled_around(paths: Sequence[str]) -> list[str]:
    """Bring to an end what was cut off in the repositories or folders of `paths`; return what to tell a user."""
    told = []
    with held_back():
        for record in _records(paths, RUNNING):
            if concerns(record, paths) or not record.changes:
                told.append(settled(record))
            elif record.take_over():
                record.let_go()
                told.append(
                    f"a run of {record.started} was cut off in {os.path.dirname(record.changes[0].target)}: "
                    f"`v3-migrate undo {record.identifier}` takes it back"
                )
    return [message for message in told if message]


def finished(paths: Sequence[str]) -> Iterator[Record]:
    """Yield the finished runs that concern `paths`, the newest first."""
    yield from (record for record in reversed(_records(paths, DONE)) if concerns(record, paths))


def unfinished(paths: Sequence[str]) -> Iterator[Record]:
    """Yield the runs that were cut off, or are at work, the newest first."""
    yield from reversed(_records(paths, RUNNING))


def concerns(record: Record, paths: Sequence[str]) -> bool:
    """Return whether a run has to do with files or folders, or with the work trees they lie in."""
    tops = [real(path) for path in paths] + [base.top for base in _bases(paths) if base.git_dir is not None]
    roots = tuple(top.rstrip(os.sep) + os.sep for top in tops)
    return any(f"{change.target}{os.sep}".startswith(roots) for change in record.changes)


def _bases(paths: Sequence[str]) -> list[Base]:
    folders = {real(path) if os.path.isdir(path) else os.path.dirname(real(path)) for path in paths}
    return list(dict.fromkeys(base_of(folder) for folder in sorted(folders)))


def _records(paths: Sequence[str], state: str) -> list[Record]:
    """Return each record once, oldest first: the user's own copy rather than one that a repository may have brought."""
    found = {record.identifier: record for record in records(state_folder(), state)}
    for base in _bases(paths):
        if base.git_dir is not None:
            for record in records(os.path.join(base.git_dir, "v3-migrate"), state, confined=base.top):
                found.setdefault(record.identifier, record)
    return [found[identifier] for identifier in sorted(found)]
