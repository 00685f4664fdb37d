"""Lock files: made by tools, so they are read and never edited."""

from __future__ import annotations

import re
from collections.abc import Callable

from migrator.dependencies.edits import Declarations, Edited, Note, place
from migrator.dependencies.versions import FLOOR, is_recent

_TOML = re.compile(r"^name = \"assemblyai\"\s+version = \"(?P<version>[^\"]+)\"", re.MULTILINE)
_JSON = re.compile(r"\"assemblyai\":\s*\{[^{}]*?\"version\":\s*\"==(?P<version>[^\"]+)\"")
_YAML = re.compile(r"^[ -]*name: assemblyai\s+version: [\"']?(?P<version>[^\"'\s]+)", re.MULTILINE)
_FORMS = {"Pipfile.lock": _JSON, "conda-lock.yml": _YAML, "pixi.lock": _YAML}

COMMANDS = {
    "poetry.lock": "poetry update assemblyai",
    "uv.lock": "uv lock --upgrade-package assemblyai",
    "pdm.lock": "pdm update assemblyai",
    "Pipfile.lock": "pipenv update assemblyai",
    "conda-lock.yml": "conda-lock lock --update assemblyai",
    "pixi.lock": "pixi update assemblyai",
    "pylock.toml": "the tool that made it",
}
"""Each lock file, and what makes it anew with a newer SDK."""


def declared(text: str) -> Declarations:
    """Yield nothing: what a project asks for stands in other files."""
    return ()


def editor(name: str) -> Callable[[str], Edited]:
    """Return what looks into the lock file of this name."""

    def edit(text: str) -> Edited:
        notes = []
        for match in _FORMS.get(name, _TOML).finditer(text):
            if not is_recent(f"=={match['version']}"):
                message = f"assemblyai is locked to {match['version']}, the migrated code needs {FLOOR}: run"
                notes.append(Note(place(text, *match.span("version")), f"{message} {COMMANDS[name]}", False))
        return Edited(text, notes)

    return edit
