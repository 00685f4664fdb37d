"""The dependencies that a project declares, so that rules know which versions the new code will meet."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence

_REQUIREMENT = re.compile(
    r"\s*(?P<name>[A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?(?P<version>[^;#)@]*)\)?\s*(?:;.*|#.*)?$"
)
_SIGNED = re.compile(r"[<>=!~]")


def declared(paths: Sequence[str]) -> dict[str, str]:
    """Return normalised name to version specifier ('' when unpinned), from the files beside `paths` and above.

    The nearest declaration of a name counts. Files that cannot be read, or parsed, declare nothing.
    """
    found: dict[str, str] = {}
    for folder in _folders(paths):
        for name, version in _declared_in(folder):
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), version)
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


def _declared_in(folder: str) -> Iterator[tuple[str, str]]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        path = os.path.join(folder, name)
        if re.fullmatch(r"requirements.*\.(txt|in)", name):
            yield from _requirements(_text(path).splitlines())
        elif name == "pyproject.toml":
            yield from _pyproject(_text(path))


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return ""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return data.decode(encoding, "replace")


def _requirements(lines: Sequence[object]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if not isinstance(line, str) or line.lstrip().startswith(("#", "-")):
            continue
        match = _REQUIREMENT.match(re.split(r"\s(?:#|--)", line)[0].rstrip(" \\"))
        if match:
            yield match["name"], match["version"].strip()


def _pyproject(text: str) -> Iterator[tuple[str, str]]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    project = _table(document.get("project"))
    lists = [project.get("dependencies"), *_table(project.get("optional-dependencies")).values()]
    lists += [*_table(document.get("dependency-groups")).values()]
    for requirements in lists:
        if isinstance(requirements, list):
            yield from _requirements(requirements)
    poetry = _table(_table(document.get("tool")).get("poetry"))
    groups = [_table(group).get("dependencies") for group in _table(poetry.get("group")).values()]
    for dependencies in (poetry.get("dependencies"), poetry.get("dev-dependencies"), *groups):
        for name, value in _table(dependencies).items():
            version = _table(value).get("version", "") if isinstance(value, dict) else value
            if name != "python" and isinstance(version, str):
                yield name, _specifier(version)


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _specifier(version: str) -> str:
    """Return Poetry's notation as a version specifier: a caret bounds the leftmost part that is not zero."""
    version = version.strip()
    if version in ("", "*"):
        return ""
    if version.startswith("^"):
        parts = version[1:].split(".")
        at = next((i for i, part in enumerate(parts) if part != "0"), len(parts) - 1)
        upper = [*parts[:at], str(int(parts[at]) + 1) if parts[at].isdigit() else parts[at]]
        return f">={version[1:]},<{'.'.join(upper)}"
    return version if _SIGNED.match(version) else f"=={version}"
