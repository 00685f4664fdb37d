"""Names of files: as this process opens them, and as the report shows them (relative, with `/`)."""

from __future__ import annotations

import errno
import os
import stat

NOTEBOOK = ".ipynb"
"""How the names of notebooks end. What they have printed and drawn makes them large, not their programs."""

PARSE_LIMIT = 1_000_000
"""Bytes. Nobody writes a larger file by hand, and analysing one takes minutes and gigabytes (1 MB: 2 min, 1.6 GB)."""


def shown(path: str) -> str:
    """Return `path` relative to the working directory, with `/`; a path on another drive stays absolute."""
    try:
        relative = os.path.relpath(path)
    except ValueError:
        relative = os.path.abspath(path)
    return relative.replace(os.sep, "/")


_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
"""Flags with which a pipe without a writer is opened at once, and a terminal stays nobody's."""

OPENING = os.O_RDONLY | getattr(os, "O_BINARY", 0) | _AT_ONCE
"""Flags for `os.open` to read a file that may turn out to be none."""


def regular(path: str, flags: int) -> int:
    """Open a regular file, as the `opener` of `open`; never wait for a pipe, never read a device.

    Raises:
        OSError: it is something else, or cannot be opened.
    """
    descriptor = os.open(path, flags | _AT_ONCE)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, NOT_REGULAR, path)
    return descriptor


NOT_REGULAR = "not a regular file"


def inside(path: str, root: str) -> bool:
    """Return whether the file that `path` leads to lies in the folder that `root` leads to."""
    top = os.path.realpath(root)
    return os.path.realpath(path).startswith(top.rstrip(os.sep) + os.sep)
