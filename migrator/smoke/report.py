"""The trials of a run as text for a person, as JSON, and as JUnit XML."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from xml.etree import ElementTree

from migrator.smoke.judge import Status
from migrator.smoke.timeline import timeline
from migrator.smoke.trial import Trial

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKS = {Status.PASS: "pass", Status.FAIL: "FAIL", Status.NOT_APPLICABLE: "n/a"}
_COLORS = {"pass": "32", "FAIL": "1;31", "n/a": "2", "passed": "32", "failed": "1;31", "could not run": "1;33"}


def exit_code(trials: Sequence[Trial]) -> int:
    """Return 0 if all passed, 1 if a check failed, 2 if a program could not be run."""
    outcomes = {trial.outcome for trial in trials}
    return 2 if "could not run" in outcomes or not trials else 1 if "failed" in outcomes else 0


def terminal(trials: Sequence[Trial], color: bool, with_timeline: bool) -> str:
    """Return a table of checks for each trial, and a summary."""
    paint = _painter(color)
    lines = [line for trial in trials for line in _table(trial, paint, with_timeline)]
    counts = Counter(trial.outcome for trial in trials)
    summary = ", ".join(f"{count} {paint(outcome)}" for outcome, count in sorted(counts.items()))
    runs = "1 run" if len(trials) == 1 else f"{len(trials)} runs"
    return "\n".join([*lines, f"{runs}: {summary}", ""])


def _table(trial: Trial, paint: Callable[[str], str], with_timeline: bool) -> Iterator[str]:
    variant = f", turns as in {trial.variant}" if trial.variant else ""
    compared = ", compared with the original" if trial.before else ""
    yield f"{trial.name}{variant}{compared}: {paint(trial.outcome)}"
    if trial.reason is not None:
        yield f"  {trial.reason}"
    for check in trial.verdict.checks if trial.verdict else ():
        mark = _MARKS[check.status]
        yield f"  {paint(mark)}{' ' * (5 - len(mark))}{check.name:<11} {check.evidence}"
        if check.status is Status.FAIL:
            yield f"       {'':<11} {check.advice}"
    if with_timeline:
        yield "  timeline (seconds since the start)"
        yield from (f"  {line}" for line in timeline(trial.seen))
    yield ""


def _painter(color: bool) -> Callable[[str], str]:
    def paint(text: str) -> str:
        return f"\x1b[{_COLORS[text]}m{text}\x1b[0m" if color else text

    return paint


def as_json(trials: Sequence[Trial], with_timeline: bool) -> str:
    """Return one JSON document; its form is versioned."""
    document = {
        "version": 1,
        "runs": [
            {
                "program": trial.name,
                "variant": trial.variant,
                "compared": trial.before is not None,
                "outcome": trial.outcome,
                "reason": trial.reason,
                "checks": [
                    {
                        "name": check.name,
                        "status": check.status.value,
                        "evidence": check.evidence,
                        "advice": check.advice if check.status is Status.FAIL else None,
                    }
                    for check in (trial.verdict.checks if trial.verdict else ())
                ],
                **({"timeline": timeline(trial.seen)} if with_timeline else {}),
            }
            for trial in trials
        ],
        "summary": dict(Counter(trial.outcome for trial in trials)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def junit(trials: Sequence[Trial]) -> str:
    """Return JUnit XML: a suite for each trial, a test case for each check."""
    suites = ElementTree.Element("testsuites", name="v3-migrate smoke")
    for trial in trials:
        checks = trial.verdict.checks if trial.verdict else ()
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=_clean(f"{trial.name} {trial.variant or ''}".strip()),
            tests=str(max(len(checks), 1)),
            failures=str(sum(check.status is Status.FAIL for check in checks)),
            errors=str(int(trial.verdict is None)),
        )
        if trial.reason is not None:
            case = ElementTree.SubElement(suite, "testcase", classname=_clean(trial.name), name="runs")
            ElementTree.SubElement(case, "error", message=_clean(trial.reason))
        for check in checks:
            case = ElementTree.SubElement(suite, "testcase", classname=_clean(trial.name), name=check.name)
            if check.status is Status.FAIL:
                ElementTree.SubElement(case, "failure", message=_clean(check.evidence)).text = check.advice
            elif check.status is Status.NOT_APPLICABLE:
                ElementTree.SubElement(case, "skipped", message=_clean(check.evidence))
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", text)
