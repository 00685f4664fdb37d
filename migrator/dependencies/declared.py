"""The dependencies of a project, declared or installed, so that rules know which versions the new code will meet."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping

from migrator.dependencies import formats

_ENVIRONMENTS = (".venv", "venv", "env")
_BOUNDED = re.compile(r"<|==|~=")
_INSTALLED = re.compile(r"(?P<name>[^-]+)-(?P<version>\d[^-]*)\.dist-info")


class Requirements:
    """What projects depend on, folder by folder; each folder is read once."""

    def __init__(self) -> None:
        self._folders: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {}

    def of(self, folder: str, with_installed: bool = True) -> dict[str, str]:
        """Return normalised name to version specifier ('' when unpinned), from the files in `folder` and above.

        The nearest declaration of a name counts. Files that cannot be read, or parsed, declare nothing. What is
        installed in a virtual environment of the project raises a declaration without an upper bound to that version,
        if it is to count.
        """
        found: dict[str, str] = {}
        installed: dict[str, str] = {}
        for here in _upwards(folder):
            if here not in self._folders:
                self._folders[here] = _first(_installed(here)), _first(_declared(here))
            there, asked = self._folders[here]
            installed = {**there, **installed} if with_installed else {}
            found = {**asked, **found}
        for name, version in installed.items():
            if not _BOUNDED.search(found.get(name, "")):
                found[name] = ",".join(filter(None, [found.get(name), f">={version}"]))
        return found


def _declared(folder: str) -> Iterator[tuple[str, str]]:
    """Yield what the dependency files of a folder ask for."""
    for path in formats.files(folder):
        kind = formats.format_of(path)
        if kind is not None:
            yield from kind.declared(formats.text_of(path))


def _first(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, version in pairs:
        found.setdefault(name, version)
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


def _upwards(folder: str) -> Iterator[str]:
    """Yield a folder and those above it, up to the top of the repository."""
    here = os.path.realpath(folder or os.curdir)
    while True:
        yield here
        parent = os.path.dirname(here)
        if parent == here or os.path.exists(os.path.join(here, ".git")):
            return
        here = parent
