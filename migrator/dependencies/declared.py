"""The dependencies of a project, declared or installed, so that rules know which versions the new code will meet."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from migrator.dependencies import formats

_ENVIRONMENTS = (".venv", "venv", "env")
_BOUNDED = re.compile(r"<|==|~=")
_INSTALLED = re.compile(r"(?P<name>[^-]+)-(?P<version>\d[^-]*)\.dist-info")


def declared(paths: Sequence[str]) -> dict[str, str]:
    """Return normalised name to version specifier ('' when unpinned), from the files beside `paths` and above.

    The nearest declaration of a name counts. Files that cannot be read, or parsed, declare nothing. What is installed
    in a virtual environment of the project raises a declaration without an upper bound to that version.
    """
    found: dict[str, str] = {}
    installed: dict[str, str] = {}
    for folder in _folders(paths):
        for name, version in _installed(folder):
            installed.setdefault(name, version)
        for path in formats.files(folder):
            kind = formats.format_of(path)
            for name, version in kind.declared(formats.text_of(path)) if kind is not None else ():
                found.setdefault(name, version)
    for name, version in installed.items():
        if not _BOUNDED.search(found.get(name, "")):
            found[name] = ",".join(filter(None, [found.get(name), f">={version}"]))
    return found


def _installed(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the normalised name and the version of each package in the virtual environments of a folder."""
    for environment in _ENVIRONMENTS:
        root = os.path.join(folder, environment)
        if not os.path.isfile(os.path.join(root, "pyvenv.cfg")):
            continue
        versions = [os.path.join(root, "lib", name) for name in _names(os.path.join(root, "lib"))]
        for place in (*versions, os.path.join(root, "Lib")):
            for name in _names(os.path.join(place, "site-packages")):
                match = _INSTALLED.fullmatch(name)
                if match is not None:
                    yield re.sub(r"[-_.]+", "-", match["name"]).lower(), match["version"]


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


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
