"""Lines outside of requirement files that install the SDK: images, workflows, scripts, tox, nox, pages."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from migrator.dependencies import requirement
from migrator.dependencies.versions import UnclearError

_CLAUSE = r"(?:===?|~=|!=|<=?|>=?)\s*[\w.*+!-]+"
_PINNED = re.compile(rf"(?<![\w./-])assemblyai(?:\[[\w, -]*\])?(?:[ ]?{_CLAUSE}(?:\s*,\s*{_CLAUSE})*)?(?![\w\[])")
_INSTALLS = re.compile(
    r"\bpip3?\b|\buv\b|\bpoetry\b|\bpdm\b|\bpipx\b|\binstall|\bconda\b|dependencies|requirements|deps\b"
)
_COMMAND = re.compile(r"\b(?:pip3?|uv|pipx)\b[^\n]*\b(?:install|add|run)\b")
_SPECIAL = re.compile(r"[<>;\s|&!]")
"""What a shell takes for something else."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A version of the SDK that has no v3, or an option that is gone.

    Attributes:
        start: offset in the text, in characters; it ends before `end`.
        new: what to put there, or None where only a person can tell.
        reason: what changes, or has to.
    """

    start: int
    end: int
    new: str | None
    reason: str


def pins(text: str) -> Iterator[Pin]:
    """Yield the pins in the lines of a file that install something."""
    for match in _PINNED.finditer(text):
        line = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        if not _INSTALLS.search(_said_before(text[:line], text[line : match.start()])):
            continue
        try:
            wanted = requirement.wanted(match[0])
        except UnclearError as error:
            yield Pin(*match.span(), None, f"assemblyai: {error}")
            continue
        if wanted is None or not ("[" in match[0] or re.search(r"[=<]", match[0].replace(">=", ""))):
            continue  # no version is kept out by what it says: the newest is installed
        before, after = text[line : match.start()], text[match.end() : end if end >= 0 else None]
        start, end, new = match.start(), match.end(), wanted.text
        quote = before[-1:] if before[-1:] in ("'", '"') and after[:1] == before[-1:] else ""
        command = _COMMAND.search(before) is not None
        # Inside of a longer text in quotes, as in JSON, there is no place for quotes of a shell.
        enclosed = not quote and (before.count('"') % 2 == 1 or before.count("'") % 2 == 1)
        companion = wanted.companion if "pyaudio" not in before + after else None
        if companion and not command:
            yield Pin(start, end, None, wanted.reason)
            continue
        if quote and companion:
            end, new = end + 1, f"{new}{quote} {quote}{companion}{quote}"
        elif not quote and command:
            if enclosed and (_SPECIAL.search(new) or companion):
                yield Pin(start, end, None, wanted.reason)
                continue
            new = " ".join(f'"{part}"' if _SPECIAL.search(part) else part for part in (new, companion) if part)
        yield Pin(start, end, new, wanted.reason)


def _said_before(above: str, before: str) -> str:
    """Return what says what a pin is for: the rest of its line, or for an item of a list, the line it hangs on."""
    if before.strip(" \t-\"'"):
        return before
    depth = len(before) - len(before.lstrip())
    for line in reversed(above.splitlines()):
        if line.strip() and len(line) - len(line.lstrip()) < depth + before.count("-"):
            return line
    return ""


def raised(text: str) -> str:
    """Return the text with every pin that can be moved in its new form."""
    pieces, at = [], 0
    for pin in pins(text):
        if pin.new is not None:
            pieces += [text[at : pin.start], pin.new]
            at = pin.end
    return "".join([*pieces, text[at:]])


def concerned(path: str, programs: Collection[str], modules: Collection[str]) -> bool:
    """Return whether a file that installs something may do so for one of the programs.

    It is for those in the nearest folder above it in which there is any module.

    Args:
        programs: paths of programs that need a recent SDK.
        modules: paths of all modules.
    """
    folder = os.path.dirname(path)
    while folder and not any(module.startswith(f"{folder}/") for module in modules):
        folder = os.path.dirname(folder)
    return any(program.startswith(f"{folder}/" if folder else "") for program in programs)
