"""The user's `[tool.v3-migrate]` in pyproject.toml."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

_TABLE = b"v3-migrate"
_T = TypeVar("_T")


class ConfigurationError(ValueError):
    """The table cannot be used; the message names file and key."""


@dataclass(frozen=True, slots=True)
class Config:
    """Settings that a project keeps; the command line goes before them.

    Attributes:
        per_file_ignores: glob to rule codes that do not apply to the files it matches.
    """

    exclude: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unsafe: bool = False
    harden: bool = False
    todo: bool = True
    speech_model: str | None = None
    region: str | None = None


def load(paths: Sequence[str]) -> Config:
    """Return the settings in the pyproject.toml nearest to the first of `paths`, upwards.

    Raises:
        ConfigurationError: the file is no TOML, or the table has a key or a value that is not known.
    """
    folder = os.path.realpath(paths[0] if paths and os.path.exists(paths[0]) else os.curdir)
    if not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    while True:
        name = os.path.join(folder, "pyproject.toml")
        if os.path.isfile(name):
            with open(name, "rb") as file:
                data = file.read()
            # A TOML parser is not loaded for a project that has nothing to say to this tool.
            return _parse(name, data) if _TABLE in data else Config()
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return Config()
        folder = parent


def _parse(name: str, data: bytes) -> Config:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}: {error}") from None
    tool = document.get("tool", {})
    table = tool.get("v3-migrate", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise ConfigurationError(f"{name}: tool.v3-migrate must be a table")
    reader = _Reader(f"{name}: tool.v3-migrate", dict(table))
    config = Config(
        exclude=reader.strings("exclude"),
        select=reader.strings("select"),
        ignore=reader.strings("ignore"),
        per_file_ignores=reader.globs("per-file-ignores"),
        unsafe=reader.value("unsafe", bool, False),
        harden=reader.value("harden", bool, False),
        todo=reader.value("todo", bool, True),
        speech_model=reader.value("speech-model", str, "") or None,
        region=reader.value("region", str, "") or None,
    )
    if config.region not in (None, "us", "eu"):
        raise ConfigurationError(f"{reader.where}.region: 'us' or 'eu', not {config.region!r}")
    reader.finish()
    return config


@dataclass(slots=True)
class _Reader:
    where: str
    table: dict[str, object]

    def value(self, key: str, kind: type[_T], default: _T) -> _T:
        found = self.table.pop(key, default)
        if not isinstance(found, kind):
            raise ConfigurationError(f"{self.where}.{key}: {kind.__name__} expected")
        return found

    def strings(self, key: str) -> tuple[str, ...]:
        return self._strings(key, self.table.pop(key, []))

    def _strings(self, key: str, found: object) -> tuple[str, ...]:
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise ConfigurationError(f"{self.where}.{key}: a list of strings expected")
        return tuple(str(item) for item in found)

    def globs(self, key: str) -> dict[str, tuple[str, ...]]:
        table = self.table.pop(key, {})
        if not isinstance(table, dict):
            raise ConfigurationError(f"{self.where}.{key}: a table of glob = [codes] expected")
        return {str(glob): self._strings(f"{key}.{glob}", codes) for glob, codes in table.items()}

    def finish(self) -> None:
        if self.table:
            raise ConfigurationError(f"{self.where}: unknown key {sorted(self.table)[0]!r}")
