"""Suppression comments seen from outside the rules: which of them silence nothing any more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from codemods import suppression as rules
from codemods.model import Finding, Options, Safety, Span

CODE = "V3M901"

Comments = Mapping[int, tuple[str, ...]]
"""Line, counted from 1, to the codes that its comment silences."""

_ARMED = re.compile(r"(v3-migrate:\s*)ignore\[")


def comments(text: str) -> Comments:
    """Return the codes silenced on each line."""
    return rules.ignored_lines(text)


def covers_file(text: str) -> bool:
    """Return whether the file asks to be left alone altogether."""
    return rules.ignores_file(text)


def silences(silenced: Comments, finding: Finding) -> bool:
    """Return whether one of the comments silences `finding`."""
    return any(finding.code in silenced.get(line, ()) for line in range(finding.span.line, finding.span.end_line + 1))


def disarmed(text: str) -> str:
    """Return `text` with suppression comments that are none, every character in its place."""
    return _ARMED.sub(r"\1disarm[", text)


def unused(silenced: Comments, found: Iterable[Finding], options: Options) -> list[Finding]:
    """Return a finding for each code of a comment that silences nothing.

    Args:
        found: what is found without the comments.
    """
    if not options.selects(CODE):
        return []
    met = {(line, f.code) for f in found for line in range(f.span.line, f.span.end_line + 1)}
    return [
        Finding(CODE, Span(line, 1, line, 1), f"unused suppression of {code}: remove it", Safety.MANUAL, False)
        for line, codes in silenced.items()
        for code in codes
        if options.selects(code) and (line, code) not in met
    ]
