"""`environment.yml` of conda: the `pip:` list in it, and conda's own packages, which are only reported."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.dependencies import requirement
from migrator.dependencies.edits import Declarations, Edited, Note, place
from migrator.dependencies.versions import FLOOR, UnclearError, is_recent, of_conda

_ITEM = re.compile(r"(?P<indent>\s*)-(?P<gap>\s+)(?P<quote>[\"']?)(?P<text>[^\"'#\r\n]*[^\"'#\s])(?P=quote)\s*(?:#.*)?")
_PIP = re.compile(r"(?P<indent>\s*)-\s+pip\s*:\s*(?:#.*)?")


def declared(text: str) -> Declarations:
    """Yield what is asked for, of conda and in the `pip:` list."""
    for match, _, by_pip in _items(text):
        found = requirement.parsed(match["text"])
        if found is not None:
            yield found.name, found.specifier if by_pip else of_conda(found.specifier)


def edit(text: str) -> Edited:
    """Raise the SDK in the `pip:` list, and list PyAudio where the SDK brought it."""
    result = Edited(text)
    present = {name for name, _ in declared(text)}
    pieces: list[str] = []
    done = 0
    for match, offset, by_pip in _items(text):
        start, end = offset + match.start("text"), offset + match.end("text")
        span = place(text, start, end)
        if not by_pip:
            if _old_conda(match["text"]):
                message = f"conda's assemblyai: ask for {FLOOR} or newer, under `pip:` if conda has none"
                result.notes.append(Note(span, message, False))
            continue
        try:
            wanted = requirement.wanted(match["text"])
        except UnclearError as error:
            result.notes.append(Note(span, f"assemblyai: {error}", False))
            continue
        if wanted is None:
            continue
        pieces += [text[done:start], wanted.text]
        done = end
        if wanted.companion is not None and not present & {"pyaudio"}:
            line_end = re.compile(r"[^\r\n]*(?P<newline>\r\n|\r|\n|\Z)").match(text, end)
            assert line_end is not None
            quote = match["quote"]
            added = f"{match['indent']}-{match['gap']}{quote}{wanted.companion}{quote}"
            newline = line_end["newline"]
            pieces.append(text[end : line_end.end()] + (added + newline if newline else f"\n{added}"))
            done = line_end.end()
        result.notes.append(Note(span, wanted.reason, True))
    result.text = "".join([*pieces, text[done:]])
    return result


def _old_conda(text: str) -> bool:
    match = re.fullmatch(r"(?:[\w-]+::)?assemblyai(?:\s*(?P<version>[=<>!~].*|\s\S.*))?", text)
    if match is None:
        return False
    version = (match["version"] or "").strip().replace("==", "=").replace("=", "==")
    try:
        return not is_recent(version.replace("<==", "<=").replace(">==", ">=").replace("!==", "!="))
    except UnclearError:
        return True


def _items(text: str) -> Iterator[tuple[re.Match[str], int, bool]]:
    """Yield each list item, where its line starts, and whether it is one of pip's."""
    inside: int | None = None
    offset = 0
    for line in text.splitlines(keepends=True):
        start, offset = offset, offset + len(line)
        body = line.rstrip("\r\n")
        if not body.strip() or body.lstrip().startswith("#"):
            continue
        indent = len(body) - len(body.lstrip())
        if inside is not None and indent <= inside:
            inside = None
        pip = _PIP.fullmatch(body)
        if pip is not None:
            inside = len(pip["indent"])
            continue
        match = _ITEM.fullmatch(body)
        if match is not None:
            yield match, start, inside is not None
