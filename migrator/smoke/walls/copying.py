"""Copies a project for a run: only what is its own, so that nothing in the copy leads back out."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

#: What a run does without: the history and what tools keep; virtual environments are known by what is in them.
_LEFT_OUT = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".tox",
        ".nox",
        "node_modules",
        "__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
    }
)


def copy_project(source: Path, target: Path) -> list[str]:
    """Copy the folders, files and links of a project; return the links that lead out of it, which are left out.

    Devices, sockets and pipes are left out, too: reading them might never end.

    Raises:
        OSError: something cannot be read, or written.
    """
    root = Path(os.path.realpath(source))
    return [str(path.relative_to(root)) for path in _copied(root, root, target)]


def _copied(folder: Path, root: Path, target: Path) -> Iterator[Path]:
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path, copy = Path(entry.path), target / entry.name
        if entry.name in _LEFT_OUT or os.path.isfile(path / "pyvenv.cfg"):
            continue
        if entry.is_symlink():
            led = os.path.realpath(path)
            if led != str(root) and not led.startswith(f"{root}{os.sep}"):
                yield path
            else:
                copy.symlink_to(os.path.relpath(led, os.path.realpath(folder)))
        elif entry.is_dir():
            yield from _copied(path, root, copy)
        elif stat.S_ISREG(entry.stat().st_mode):
            shutil.copy2(path, copy)
