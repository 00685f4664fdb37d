"""From the files that may mention v2 to findings: where, what, and what v3 has in its place."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from codemods.model import Finding, Options, Safety
from migrator.analysis.outcome import Outcome
from migrator.dependencies.edits import place
from migrator.dependencies.formats import decoded, format_of
from migrator.dependencies.project import SLOW
from migrator.dependencies.versions import FLOOR
from migrator.documents.document import is_notebook
from migrator.documents.notebook import without_code
from migrator.files.paths import regular
from migrator.files.prefilter import SIZE_LIMIT
from migrator.mentions.kinds import Kind, kind_of
from migrator.mentions.options import CODE as OPTION
from migrator.mentions.options import named as options_named
from migrator.mentions.pins import Pin, concerned, pins, raised, slow
from migrator.mentions.words import ON_PURPOSE, PIN, Mention, mentions

_MOST = 200
"""Findings of one file; a larger number is one finding: nobody works through such a list."""

_REPORT = re.compile(r"\"(?:ruleId|code|check_name)\": \"V3M\d{3}\"")
"""A report or a list of known places of ours, left in the tree by an earlier run: it quotes what it reports."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a run knows already.

    Attributes:
        outcomes: by path; a place that is told there is not told again.
        minted: where Python programs of this run now make tokens for v3.
        programs: those whose code needs a recent SDK; `modules` are all there are.
        reasons: page of documentation to why it is left as it is.
        options: name of a setting to what is to be said of it, where a program reads it for an option of v2.
    """

    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    minted: Collection[str] = ()
    programs: Collection[str] = ()
    modules: Collection[str] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    def lines(self, path: str) -> set[int]:
        """Return the lines of a file of which something is told."""
        known = self.outcomes.get(path)
        spans = [finding.span for finding in known.findings] if known else []
        return {line for span in spans for line in range(span.line, span.end_line + 1)}


def outcomes(paths: Iterable[str], options_for: Callable[[str], Options], known: Known) -> list[Outcome]:
    """Return what is to be said of each file; nothing of those that speak of v3 alone.

    Args:
        options_for: the options that apply to a file.
    """
    found = []
    for path in paths:
        try:
            with open(path, "rb", opener=regular) as file:
                data = file.read(SIZE_LIMIT)
        except OSError:
            continue  # gone since it was found
        text, encoding = decoded(data)
        if _REPORT.search(text):
            continue
        if is_notebook(path):
            text = without_code(text)
        options, kind = options_for(path), Kind.DOCUMENT if is_notebook(path) else kind_of(path, text)
        findings = _findings(kind, text, _told(path, kind, text, known))
        other = known.outcomes.get(path)
        after = other.after if other is not None and other.changed else data
        if kind in (Kind.CONFIGURATION, Kind.SHELL):
            findings += _of_options(text, known.options)
        # Where the tool raises a pin itself (V3M701), it says so there.
        if kind not in (Kind.GENERATED, Kind.TEMPLATE) and format_of(path) is None and not is_notebook(path):
            needed = encoding != "utf-16" and concerned(path, known.programs, known.modules)
            findings += _installing(text, needed)
            if needed and options.selects(PIN):
                after = raised(after.decode(encoding)).encode(encoding)
        if findings := sorted(filter(lambda f: options.selects(f.code), findings), key=lambda f: f.span):
            found.append(Outcome(path, data, after, tuple(findings), target=os.path.realpath(path)))
    return found


def _told(path: str, kind: Kind, text: str, known: Known) -> list[Mention]:
    """Return what speaks v2 in a file and is not told otherwise, with what a run knows of it."""
    lines = known.lines(path) if not is_notebook(path) else set()  # those count in cells
    told = [mention for mention in mentions(kind, text) if place(text, mention.start, mention.end).line not in lines]
    if known.minted and kind in (Kind.JAVASCRIPT, Kind.OTHER_LANGUAGE) and "token" in text.lower() and told:
        minted = ", ".join(known.minted)
        told[0] = replace(told[0], message=f"{told[0].message}; the tokens of {minted} are v3's now")
    if is_notebook(path):
        why = "; in a cell of text, or in what the notebook has shown: run it again"
        told = [replace(mention, message=mention.message.removesuffix(ON_PURPOSE) + why) for mention in told]
    if path in known.reasons:
        why = f"; left as it is: {known.reasons[path]}"
        told = [replace(mention, message=mention.message.removesuffix(ON_PURPOSE) + why) for mention in told]
    return told


def _of_options(text: str, names: Mapping[str, str]) -> Iterator[Finding]:
    for start, end, message in options_named(text, names):
        yield Finding(OPTION, place(text, start, end), message, Safety.MANUAL, False)


def _installing(text: str, needed: bool) -> Iterator[Finding]:
    """Yield what is to be said of the versions that a file installs.

    Args:
        needed: whether it may do so for a program whose code needs a recent SDK.
    """
    for pin in pins(text):
        yield _pinned(text, pin, needed)
    for start, end, message in slow(text) if needed else ():
        yield Finding(SLOW, place(text, start, end), message, Safety.MANUAL, False)


def _pinned(text: str, pin: Pin, needed: bool) -> Finding:
    span = place(text, pin.start, pin.end)
    if needed and pin.new is not None:
        return Finding(PIN, span, pin.reason, Safety.SAFE, True)
    old = text[pin.start : pin.end]
    message = f"{old} has no v3 client that migrated code runs on: install assemblyai>={FLOOR}, and pyaudio by itself"
    return Finding(PIN, span, f"{message} if it is used", Safety.MANUAL, False)


def _findings(kind: Kind, text: str, told: list[Mention]) -> list[Finding]:
    if kind in (Kind.DOCUMENT, Kind.GENERATED):
        told = list({(mention.code, mention.message): mention for mention in reversed(told)}.values())[::-1]
    if len(told) > _MOST:
        first = told[0]
        message = f"{len(told)} places speak v2, this is the first: {first.message}"
        told = [replace(first, message=message)]
    return [
        Finding(mention.code, place(text, mention.start, mention.end), mention.message, Safety.MANUAL, False)
        for mention in told
    ]
