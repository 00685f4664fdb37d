"""The trials of a run as text for a person."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from migrator.smoke.checks.verdict import Check, Status
from migrator.smoke.report.about import About
from migrator.smoke.report.timeline import lines
from migrator.smoke.trial import Trial
from migrator.smoke.variants import VARIANTS

_MARKS = {Status.PASS: "pass", Status.FAIL: "FAIL", Status.WARN: "warn", Status.NOT_APPLICABLE: "n/a"}
_COLORS = {
    "pass": "32",
    "FAIL": "1;31",
    "warn": "33",
    "n/a": "2",
    "then": "2",
    "passed": "32",
    "failed": "1;31",
    "could not run": "1;33",
}
#: Times and counts differ from run to run: what differs in nothing else is one.
_NUMBER = re.compile(r"\d+(\.\d+)?")
#: Where the evidence begins.
_INDENT = 18


def exit_code(trials: Sequence[Trial]) -> int:
    """Return 0 if all passed, 1 if a check failed, 2 if a program could not be run."""
    outcomes = {trial.outcome for trial in trials}
    return 2 if "could not run" in outcomes or not trials else 1 if "failed" in outcomes else 0


def terminal(
    trials: Sequence[Trial],
    color: bool,
    with_timeline: bool,
    width: int | None = None,
    about: About | None = None,
) -> str:
    """Return a table of checks for each program, and a summary; fold and cut lines at `width` columns."""
    paint = _painter(color)
    text: list[str] = []
    for _, runs in groupby(trials, key=lambda trial: trial.name):
        text += [*_program(list(runs), paint, with_timeline, width), ""]
    counts = Counter(trial.outcome for trial in trials)
    summary = ", ".join(f"{count} {paint(outcome)}" for outcome, count in sorted(counts.items()))
    text += list(_circumstances(trials, about)) if about else []
    return "\n".join([*text, f"{'1 run' if len(trials) == 1 else f'{len(trials)} runs'}: {summary}", ""])


def _circumstances(trials: Sequence[Trial], about: About) -> Iterator[str]:
    """Yield with what the programs were run, and what held them."""
    yield f"run with {about.interpreter}"
    if about.interpreter_before not in ("", about.interpreter):
        yield f"the original with {about.interpreter_before}"
    if walls := next(
        (seen.walls for trial in trials for seen in (trial.seen, trial.before) if seen and seen.walls), ""
    ):
        yield f"held by its interpreter only, not by the kernel: {walls}"


def _program(
    runs: Sequence[Trial], paint: Callable[[str], str], with_timeline: bool, width: int | None
) -> Iterator[str]:
    compared = " (compared with the original)" if any(trial.before for trial in runs) else ""
    yield f"{runs[0].name}{compared}"
    for trial in runs:
        variant = f"turns as {trial.variant}, {VARIANTS[trial.variant]}: " if trial.variant else ""
        yield f"  {variant}{paint(trial.outcome)}"
        if trial.reason is not None:
            yield from _folded(trial.reason, "    ", "    ", width)
    for check, variants in _checks(runs):
        mark = "then" if check.follows else _MARKS[check.status]
        seen, *more = check.evidence.split("\n")
        evidence = "\n".join([f"{seen}{f' [{variants}]' if variants else ''}", *more])
        first, *rest = _folded(evidence, " " * _INDENT, " " * _INDENT, width)
        # The colour has no width, so it comes after folding.
        yield f"  {paint(mark)}{' ' * (5 - len(mark))}{check.name:<11}{first[_INDENT:]}"
        yield from rest
        # What only follows needs neither: it goes when its cause does.
        if check.advice and not check.follows:
            if check.where:
                yield from _folded(f"at {check.where}", " " * _INDENT, " " * _INDENT, width)
            yield from _folded(check.advice, " " * _INDENT + "-> ", " " * (_INDENT + 3), width)
    for trial in runs if with_timeline else ():
        yield f"  timeline{f' of {trial.variant}' if trial.variant else ''} (seconds since the start)"
        yield from (f"  {line}"[:width] for line in lines(trial.seen))


def _checks(runs: Sequence[Trial]) -> list[tuple[Check, str]]:
    """Return each check once with the variants it is about (none if that is all of them); failures come first."""
    found = list(_grouped(runs))
    # In the order of the first run that failed: its cause, what follows from it, other causes.
    return sorted(found, key=lambda pair: (pair[0].status is not Status.FAIL, pair[0].status is not Status.WARN))


def _grouped(runs: Sequence[Trial]) -> Iterator[tuple[Check, str]]:
    judged = [trial for trial in runs if trial.verdict is not None]
    judged.sort(key=lambda trial: trial.outcome == "passed")
    names = dict.fromkeys(check.name for trial in judged if trial.verdict for check in trial.verdict.checks)
    for name in names:
        found = [
            (trial.variant or "", check)
            for trial in judged
            if trial.verdict
            for check in trial.verdict.checks
            if check.name == name
        ]
        if all(check.status is Status.PASS for _, check in found):
            # The evidence differs in milliseconds and counts only.
            yield found[0][1], ""
            continue
        found.sort(key=lambda pair: pair[0])
        alike: dict[tuple[Status, str], list[str]] = {}
        for variant, check in found:
            said = "" if check.status is Status.PASS else _NUMBER.sub("0", check.evidence)
            alike.setdefault((check.status, said), []).append(variant)
        for variants in alike.values():
            check = next(check for variant, check in found if variant == variants[0])
            yield check, "" if len(variants) == len(judged) else ", ".join(variants)


def _folded(text: str, first: str, rest: str, width: int | None) -> list[str]:
    """Return `text` as lines of at most `width` columns; without one, as one line."""
    lines = []
    for number, line in enumerate(text.split("\n")):
        start = rest if number else first
        folded = [start + line]
        if width is not None:
            folded = textwrap.wrap(line, max(width, 40), initial_indent=start, subsequent_indent=rest)
        lines += folded or [start]
    return lines


def _painter(color: bool) -> Callable[[str], str]:
    def paint(text: str) -> str:
        return f"\x1b[{_COLORS[text]}m{text}\x1b[0m" if color else text

    return paint
