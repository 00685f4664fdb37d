"""Which files of a folder declare dependencies, and how each is read and edited."""

from __future__ import annotations

import os
import re

from migrator.dependencies import environment, locks, pyproject, requirements_file, setup_cfg, setup_py
from migrator.dependencies.edits import Format
from migrator.files.paths import regular

_REQUIREMENTS = Format(requirements_file.declared, requirements_file.edit)
_CONSTRAINTS = Format(requirements_file.declared, requirements_file.edit_constraints)
_NAMED = {
    "pyproject.toml": Format(pyproject.declared, pyproject.edit),
    "Pipfile": Format(pyproject.declared_pipfile, pyproject.edit_pipfile),
    "setup.cfg": Format(setup_cfg.declared, setup_cfg.edit),
    "setup.py": Format(setup_py.declared, setup_py.edit),
    **{name: Format(locks.declared, locks.editor(name)) for name in locks.COMMANDS},
}
_PATTERNS = (
    (re.compile(r"(?:[\w.-]*[-_.])?constraints?(?:[-_.][\w.-]*)?\.(?:txt|in)", re.IGNORECASE), _CONSTRAINTS),
    (re.compile(r"(?:[\w.-]*[-_.])?requirements?(?:[-_.][\w.-]*)?\.(?:txt|in|pip)", re.IGNORECASE), _REQUIREMENTS),
    (re.compile(r"pylock\.[\w-]+\.toml"), Format(locks.declared, locks.editor("pylock.toml"))),
    (
        re.compile(r"(?:conda[-_.])?(?:environment|env)(?:[-_.][\w.-]*)?\.ya?ml"),
        Format(environment.declared, environment.edit),
    ),
)


def format_of(path: str) -> Format | None:
    """Return how a file is read, by its name and that of its folder; None if it declares nothing."""
    folder, name = os.path.split(path)
    if name in _NAMED:
        return _NAMED[name]
    for pattern, found in _PATTERNS:
        if pattern.fullmatch(name):
            return found
    return _REQUIREMENTS if os.path.basename(folder) == "requirements" and name.endswith((".txt", ".in")) else None


def included(path: str, named: str) -> tuple[str, Format]:
    """Return the file that a requirements file includes, and how it is read, whatever its name."""
    target = os.path.normpath(os.path.join(os.path.dirname(path), named))
    return target, format_of(target) or _REQUIREMENTS


def files(folder: str) -> list[str]:
    """Return the files of a folder, and of its folder `requirements`, that declare dependencies, by name."""
    found = []
    for here in (folder, os.path.join(folder, "requirements")):
        try:
            names = sorted(os.listdir(here))
        except OSError:
            continue
        paths = (os.path.join(here, name) for name in names)
        found += [path for path in paths if format_of(path) is not None and os.path.isfile(path)]
    return found


def decoded(data: bytes) -> tuple[str, str]:
    """Return the text of a dependency file and its encoding: UTF-8 or UTF-16, else one that keeps every byte."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace"), "utf-16"
    for encoding in ("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8", "latin-1"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 has a character for every byte")


def text_of(path: str) -> str:
    """Return the text of a file; nothing if it cannot be read."""
    try:
        with open(path, "rb", opener=regular) as file:
            return decoded(file.read())[0]
    except OSError:
        return ""
