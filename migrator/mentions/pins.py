"""Lines outside of requirement files that install the SDK or websockets: images, workflows, scripts, nox, pages."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass

from migrator.dependencies import requirement
from migrator.dependencies.versions import FLOOR, UnclearError, closes_late, of_conda
from migrator.dependencies.versions import raised as raised_version

_CLAUSE = r"(?:={1,3}|~=|!=|<=?|>=?)\s*[\w.*+!-]+"
_PINNED = (
    r"(?<![\w./-])(?P<name>{name})(?P<extras>\[[\w, -]*\])?"
    rf"(?P<version>[ ]?{_CLAUSE}(?:\s*,\s*{_CLAUSE})*|@[~^]?\d[\w.]*)?(?![\w\[])"
)
_SDK = re.compile(_PINNED.replace("{name}", "assemblyai"))
_WEBSOCKETS = re.compile(_PINNED.replace("{name}", "websockets"))
_VARIABLE = re.compile(
    r"(?<![\w./-])assemblyai(?:\[[\w, -]*\])?={2,3}(?P<use>\$\$?(?:[({]{1,2}\s*)?(?:[a-z]+\.)?(?P<name>\w+))"
)
"""A version that stands somewhere else: `assemblyai==$SDK`, `${SDK}`, `$(SDK)`, `${{ env.SDK }}`."""
_INSTALLS = re.compile(
    r"\bpip3?\b|\buvx?\b|\bpoetry\b|\bpdm\b|\bpipx\b|\binstall|\b(?:conda|mamba)\b|dependencies|requirements|deps\b"
)
_COMMAND = re.compile(r"\b(?:pip3?|uv|uvx|pipx|poetry|pdm|conda|mamba)\b.*\b(?:install|inject|add|run)\b", re.DOTALL)
_CONDA = re.compile(r"\b(?:conda|mamba)\b")
_AT = re.compile(r"\b(?:poetry|uvx?)\b")
"""Whose `assemblyai@0.33` is a version."""
_CONTINUED = re.compile(r"[\\^`][ \t]*\r?$")
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
    """Yield the pins in the lines of a file that install something, in order of place."""
    found = {pin.start: pin for match in _SDK.finditer(text) if (pin := _pin(text, match)) is not None}
    found |= {pin.start: pin for match in _VARIABLE.finditer(text) for pin in _elsewhere(text, match)}
    yield from (found[start] for start in sorted(found))


def slow(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and what is to be said of each place that installs a websockets below 14."""
    for match in _WEBSOCKETS.finditer(text):
        command = _said_before(text, match.start())
        if match["version"] and _INSTALLS.search(command):
            version = match["version"].strip()
            message = closes_late(of_conda(version) if _CONDA.search(command) else version)
            if message:
                yield *match.span(), message


def _pin(text: str, match: re.Match[str]) -> Pin | None:
    said = _said_before(text, match.start())
    if not _INSTALLS.search(said) or (match["version"] or "").startswith("=$"):
        return None
    version = (match["version"] or "").strip()
    if re.match(r"=(?!=)", version) and not _CONDA.search(said):
        return None
    try:
        if version.startswith("@"):
            new = raised_version(version[1:], poetry=True)
            same = new == version[1:] or not _AT.search(said)
            return None if same else Pin(*match.span("version"), f"@{new}", requirement.reason(True, False))
        wanted = requirement.wanted(match[0])
    except UnclearError as error:
        return Pin(*match.span(), None, f"assemblyai: {error}")
    if wanted is None or not ("[" in match[0] or re.search(r"[=<]", match[0].replace(">=", ""))):
        return None  # no version is kept out by what it says: the newest is installed
    return _written(text, match, wanted, _COMMAND.search(said) is not None)


def _written(text: str, match: re.Match[str], wanted: requirement.Wanted, command: bool) -> Pin:
    """Return a pin with its new form, in the quotes that its surroundings need."""
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    line_end = text.find("\n", match.end())
    after = text[match.end() : line_end if line_end >= 0 else None]
    start, end, new = match.start(), match.end(), wanted.text
    quote = before[-1:] if before[-1:] in ("'", '"') and after[:1] == before[-1:] else ""
    # Inside of a longer text in quotes, as in JSON, there is no place for quotes of a shell.
    enclosed = not quote and (before.count('"') % 2 == 1 or before.count("'") % 2 == 1)
    companion = wanted.companion if "pyaudio" not in (before + after).lower() else None
    if companion and not command:
        return Pin(start, end, None, wanted.reason)
    if quote and companion:
        end, new = end + 1, f"{new}{quote} {quote}{companion}{quote}"
    elif not quote and command:
        if enclosed and (_SPECIAL.search(new) or companion):
            return Pin(start, end, None, wanted.reason)
        new = " ".join(f'"{part}"' if _SPECIAL.search(part) else part for part in (new, companion) if part)
    return Pin(start, end, new, wanted.reason)


def _elsewhere(text: str, match: re.Match[str]) -> Iterator[Pin]:
    """Yield what is to be done about a version in a variable: where the file sets it, if nobody else uses it."""
    if not _INSTALLS.search(_said_before(text, match.start())):
        return
    name = re.escape(match["name"])
    settings = list(re.finditer(rf"\b{name}[\"']?[ \t]*(?::?=|:)[ \t]*[\"']?(?P<version>\d[\w.]*)(?![\w.])", text))
    uses = re.findall(rf"\$\$?(?:[({{]{{1,2}}\s*)?(?:[a-z]+\.)?{name}\b", text)
    alone = len(uses) == len([use for use in _VARIABLE.finditer(text) if use["name"] == match["name"]])
    for setting in settings:
        with suppress(UnclearError):
            new = raised_version(setting["version"], poetry=True)
            if new != setting["version"]:
                yield Pin(*setting.span("version"), new if alone else None, requirement.reason(True, False))
    if not settings:
        yield Pin(*match.span(), None, f"assemblyai: its version is set elsewhere: see that it is {FLOOR} or newer")


def _said_before(text: str, at: int) -> str:
    """Return what says what a pin is for: the rest of its line, or for an item of a list, the line it hangs on.

    A line that goes on in the next one is one line.
    """
    start = text.rfind("\n", 0, at) + 1
    while start and _CONTINUED.search(text, text.rfind("\n", 0, start - 1) + 1, start - 1):
        start = text.rfind("\n", 0, start - 1) + 1
    before = text[start:at]
    if before.strip(" \t-\"'"):
        return before
    depth = len(before) - len(before.lstrip())
    for line in reversed(text[:start].splitlines()):
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
