"""How long lines may be, as the formatters and linters of a project are told: ruff, black, flake8, EditorConfig."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache

from migrator.files.paths import regular

_DEFAULT = 88
"""What ruff and black take if their section says nothing."""
_SECTION = re.compile(r"\[+\s*(?P<name>[^\]]*?)\s*\]+")
_LENGTH = re.compile(r"(?:line[-_]length|max[-_]line[-_]length)\s*=\s*(?P<length>\d+)", re.IGNORECASE)
_FILES = {
    # the section that counts in each file, the first that says something
    "ruff.toml": (("", True),),
    ".ruff.toml": (("", True),),
    "pyproject.toml": (("tool.ruff", True), ("tool.black", True)),
    "setup.cfg": (("flake8", False), ("pycodestyle", False)),
    "tox.ini": (("flake8", False), ("pycodestyle", False)),
    ".flake8": (("flake8", False),),
    ".editorconfig": (("*.py", False), ("*.{py,pyi}", False), ("*", False)),
}
"""Files, with the sections of each, and whether a section that names no length means the default of the tool."""


@lru_cache(maxsize=1024)
def of(folder: str) -> int | None:
    """Return what the nearest file says that says something (characters), up to the repository's top.

    None if none does.
    """
    for name, sections in _FILES.items():
        found = dict(_sections(os.path.join(folder, name)))
        for section, has_default in sections:
            length = found.get(section)
            if length is not None or (has_default and section in found):
                return length or _DEFAULT
    above = os.path.dirname(folder)
    if above == folder or os.path.exists(os.path.join(folder, ".git")):
        return None
    return of(above)


def _sections(path: str) -> Iterator[tuple[str, int | None]]:
    """Yield the sections of a file of settings, TOML or INI, each with the length that it names."""
    try:
        with open(path, encoding="utf-8", errors="replace", opener=regular) as file:
            lines = file.read().splitlines()
    except OSError:
        return
    name, length = "", None
    for line in lines:
        section = _SECTION.fullmatch(line.partition("#")[0].strip())
        if section is not None:
            yield name, length
            name, length = section["name"], None
        elif (said := _LENGTH.match(line.strip())) is not None:
            length = int(said["length"])
    yield name, length
