"""Suppression comments seen from outside the rules: which of them silence nothing, or do not say what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from codemods import suppression as rules
from codemods.model import Finding, Options, Safety, Span

CODE = "V3M901"

Comments = Mapping[int, tuple[str, ...]]
"""Line, counted from 1, to the codes that are silenced on it."""

_Place = tuple[int, int]

_ARMED = re.compile(r"(v3-migrate:\s*)ignore(?![\w-])")


@dataclass(frozen=True, slots=True)
class Unused:
    """What is to be said of the comments of a program.

    Attributes:
        gone: the codes that a comment, which stands at (line, column), names for nothing.
    """

    findings: list[Finding] = field(default_factory=list)
    gone: dict[_Place, set[str]] = field(default_factory=dict)


def comments(text: str) -> Comments:
    """Return the codes silenced on each line."""
    return rules.ignored_lines(text)


def covers_file(text: str) -> bool:
    """Return whether the file asks to be left alone altogether."""
    return rules.ignores_file(text)


def silences(silenced: Comments, finding: Finding) -> bool:
    """Return whether one of the comments silences `finding`."""
    return rules.is_ignored(finding.code, range(finding.span.line, finding.span.end_line + 1), silenced)


def disarmed(text: str) -> str:
    """Return `text` with suppression comments that are none, every character in its place."""
    return _ARMED.sub(r"\1disarm", text)


def unused(text: str, found: Iterable[Finding], options: Options, known: Sequence[str]) -> Unused:
    """Return what silences nothing, and what does not say what it silences.

    Args:
        found: what is found without the comments.
        known: the code of every rule for programs.
    """
    told = Unused()
    if not options.selects(CODE):
        return told
    met: dict[int, set[str]] = {}
    for finding in found:
        for line in range(finding.span.line, finding.span.end_line + 1):
            met.setdefault(line, set()).add(finding.code)
    for comment in rules.comments(text):
        here = {code for line in comment.lines for code in met.get(line, ())}
        for code in comment.codes:
            fixed = False
            if code == rules.EVERY and here:
                codes = ", ".join(sorted(here))
                says = f"suppression that names no rule and would hide later mistakes: write ignore[{codes}]"
            elif code != rules.EVERY and code not in known:
                near = get_close_matches(code, known, 1, 0.75)
                says = f"suppression of {code}, a code that no rule has" + "".join(f": {like}?" for like in near)
            elif code not in here and (code == rules.EVERY or options.selects(code)):
                fixed = True
                says = f"unused suppression{f' of {code}' * (code != rules.EVERY)} is removed"
                told.gone.setdefault((comment.line, comment.start), set()).add(code)
            else:
                continue
            span = Span(comment.line, comment.start + 1, comment.line, comment.end + 1)
            told.findings.append(Finding(CODE, span, says, Safety.SAFE if fixed else Safety.MANUAL, fixed))
    return told


def without(before: str, after: str, gone: Mapping[_Place, set[str]]) -> str:
    """Return the new text of a program without the codes, and the comments, that silence nothing.

    Args:
        before: the old text, in which `gone` has its places; the new one has its comments in the same order, but for
            those that went with their statements.
    """
    if not gone:
        return after
    lines = after.split("\n")
    old = iter(rules.comments(before))
    pairs = [(next((was for was in old if was.codes == new.codes), new), new) for new in rules.comments(after)]
    for was, comment in reversed(pairs):
        number = comment.line - 1
        if useless := gone.get((was.line, was.start)):
            line = _shortened(lines[number], comment, [code for code in comment.codes if code not in useless])
            lines[number : number + 1] = [] if line is None else [line]
    return "\n".join(lines)


def _shortened(line: str, comment: rules.Comment, codes: Sequence[str]) -> str | None:
    """Return a line whose comment names only `codes`; None if nothing is left of it."""
    if codes:
        return f"{line[: comment.start]}# v3-migrate: ignore[{', '.join(codes)}]{line[comment.end :]}"
    code, behind = line[: comment.start].rstrip(), line[comment.end :].strip(" ")
    rest = f"{code}  {behind}" if code and behind.strip() else code + behind
    return rest if rest.strip() else None
