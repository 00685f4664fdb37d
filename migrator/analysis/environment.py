"""Which settings a program reads: they move together, or neither does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from migrator.analysis.import_graph import Group
from migrator.documents.configuration_file import NAMES, ConfigurationFile
from migrator.documents.module import DecodingError
from migrator.files.paths import PARSE_LIMIT, regular


def joined(groups: Sequence[Group], paths: Iterable[str]) -> list[Group]:
    """Return the groups, each with the files of settings whose keys its files name.

    Groups that read the same file become one.

    Args:
        paths: files that mention v2 and are no Python, nor made from other files.
    """
    settings = {path: found for path in paths if NAMES.search(path) and (found := _read(path)) is not None}
    if not settings:
        return list(groups)
    result: list[Group] = []
    for group in groups:
        words = {word for path in group.paths for word in _words(path)}
        used = {path: found for path, found in settings.items() if any(s.key in words for s in found.settings)}
        variables: dict[str, list[tuple[str, str]]] = {}
        for path, found in used.items():
            for setting in found.settings:
                variables.setdefault(setting.key, []).append((path, setting.variable))
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


def _read(path: str) -> ConfigurationFile | None:
    try:
        with open(path, "rb", opener=regular) as file:
            found = ConfigurationFile.decode(path, file.read(PARSE_LIMIT))
    except (OSError, DecodingError):
        return None
    return found if found.settings else None


def _words(path: str) -> set[str]:
    try:
        with open(path, "rb", opener=regular) as file:
            return set(re.findall(r"[A-Za-z_]\w*", file.read().decode("latin-1")))
    except OSError:
        return set()
