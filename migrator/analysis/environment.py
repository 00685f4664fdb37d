"""Which settings a program reads: they move together, or neither does."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from migrator.analysis.import_graph import Group
from migrator.documents.configuration_file import NAMES, ConfigurationFile
from migrator.documents.module import DecodingError
from migrator.files.paths import PARSE_LIMIT, regular


def joined(groups: Sequence[Group], paths: Iterable[str], is_sourced: Callable[[str], bool]) -> list[Group]:
    """Return the groups, each with the files of settings whose keys its files name.

    Groups that read the same file become one.

    Args:
        paths: files that mention v2 and are no Python, nor made from other files.
        is_sourced: whether a shell reads a file, too.
    """
    settings = {path: found for path in paths if NAMES.search(path) and (found := _asked(path, is_sourced)) is not None}
    if not settings:
        return list(groups)
    result: list[Group] = []
    for group in groups:
        words = {word.casefold() for path in group.paths for word in _words(path)}
        used = {path: found for path, found in settings.items() if any(_is_in(s.key, words) for s in found.settings)}
        used = {path: own for path, found in used.items() if (own := _of_group(path, found, group)).settings}
        variables: dict[str, list[tuple[str, str]]] = {}
        for path, found in used.items():
            for setting in found.settings:
                variables.setdefault(setting.key, []).append((path, setting.variable))
                if found.is_lone(setting.key):
                    variables.setdefault(f".{setting.key}", []).append((path, setting.variable))
        mine = replace(
            group,
            paths=(*group.paths, *(path for path in used if path not in group.paths)),
            variables={key: tuple(places) for key, places in variables.items()},
        )
        for other in [other for other in result if other.configuration & mine.configuration]:
            result.remove(other)
            mine = Group(
                tuple(dict.fromkeys([*other.paths, *mine.paths])),
                other.hits | mine.hits,
                {
                    key: tuple(dict.fromkeys([*other.variables.get(key, ()), *mine.variables.get(key, ())]))
                    for key in {**other.variables, **mine.variables}
                },
            )
        result.append(mine)
    return result


def _of_group(path: str, found: ConfigurationFile, group: Group) -> ConfigurationFile:
    """Return the settings of a file without those that a program of the group has otherwise in a nearer file."""
    nearer = {_nearest(os.path.basename(path), os.path.dirname(program)) for program in group.paths} - {path, None}
    others = [other for near in nearer if near is not None and (other := _read(near)) is not None]
    kept = [one for one in found.settings if not any(other.names_otherwise(one.key) for other in others)]
    return replace(found, settings=tuple(kept))


def _nearest(name: str, folder: str) -> str | None:
    """Return the file of a name in a folder, or in the nearest one above it that has one."""
    while True:
        path = f"{folder}/{name}" if folder else name
        if os.path.isfile(path):
            return path
        if not folder or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = os.path.dirname(folder)


def _asked(path: str, is_sourced: Callable[[str], bool]) -> ConfigurationFile | None:
    """Return what is set in a file; only values in quotes if a shell reads it."""
    found = _read(path)
    if found is None or not found.settings:
        return None
    if ".env" in os.path.basename(path) and found.without_plain() != found and is_sourced(path):
        found = found.without_plain()
    return found if found.settings else None


def _is_in(key: str, words: Collection[str]) -> bool:
    """Return whether a program may read a key: it names it, or the rest of it and what its keys begin with."""
    key = key.casefold()
    return key in words or ("env_prefix" in words and any(key.endswith(f"_{word}") for word in words))


def _read(path: str) -> ConfigurationFile | None:
    try:
        with open(path, "rb", opener=regular) as file:
            return ConfigurationFile.decode(path, file.read(PARSE_LIMIT))
    except (OSError, DecodingError):
        return None


def _words(path: str) -> set[str]:
    try:
        with open(path, "rb", opener=regular) as file:
            return set(re.findall(r"[A-Za-z_]\w*", file.read().decode("latin-1")))
    except OSError:
        return set()
