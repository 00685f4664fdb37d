"""The trials of a run for other programs: as JSON, and as JUnit XML."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree

from migrator.smoke.checks.verdict import Status
from migrator.smoke.report.timeline import lines
from migrator.smoke.trial import Trial

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
                "headline": trial.verdict.headline.name if trial.verdict and trial.verdict.headline else None,
                "checks": [
                    {
                        "name": check.name,
                        "status": check.status.value,
                        "evidence": check.evidence,
                        "advice": check.advice if check.status is Status.FAIL else None,
                        "where": check.where or None,
                        "follows": check.follows or None,
                    }
                    for check in (trial.verdict.checks if trial.verdict else ())
                ],
                **({"timeline": lines(trial.seen)} if with_timeline else {}),
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
