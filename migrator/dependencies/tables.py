"""Dependencies in TOML: lists of requirements, and tables with a constraint for each name (Poetry, Pipenv)."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, InlineTable, String, Table

from codemods.model import Span
from migrator.dependencies import requirement, versions
from migrator.dependencies.edits import Declarations, Edited, Note, place
from migrator.dependencies.versions import UnclearError


def document(text: str) -> tomlkit.TOMLDocument:
    """Return the parsed text, an empty document if it is not TOML."""
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, ValueError, RecursionError):
        return tomlkit.document()


def table(value: object) -> MutableMapping[str, Any]:
    """Return a table, an empty one for anything else."""
    return value if isinstance(value, MutableMapping) else {}


def listed(array: object) -> Declarations:
    """Yield what a list of requirements asks for."""
    for item in array if isinstance(array, list) else ():
        found = requirement.parsed(item) if isinstance(item, str) else None
        if found is not None:
            yield found.name, found.specifier


def constrained(entries: object) -> Declarations:
    """Yield what a table of names and constraints asks for."""
    for name, value in table(entries).items():
        version = table(value).get("version", "") if not isinstance(value, str) else value
        if name != "python" and isinstance(version, str):
            yield re.sub(r"[-_.]+", "-", name).lower(), versions.as_standard(version)


class Editor:
    """Makes the SDK's requirements in one TOML file what migrated code needs."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.document = document(text)
        self.notes: list[Note] = []
        self._noted: set[int] = set()

    def result(self) -> Edited:
        """Return the file as it has to be."""
        changed = any(note.fixed for note in self.notes)
        return Edited(tomlkit.dumps(self.document) if changed else self.text, sorted(self.notes, key=_where))

    def array(self, array: object, has_pyaudio: bool) -> None:
        """Edit a list of requirements."""
        if not isinstance(array, Array):
            return
        added = 0
        for index, item in enumerate(list(array)):
            if not isinstance(item, String):
                continue
            written = re.escape(item.as_string())
            try:
                wanted = requirement.wanted(item)
            except UnclearError as error:
                self._note(written, f"assemblyai: {error}", False)
                continue
            if wanted is not None:
                array[index + added] = _like(item, wanted.text)
                if wanted.companion is not None and not has_pyaudio:
                    added += 1
                    array.insert(index + added, _like(item, wanted.companion))
                self._note(written, wanted.reason, True)

    def entries(self, entries: object, has_pyaudio: bool, poetry: bool) -> None:
        """Edit a table of names and constraints."""
        names = table(entries)
        key = next((name for name in names if name.lower() == requirement.SDK), None)
        if key is None:
            return
        value, detailed = names[key], table(names[key])
        written = rf"(?m)(?:^[ \t]*|^\[.*\.)(?P<quote>[\"']?){re.escape(key)}(?P=quote)(?=[ \t]*[\].=])"
        version = value if isinstance(value, str) else detailed.get("version")
        if not isinstance(version, String):
            self._note(written, f"assemblyai without a plain version: see that it is {versions.FLOOR} or newer", False)
            return
        extras = list(detailed.get("extras", ()))
        kept = [extra for extra in extras if str(extra).lower() != "extras"]
        dropped = len(kept) != len(extras)
        try:
            new = versions.raised(version, poetry)
        except UnclearError as error:
            self._note(written, f"assemblyai: {error}", False)
            return
        if new == version and not dropped:
            return
        if not isinstance(value, String | InlineTable):
            # a table of its own, or dotted keys: rare, and nothing can be listed beside it
            also = " and list pyaudio by itself" if dropped else ""
            self._note(written, f"assemblyai: ask for {versions.FLOOR} or newer{also}", False)
            return
        if isinstance(value, String) or (not kept and set(detailed) <= {"version", "extras"}):
            names[key] = _like(version, new)
        else:
            detailed["version"] = _like(version, new)
            if dropped and kept:
                detailed["extras"] = kept
            elif dropped:
                del detailed["extras"]
        if dropped and not has_pyaudio:
            self._add(names, key, detailed)
        self._note(written, requirement.reason(new != version, dropped), True)

    def _add(self, names: MutableMapping[str, Any], key: str, like: MutableMapping[str, Any]) -> None:
        """List PyAudio under the conditions under which the SDK is listed."""
        new: str | InlineTable = versions.PYAUDIO
        conditions = {name: like[name] for name in ("markers", "python", "optional") if name in like}
        if conditions:
            new = tomlkit.inline_table()
            new.update({"version": versions.PYAUDIO, **conditions})
        if isinstance(names, Table):
            # the library can only append; a neighbour belongs beside its neighbour
            names.value._insert_after(key, "pyaudio", tomlkit.item(new))
        else:
            names["pyaudio"] = new

    def _note(self, written: str, message: str, fixed: bool) -> None:
        """Report at the next place of the file that looks as `written` says, a regular expression."""
        for match in re.finditer(written, self.text):
            if match.start() not in self._noted:
                self._noted.add(match.start())
                self.notes.append(Note(place(self.text, match.start(), match.end()), message, fixed))
                return
        self.notes.append(Note(place(self.text, 0, 0), message, fixed))


def _where(note: Note) -> Span:
    return note.span


def _like(old: object, new: str) -> String:
    """Return a string in the quotes of the old one."""
    literal = isinstance(old, String) and old.as_string().startswith("'") and "'" not in new
    return tomlkit.string(new, literal=literal)
