"""Asks about each file before it is written."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from migrator.analysis.outcome import Outcome
from migrator.reporting.formats import console, put
from migrator.reporting.report import Report

_QUESTION = "Migrate this file? [y]es, [n]o, [a]ll that follow, [q]uit: "


def choose(outcomes: Sequence[Outcome], color: str) -> list[Outcome]:
    """Return the outcomes as the user wants them; a file that is not wanted comes back unchanged, its findings left."""
    chosen: list[Outcome] = []
    answer = ""
    for outcome in outcomes:
        if outcome.changed and answer not in ("a", "q"):
            _show(outcome, color)
            answer = _ask()
        wanted = not outcome.changed or answer in ("y", "a")
        chosen.append(outcome if wanted else _declined(outcome))
    return chosen


def _declined(outcome: Outcome) -> Outcome:
    findings = tuple(replace(finding, fixed=False) for finding in outcome.findings)
    return replace(outcome, after=outcome.before, findings=findings)


def _show(outcome: Outcome, color: str) -> None:
    report = Report([outcome])
    screen = console(color)
    if screen is not None:
        from migrator.reporting import pretty

        pretty.show_file(report, outcome, screen)
    else:
        from migrator.reporting import plain
        from migrator.reporting.diff import patches

        put(plain.file(report, outcome, patches([outcome])[outcome.path]), None)


def _ask() -> str:
    while True:
        print(_QUESTION, end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            print()
            return "q"  # no more input is no consent
        answer = line.strip().lower()[:1]
        if answer in ("y", "n", "a", "q"):
            return answer
