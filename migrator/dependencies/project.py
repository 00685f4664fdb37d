"""The dependency files of migrated programs: the SDK raised to a version that has what the new code needs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from codemods.model import Finding, Options, Safety, Span
from migrator.analysis.outcome import Outcome
from migrator.dependencies import formats
from migrator.dependencies.edits import Edited, Format, place
from migrator.dependencies.requirement import SDK
from migrator.dependencies.versions import closes_late
from migrator.files.paths import inside, regular, shown

RAISED, BY_HAND, SLOW = "V3M701", "V3M702", "V3M703"

_WEBSOCKETS = re.compile(r"^[^#\r\n]*?(?<![\w.-])(?P<name>websockets)(?![\w.-])", re.MULTILINE | re.IGNORECASE)

_COMPANIONS = frozenset({SDK, "pyaudio"})


def outcomes(
    programs: Mapping[str, str], options_for: Callable[[str], Options], excluded: Callable[[str], bool]
) -> list[Outcome]:
    """Return what becomes of the files that say which SDK the programs get.

    Args:
        programs: path of each program whose code needs a recent SDK, and the root it was found under.
        options_for: the options that apply to a file.
        excluded: whether the user keeps a file out of the run.
    """
    found: dict[str, Outcome] = {}
    for path, root in programs.items():
        for file, kind in _nearest(path, root):
            name = shown(file)
            if name not in found and not excluded(name):
                found[name] = _outcome(file, kind, options_for(name))
    return [outcome for outcome in found.values() if outcome.error is not None or outcome.findings]


def _nearest(path: str, root: str) -> list[tuple[str, Format]]:
    """Return the dependency files that name the SDK, or websockets, in the nearest folder that has one with the SDK."""
    for folder, top in _upwards(path, root):
        there = list(_with_included(formats.files(folder), top))
        if any(_names_sdk(*item) for item in there):
            return [item for item in there if _names_sdk(*item) or _names_websockets(*item)]
    return []


def _upwards(path: str, root: str) -> Iterator[tuple[str, str]]:
    """Yield the folder of a program and those above it that belong to the same project, with the topmost one."""
    here = os.path.dirname(os.path.realpath(path))
    above = [here]
    while above[-1] != os.path.dirname(above[-1]):
        above.append(os.path.dirname(above[-1]))
    working = os.path.realpath(os.curdir)
    top = next((folder for folder in above if os.path.exists(os.path.join(folder, ".git"))), None)
    if top is None:
        top = working if working in above else os.path.realpath(root or os.curdir)
    for folder in above[: above.index(top) + 1] if top in above else [here]:
        yield folder, top


def _with_included(paths: Iterable[str], top: str) -> Iterator[tuple[str, Format]]:
    waiting = [(path, formats.format_of(path)) for path in paths]
    seen: set[str] = set()
    for path, kind in waiting:
        if path in seen or kind is None or not inside(path, top):
            continue
        seen.add(path)
        yield path, kind
        waiting += [formats.included(path, named) for named in kind.edit(formats.text_of(path)).included]


def _names_sdk(path: str, kind: Format) -> bool:
    text = formats.text_of(path)
    return SDK in text.lower() and (any(name == SDK for name, _ in kind.declared(text)) or bool(kind.edit(text).notes))


def _names_websockets(path: str, kind: Format) -> bool:
    text = formats.text_of(path)
    return "websockets" in text.lower() and any(name == "websockets" for name, _ in kind.declared(text))


def _outcome(path: str, kind: Format, options: Options) -> Outcome:
    name = shown(path)
    try:
        target = os.path.realpath(path)
        with open(path, "rb", opener=regular) as file:
            data = file.read()
    except OSError as error:
        return Outcome(name, error=f"cannot be read: {(error.strerror or str(error)).lower()}")
    text, encoding = formats.decoded(data)
    edited = kind.edit(text)
    if encoding == "utf-16":
        # pip reads it, but neither git nor `patch` can show or undo a change of it
        message = "UTF-16: convert it to UTF-8, then run again"
        findings = [Finding(BY_HAND, Span(1, 1, 1, 1), message, Safety.MANUAL, False)] if edited.notes else []
        return Outcome(name, data, data, tuple(f for f in findings if options.selects(f.code)))
    if not options.selects(RAISED):
        edited = Edited(text, [note for note in edited.notes if not note.fixed])
    problem = _problem(text, edited, kind)
    if problem is not None:
        return Outcome(name, data, data, error=f"left alone: {problem} (a defect of v3-migrate)")
    findings = [
        Finding(RAISED, note.span, note.message, Safety.SAFE, True)
        if note.fixed
        else Finding(BY_HAND, note.span, note.message, Safety.MANUAL, False)
        for note in edited.notes
    ]
    findings += _slow_closing(text, kind)
    findings = [finding for finding in findings if options.selects(finding.code)]
    return Outcome(name, data, edited.text.encode(encoding), tuple(findings), target=target)


def _slow_closing(text: str, kind: Format) -> Iterator[Finding]:
    """Yield a note where websockets is held below 14."""
    message = next((closes_late(specifier) for name, specifier in kind.declared(text) if name == "websockets"), "")
    if message:
        named = _WEBSOCKETS.search(text)
        start, end = named.span("name") if named is not None else (0, 0)
        yield Finding(SLOW, place(text, start, end), message, Safety.MANUAL, False)


def _problem(text: str, edited: Edited, kind: Format) -> str | None:
    """Return which promise an edit breaks: it touches the SDK and PyAudio only, and leaves a second one nothing."""
    if edited.text == text:
        return None
    before = [item for item in kind.declared(text) if item[0] not in _COMPANIONS]
    after = [item for item in kind.declared(edited.text) if item[0] not in _COMPANIONS]
    if before != after:
        return "another requirement would change"
    again = kind.edit(edited.text)
    if again.text != edited.text or any(note.fixed for note in again.notes):
        return "a second run would change the file again"
    return None
