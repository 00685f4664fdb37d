"""The record of a run that writes: kept before the first file is touched, so that every run can be taken back.

A record lies where the undo patches lie, and twice where it can: in the `v3-migrate` folder of each git directory that
is concerned, which goes wherever the repository goes, and in the user's state folder, which every later run looks into.
While the run is at work its name begins with `run-`, and the file is locked; that the lock is free means that the run
has ended without having finished. A finished run's record is called `undo-`; its patch, for `git apply -R`, lies beside
it.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from migrator.files.git import Base, by_base
from migrator.output import diff
from migrator.output.locks import lock
from migrator.output.unfinished import RUNNING, state_folder

DONE = "undo-"
"""How the name of a record begins once its run is finished."""

_IDENTIFIER = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")

STAGED = ".v3-migrate-"
"""How the names begin of texts that wait beside their file."""

KEPT = 50
"""Finished runs that can be taken back, in one folder; older records are removed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file of a run.

    Attributes:
        target: absolute, without links.
        staged: name of the new text in the same folder, until it takes the place of the old one.
    """

    target: str
    staged: str
    before: bytes
    after: bytes

    @property
    def folder(self) -> str:
        """Where both lie."""
        return os.path.dirname(self.target)

    @property
    def name(self) -> str:
        """The file's own name."""
        return os.path.basename(self.target)


@dataclass(slots=True)
class Record:
    """What a run replaces, and how far it has come.

    Attributes:
        identifier: begins with the date and time; part of the names of all its files.
        folders: where copies of it lie.
        confined: the only folder in which anything is touched on its word; empty if it is to be trusted. A repository
            may come with a record of somebody else's making.
    """

    identifier: str
    changes: Sequence[Change]
    folders: Sequence[str] = ()
    confined: str = ""
    _locks: list[int] = field(default_factory=list)

    @property
    def started(self) -> str:
        """Date and time for a person."""
        return f"{datetime.strptime(self.identifier[:15], '%Y%m%d-%H%M%S'):%Y-%m-%d %H:%M:%S}"

    def allowed(self) -> Iterator[Change]:
        """Yield the files that may be touched."""
        for change in self.changes:
            if not self.confined or _below(change.target, self.confined):
                yield change

    def keep(self) -> None:
        """Put the record on disk, locked, with the patches that it will leave.

        Raises:
            OSError: it could not be kept; its file name is that of the folder.
        """
        patches: dict[str, dict[str, bytes]] = {}
        for base, patch in _patches(self.changes).items():
            inside = patches.setdefault(_folder_of(base), {})
            inside[_numbered(len(inside))] = patch
        data, own = _encoded(self.changes), state_folder()
        kept: list[str] = []
        # The user's own first, and away last: a later run, wherever it looks, finds it and through it the others.
        for folder in dict.fromkeys([own, *patches]):
            self.folders = [*kept, folder]
            try:
                self._keep_in(folder, data, patches.get(folder, {}))
            except OSError as error:
                self._remove(folder)
                if folder in patches:
                    self.forget()
                    raise OSError(error.errno, error.strerror or str(error), folder) from error
                continue  # a repository has it: the user's own folder only serves to find it sooner
            kept.append(folder)
        self.folders = kept

    def _keep_in(self, folder: str, data: bytes, patches: Mapping[str, bytes]) -> None:
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, f"{RUNNING}{self.identifier}.json")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
        self._locks.append(descriptor)
        locked = lock(descriptor)
        _write(descriptor, data)
        for ending, patch in patches.items():
            _put(os.path.join(folder, f"{RUNNING}{self.identifier}{ending}"), patch)
        _flush(folder)
        if not locked or not os.path.samestat(os.fstat(descriptor), os.stat(path)):
            raise OSError(errno.EAGAIN, "another run took the record for an old one", path)

    def finish(self) -> None:
        """Let it be a run that can be taken back.

        Raises:
            OSError: the disk refused.
        """
        self._unlock()
        self._rename(RUNNING, DONE)
        for folder in self.folders:
            _prune(folder)

    def reopen(self) -> bool:
        """Let a finished run be one that is at work again; return False if somebody else is at it."""
        self._rename(DONE, RUNNING)
        return self.take_over()

    def take_over(self) -> bool:
        """Lock the record of a run that has ended; return False if it is still at work, or somebody else is at it."""
        for folder in self.folders:
            path = os.path.join(folder, f"{RUNNING}{self.identifier}.json")
            with suppress(OSError):
                descriptor = os.open(path, os.O_RDWR | _BINARY)
                self._locks.append(descriptor)
                if not lock(descriptor) or not os.path.samestat(os.fstat(descriptor), os.stat(path)):
                    self._unlock()
                    return False
        return bool(self._locks)

    def forget(self) -> None:
        """Remove every trace of the record."""
        self._unlock()
        for folder in reversed(self.folders):
            self._remove(folder)
            _flush(folder)

    def let_go(self) -> None:
        """Leave the record to whoever comes next."""
        self._unlock()

    def patches(self) -> list[tuple[Base, str]]:
        """Return each work tree, and where its patch lies once the run is finished."""
        found: list[tuple[Base, str]] = []
        for base in by_base(change.target for change in self.changes):
            folder = _folder_of(base)
            number = sum(_folder_of(other) == folder for other, _ in found)
            found.append((base, os.path.join(folder, f"{DONE}{self.identifier}{_numbered(number)}")))
        return found

    def _rename(self, old: str, new: str) -> None:
        for folder in reversed(self.folders):
            for name in _files(folder, old + self.identifier):
                with suppress(FileNotFoundError):
                    os.replace(os.path.join(folder, name), os.path.join(folder, new + name.removeprefix(old)))
            _flush(folder)

    def _remove(self, folder: str) -> None:
        for state in (RUNNING, DONE):
            for name in _files(folder, state + self.identifier):
                with suppress(OSError):
                    os.unlink(os.path.join(folder, name))

    def _unlock(self) -> None:
        for descriptor in self._locks:
            os.close(descriptor)
        self._locks.clear()


def _numbered(number: int) -> str:
    return f"-{number + 1}.patch" if number else ".patch"


def new(files: Iterable[tuple[str, bytes, bytes]]) -> Record:
    """Return the record of a run that is about to begin; `keep` puts it on disk.

    Args:
        files: (target, before, after) of each.
    """
    identifier = f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
    changes = [
        Change(target, f"{STAGED}{identifier[-8:]}-{number}", before, after)
        for number, (target, before, after) in enumerate(files)
    ]
    return Record(identifier, changes)


def _folder_of(base: Base) -> str:
    """Return where the records of a work tree lie; never in the tree itself."""
    return os.path.join(base.git_dir, "v3-migrate") if base.git_dir is not None else state_folder()


def records(folder: str, state: str, confined: str = "") -> list[Record]:
    """Return the records in a folder, oldest first; one that was cut off while it was being written has no changes.

    Args:
        confined: see `Record`.
    """
    found = []
    for name in _files(folder, state):
        if not name.endswith(".json"):
            continue
        identifier = name[len(state) : -len(".json")]
        if not _IDENTIFIER.fullmatch(identifier):
            continue
        try:
            with open(os.path.join(folder, name), "rb") as file:
                changes = _decoded(file.read())
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            changes = []
        record = Record(identifier, changes, [folder], confined)
        if changes and not confined:
            others = {_folder_of(base) for base in by_base(change.target for change in changes)} - {folder}
            record.folders = [folder, *others]
        found.append(record)
    return found


def _files(folder: str, prefix: str) -> list[str]:
    """Return the names that begin with `prefix`; the record itself, without which the rest is nothing, comes last."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted((name for name in names if name.startswith(prefix)), key=lambda name: (name.endswith(".json"), name))


def _prune(folder: str) -> None:
    done = [name.removesuffix(".json") for name in _files(folder, DONE) if name.endswith(".json")]
    for old in done[:-KEPT]:
        for name in _files(folder, old):
            with suppress(OSError):
                os.unlink(os.path.join(folder, name))


def _patches(changes: Sequence[Change]) -> dict[Base, bytes]:
    by_target = {change.target: change for change in changes}
    return {
        base: b"".join(diff.patch(base.relative(t), by_target[t].before, by_target[t].after) for t in targets)
        for base, targets in by_base(by_target).items()
    }


def _encoded(changes: Sequence[Change]) -> bytes:
    files = [
        {
            "target": change.target,
            "staged": change.staged,
            "before": base64.b64encode(change.before).decode(),
            "after": base64.b64encode(change.after).decode(),
        }
        for change in changes
    ]
    # The hash tells a whole record from one that the power went off on.
    body = json.dumps({"version": 1, "files": files}).encode()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _decoded(data: bytes) -> list[Change]:
    digest, _, body = data.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise ValueError("not whole")
    changes = []
    for entry in json.loads(body)["files"]:
        change = Change(
            entry["target"], entry["staged"], base64.b64decode(entry["before"]), base64.b64decode(entry["after"])
        )
        staged = change.staged
        if not os.path.isabs(change.target) or not staged.startswith(STAGED) or os.path.basename(staged) != staged:
            raise ValueError("not of our making")
        changes.append(change)
    return changes


_BINARY = getattr(os, "O_BINARY", 0)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)


def _put(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600)
    try:
        _write(descriptor, data)
    finally:
        os.close(descriptor)


def _flush(folder: str) -> None:
    """Have the names in a folder on disk, where the system can do that."""
    if os.name == "posix":
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _below(path: str, folder: str) -> bool:
    """Return whether a file lies in a folder, and not in what git keeps there."""
    inner = path.removeprefix(folder.rstrip(os.sep) + os.sep)
    return inner != path and ".git" not in inner.lower().split(os.sep)
