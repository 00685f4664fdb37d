"""`[tool.v3-migrate]` in pyproject.toml: each file has the table nearest to it, as with ruff."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from migrator.files.globs import Globs
from migrator.files.paths import regular, shown
from migrator.settings import Choices, Settings, SettingsError, meant

if TYPE_CHECKING:
    from codemods.model import Options
    from migrator.dependencies.declared import Requirements

TABLE = "v3-migrate"
_FILE = "pyproject.toml"
# A TOML parser is not loaded for a project that has nothing to say to this tool.
_MENTIONED = re.compile(rb"v3[-_. ]?migrate", re.IGNORECASE)
_SILENT = Choices()
_T = TypeVar("_T")


class Configuration:
    """The settings of one run, file by file: the command line over the nearest table.

    Folders are read when a file in them is first asked about, and once.
    """

    def __init__(self, settings: Settings) -> None:
        self._chosen = settings.chosen
        self._tables: dict[str, Choices] = {}
        self._reals: dict[str, str] = {}
        self._options: dict[str, Options] = {}
        self._requirements: Requirements | None = None
        self._known: set[str] = set()
        self.files: list[str] = []
        """Every file with a table that was read."""
        for path in settings.paths:
            # What is wrong with a table is said although nothing may be found that it applies to.
            if os.path.isdir(path):
                self._table(path)
            elif os.path.exists(path):
                self.table(path)

    def table(self, path: str) -> Choices:
        """Return what the table nearest to a file says.

        Raises:
            SettingsError: the table is wrong.
        """
        return self._table(path.rpartition("/")[0])

    def excluded(self, path: str) -> bool:
        """Return whether the user keeps a file out of the run."""
        return self._chosen.exclude.match(path) or self.table(path).exclude.match(path)

    def options(self, path: str) -> Options:
        """Return what rules are to know of the user's choices, as far as one file is concerned.

        Raises:
            SettingsError: a code is named that no rule has.
        """
        folder = path.rpartition("/")[0]
        if folder not in self._options:
            self._options[folder] = self._folder_options(folder)
        options = self._options[folder]
        extra = [code for globs, codes in self.table(path).per_file_ignores if globs.match(path) for code in codes]
        return replace(options, ignore=(*options.ignore, *extra)) if extra else options

    def _folder_options(self, folder: str) -> Options:
        from codemods.model import ASKED_REQUIREMENTS, Options
        from migrator.dependencies.declared import Requirements

        chosen, table = self._chosen, self._table(folder)
        self._check_known((*chosen.codes, *table.codes))
        words = {
            "speech_model": chosen.speech_model or table.speech_model,
            "region": chosen.region or table.region,
        }
        if self._requirements is None:
            self._requirements = Requirements()
        declared = self._requirements.of(folder)
        return Options(
            **{name: word for name, word in words.items() if word is not None},
            unsafe=_first(chosen.unsafe, table.unsafe, False),
            harden=_first(chosen.harden, table.harden, False),
            todo=_first(chosen.todo, table.todo, True),
            select=chosen.select or table.select,
            ignore=chosen.ignore or table.ignore,
            requirements={name: declared[name] for name in ASKED_REQUIREMENTS if name in declared},
        )

    def _check_known(self, codes: Iterable[str]) -> None:
        """Make sure that each code is one, or the beginning of one: what means nothing must not make a check pass."""
        new = set(codes) - self._known
        if not new:
            return
        from migrator.explain import summaries

        known = tuple(summaries())
        for prefix in sorted(new):
            if not any(code.startswith(prefix) for code in known):
                hint = meant(prefix, known) or "; `v3-migrate explain` lists them all"
                raise SettingsError(f"no rule has a code like {prefix!r}{hint}")
        self._known |= new

    def _table(self, folder: str) -> Choices:
        """Return what the table nearest to a folder says; one above the top of a repository is not its business."""
        found = self._tables.get(folder)
        if found is None:
            found = self._tables[folder] = self._upwards(self._real(folder))
        return found

    def _real(self, folder: str) -> str:
        """Return where a folder really is: where the one above it is, if it is no link, which saves asking for all."""
        if folder not in self._reals:
            above, _, name = folder.rpartition("/")
            if not name or name.startswith(".") or (not above and folder != name) or os.path.islink(folder):
                self._reals[folder] = os.path.realpath(folder or os.curdir)
            else:
                self._reals[folder] = os.path.join(self._real(above), name)
        return self._reals[folder]

    def _upwards(self, folder: str) -> Choices:
        passed = []
        found: Choices | None = None
        while found is None:
            if folder in self._tables:
                found = self._tables[folder]
                break
            passed.append(folder)
            found = _read(folder)
            if found is not None:
                self.files.append(shown(os.path.join(folder, _FILE)))
            parent = os.path.dirname(folder)
            if parent == folder or os.path.exists(os.path.join(folder, ".git")):
                break
            folder = parent
        found = found or _SILENT
        self._tables.update(dict.fromkeys(passed, found))
        return found


def _first(*said: bool | None) -> bool:
    return next(value for value in said if value is not None)


def _read(folder: str) -> Choices | None:
    """Return what the table in a folder says; None if there is no such table."""
    name = os.path.join(folder, _FILE)
    try:
        with open(name, "rb", opener=regular) as file:
            data = file.read()
    except OSError:
        return None
    if not _MENTIONED.search(data):
        return None
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{shown(name)}: {error}") from None
    tool = document.get("tool", {})
    if not isinstance(tool, dict):
        return None
    for key in tool:
        if key != TABLE and _MENTIONED.fullmatch(key.encode()):
            raise SettingsError(f"{shown(name)}: [tool.{key}] is not read: did you mean [tool.{TABLE}]?")
    if TABLE not in tool:
        return None
    table = tool[TABLE]
    if not isinstance(table, dict):
        raise SettingsError(f"{shown(name)}: tool.{TABLE} must be a table")
    where = f"{shown(name)}: tool.{TABLE}"
    return _Reader(where, folder, dict(table)).choices()


@dataclass(slots=True)
class _Reader:
    """A table on its way to `Choices`; what was read is taken out of `table`."""

    where: str
    folder: str
    table: dict[str, object]

    def choices(self) -> Choices:
        try:
            found = Choices(
                exclude=self._globs("exclude", *self._strings("exclude", self.table.pop("exclude", []))),
                select=self._strings("select", self.table.pop("select", [])),
                ignore=self._strings("ignore", self.table.pop("ignore", [])),
                per_file_ignores=self._per_file(),
                unsafe=self._value("unsafe", bool),
                harden=self._value("harden", bool),
                todo=self._value("todo", bool),
                speech_model=self._value("speech-model", str),
                region=self._value("region", str),
            )
        except SettingsError as error:
            message = str(error)
            raise SettingsError(message if message.startswith(self.where) else f"{self.where}: {message}") from None
        if self.table:
            key = sorted(self.table)[0]
            raise SettingsError(f"{self.where}: unknown key {key!r}{meant(key, _KEYS)}")
        return found

    def _value(self, key: str, kind: type[_T]) -> _T | None:
        found = self.table.pop(key, None)
        if found is not None and not isinstance(found, kind):
            raise SettingsError(f"{self.where}.{key}: {kind.__name__} expected")
        return found

    def _strings(self, key: str, found: object) -> tuple[str, ...]:
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise SettingsError(f"{self.where}.{key}: a list of strings expected")
        return tuple(str(item) for item in found)

    def _globs(self, key: str, *patterns: str) -> Globs:
        try:
            return Globs(patterns, self.folder)
        except ValueError as error:
            raise SettingsError(f"{self.where}.{key}: {error}") from None

    def _per_file(self) -> tuple[tuple[Globs, tuple[str, ...]], ...]:
        key = "per-file-ignores"
        table = self.table.pop(key, {})
        if not isinstance(table, dict):
            raise SettingsError(f"{self.where}.{key}: a table of glob = [codes] expected")
        return tuple(
            (self._globs(key, str(glob)), self._strings(f"{key}.{glob}", codes)) for glob, codes in table.items()
        )


_KEYS = ("exclude", "select", "ignore", "per-file-ignores", "unsafe", "harden", "todo", "speech-model", "region")
