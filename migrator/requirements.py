"""The dependencies that a project declares, so that rules know which versions the new code will meet."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from migrator.dependencies import formats


def declared(paths: Sequence[str]) -> dict[str, str]:
    """Return normalised name to version specifier ('' when unpinned), from the files beside `paths` and above.

    The nearest declaration of a name counts. Files that cannot be read, or parsed, declare nothing.
    """
    found: dict[str, str] = {}
    for folder in _folders(paths):
        for path in formats.files(folder):
            kind = formats.format_of(path)
            for name, version in kind.declared(_text(path)) if kind is not None else ():
                found.setdefault(name, version)
    return found


def _folders(paths: Sequence[str]) -> Iterator[str]:
    seen = set()
    for path in paths:
        folder = os.path.realpath(path)
        if not os.path.isdir(folder):
            folder = os.path.dirname(folder)
        while folder not in seen:
            seen.add(folder)
            yield folder
            if os.path.exists(os.path.join(folder, ".git")):
                break
            folder = os.path.dirname(folder)


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return formats.decoded(file.read())[0]
    except OSError:
        return ""
