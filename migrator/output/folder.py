"""A folder that files are replaced in: opened once, with no link on the way to it, and written through."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from types import TracebackType
from typing import Any

from migrator.files.paths import NOT_REGULAR, OPENING

_BY_DESCRIPTOR = {os.open, os.stat, os.unlink, os.rename} <= os.supports_dir_fd and hasattr(os, "O_DIRECTORY")
"""Whether the system can say "the file of this name in that very folder": all but Windows."""

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_WALKING = getattr(os, "O_PATH", os.O_RDONLY)  # passes through folders that may not be listed

_OURS = ("user.", "system.posix_acl_access")
"""Extended attributes that are the owner's to set; the others are the system's, which sets them itself."""


class Folder:
    """A context manager: the folder stays open meanwhile.

    Whoever swaps the folder for a link, or for another folder, while files are being written does not lead us astray.

    Args:
        path: absolute, without links.

    Raises:
        OSError: there is no such folder, or a link is on the way.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor = _opened(path) if _BY_DESCRIPTOR else -1

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if _BY_DESCRIPTOR:
            os.close(self._descriptor)

    def _at(self, name: str) -> tuple[str, dict[str, Any]]:
        if _BY_DESCRIPTOR:
            return name, {"dir_fd": self._descriptor}
        return os.path.join(self.path, name), {}

    def _opened(self, name: str) -> int:
        where, at = self._at(name)
        descriptor = os.open(where, OPENING | _NO_LINK, **at)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, NOT_REGULAR, name)
        return descriptor

    def read(self, name: str) -> bytes:
        """Return the content of a regular file, which is no link.

        Raises:
            OSError: there is none, or it cannot be read.
        """
        with os.fdopen(self._opened(name), "rb") as file:
            return file.read()

    def stage(self, name: str, staged: str, data: bytes) -> None:
        """Put `data` on disk under the name `staged`, with all that `name` has besides its content.

        Raises:
            OSError: it cannot be done, or not without loss; nothing is left behind.
        """
        where, at = self._at(staged)
        source = self._opened(name)
        try:
            status = os.fstat(source)
            self._check(name, status)
            target = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600, **at)
            try:
                with os.fdopen(target, "wb") as file:
                    file.write(data)
                    file.flush()
                    _copy_attributes(source, target, status)
                    if os.chmod not in os.supports_fd:
                        os.chmod(where, stat.S_IMODE(status.st_mode))
                    os.fsync(target)
            except BaseException:
                self.unlink(staged)
                raise
        finally:
            os.close(source)

    def _check(self, name: str, status: os.stat_result) -> None:
        where, at = self._at(name)
        if not os.access(where, os.W_OK, **at):
            raise PermissionError(errno.EACCES, "read-only file", name)
        if status.st_nlink > 1:
            # Replaced under this name, it would keep its old text under the others.
            message = f"one file with {status.st_nlink} names (hard links), which would be parted"
            raise OSError(errno.EMLINK, message, name)

    def replace(self, staged: str, name: str) -> None:
        """Let `name` be what was staged, at once.

        Raises:
            OSError: it cannot be done; `name` is as it was.
        """
        if _BY_DESCRIPTOR:
            os.replace(staged, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        else:
            os.replace(self._at(staged)[0], self._at(name)[0])

    def unlink(self, name: str) -> None:
        """Remove a file if it is there and can be removed."""
        where, at = self._at(name)
        with suppress(OSError):
            os.unlink(where, **at)

    def flush(self) -> None:
        """Have the names in this folder on disk."""
        if _BY_DESCRIPTOR:
            with suppress(OSError):  # a folder that may be written to and not read cannot be flushed
                os.fsync(self._descriptor)


def _opened(path: str) -> int:
    here = os.open(os.sep, _WALKING | os.O_DIRECTORY)
    for part in [part for part in path.split(os.sep) if part]:
        try:
            there = os.open(part, _WALKING | os.O_DIRECTORY | _NO_LINK, dir_fd=here)
        finally:
            os.close(here)
        here = there
    try:
        return os.open(".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=here)  # one that can be flushed
    except PermissionError:
        return os.dup(here)
    finally:
        os.close(here)


def _copy_attributes(source: int, target: int, status: os.stat_result) -> None:
    """Give a new file owner, mode, extended attributes and access list of an old one, in this order.

    Each would undo some of those after it: a change of owner clears modes, a mode is the mask of an access list.
    """
    if hasattr(os, "fchown"):
        with suppress(PermissionError):  # only the owner's own files can be given away; the mode matters more
            os.fchown(target, status.st_uid, status.st_gid)
    if os.chmod in os.supports_fd:
        os.chmod(target, stat.S_IMODE(status.st_mode))
    if hasattr(os, "listxattr"):
        try:
            names = os.listxattr(source)
        except OSError as error:
            if error.errno not in (errno.ENOTSUP, errno.ENOSYS):
                raise
            names = []
        for name in names:
            if name.startswith(_OURS):
                os.setxattr(target, name, os.getxattr(source, name))
