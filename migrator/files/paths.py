"""Names of files: as this process opens them, and as the report shows them (relative, with `/`)."""

from __future__ import annotations

import os

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


def inside(path: str, root: str) -> bool:
    """Return whether the file that `path` leads to lies in the folder that `root` leads to."""
    top = os.path.realpath(root)
    return os.path.realpath(path).startswith(top.rstrip(os.sep) + os.sep)


def repository_of(path: str) -> str | None:
    """Return the folder at the top of the repository that a file lies in; None outside of any."""
    folder = os.path.dirname(os.path.realpath(path))
    while not os.path.exists(os.path.join(folder, ".git")):
        if folder == os.path.dirname(folder):
            return None
        folder = os.path.dirname(folder)
    return shown(folder)
