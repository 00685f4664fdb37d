"""`setup.cfg`: `install_requires` and the extras of setuptools."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.dependencies import requirement
from migrator.dependencies.edits import Declarations, Edited, Note, place
from migrator.dependencies.versions import UnclearError

_SECTION = re.compile(r"\[(?P<name>[^\]]+)\]")
_KEY = re.compile(r"(?P<key>[^\s=:#;][^=:]*?)\s*[=:](?P<value>.*)")


def declared(text: str) -> Declarations:
    """Yield what the package asks for, its extras included."""
    for _, _, written in _entries(text):
        found = requirement.parsed(written)
        if found is not None:
            yield found.name, found.specifier


def edit(text: str) -> Edited:
    """Raise the SDK, and list PyAudio where the SDK brought it."""
    result = Edited(text)
    present = {name for name, _ in declared(text)}
    pieces: list[str] = []
    done = 0
    for start, indent, written in _entries(text):
        span = place(text, start, start + len(written))
        try:
            wanted = requirement.wanted(written)
        except UnclearError as error:
            result.notes.append(Note(span, f"assemblyai: {error}", False))
            continue
        if wanted is None:
            continue
        pieces += [text[done:start], wanted.text]
        done = start + len(written)
        if wanted.companion is not None and "pyaudio" not in present:
            newline = re.search(r"\r\n|\r|\n", text)
            pieces += [newline[0] if newline is not None else "\n", indent, wanted.companion]
        result.notes.append(Note(span, wanted.reason, True))
    result.text = "".join([*pieces, text[done:]])
    return result


def _entries(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield each requirement: where it starts, the indentation of its list, and the requirement."""
    section = key = ""
    offset = 0
    for line in text.splitlines(keepends=True):
        body = line.rstrip("\r\n")
        start, offset = offset, offset + len(line)
        if not body.strip() or body.lstrip().startswith(("#", ";")):
            continue
        indented = body[:1] in " \t"
        if not indented and (match := _SECTION.match(body)):
            section, key = match["name"].strip(), ""
            continue
        value, at = body, start
        if not indented:
            match = _KEY.match(body)
            key = match["key"].strip() if match else ""
            if match is None:
                continue
            value, at = match["value"], start + match.start("value")
        wanted = (section == "options" and key == "install_requires") or section == "options.extras_require"
        written = re.sub(r"\s[#;].*" if not indented else r"\s#.*", "", value).strip()
        if wanted and key and written:
            yield at + value.index(written), body[: len(body) - len(body.lstrip())] if indented else "    ", written
