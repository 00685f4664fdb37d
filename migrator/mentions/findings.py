"""From the files that may mention v2 to findings: where, what, and what v3 has in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from codemods.model import Finding, Options, Safety
from migrator.analysis.outcome import Outcome
from migrator.dependencies.edits import place
from migrator.dependencies.formats import decoded, format_of
from migrator.files.paths import regular
from migrator.files.prefilter import SIZE_LIMIT
from migrator.mentions.kinds import Kind, kind_of
from migrator.mentions.words import PIN, Mention, mentions

_MOST = 200
"""Findings of one file; a larger number is one finding: nobody works through such a list."""

_REPORT = re.compile(r"\"(?:ruleId|code|check_name)\": \"V3M\d{3}\"")
"""A report or a list of known places of ours, left in the tree by an earlier run: it quotes what it reports."""


def outcomes(paths: Iterable[str], options_for: Callable[[str], Options], minted: Sequence[str] = ()) -> list[Outcome]:
    """Return what is to be said of each file; nothing of those that speak of v3 alone.

    Args:
        options_for: the options that apply to a file.
        minted: where Python programs of this run now make tokens for v3.
    """
    found = []
    for path in paths:
        try:
            with open(path, "rb", opener=regular) as file:
                data = file.read(SIZE_LIMIT)
        except OSError:
            continue  # gone since it was found
        text, _ = decoded(data)
        if _REPORT.search(text):
            continue
        kind = kind_of(path, text)
        # Where the tool raises a pin itself (V3M701), it says so there.
        told = [mention for mention in mentions(kind, text) if mention.code != PIN or format_of(path) is None]
        if minted and kind is Kind.JAVASCRIPT and "token" in text and told:
            told[0] = replace(told[0], message=f"{told[0].message}; the tokens of {', '.join(minted)} are v3's now")
        options = options_for(path)
        findings = [finding for finding in _findings(kind, text, told) if options.selects(finding.code)]
        if findings:
            found.append(Outcome(path, data, data, tuple(findings)))
    return found


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
