"""The trials of a run for other programs: as JSON, and as JUnit XML."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from migrator.reporting.junit import Case, Suite, document
from migrator.smoke.checks.verdict import Status
from migrator.smoke.report.about import About
from migrator.smoke.report.timeline import lines
from migrator.smoke.trial import Trial


def as_json(trials: Sequence[Trial], with_timeline: bool, about: About) -> str:
    """Return one JSON document; its form is versioned."""
    document = {
        "version": 1,
        "about": dict(about.rows()),
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
                        "advice": check.advice or None,
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
    return document(map(_suite, trials), "v3-migrate smoke").decode()


def _suite(trial: Trial) -> Suite:
    cases = [Case(trial.name, "runs", error=trial.reason)] if trial.reason is not None else []
    for check in trial.verdict.checks if trial.verdict else ():
        failure = (check.evidence, check.advice or "") if check.status is Status.FAIL else None
        skipped = check.evidence if check.status is Status.NOT_APPLICABLE else None
        cases.append(Case(trial.name, check.name, failure=failure, skipped=skipped))
    return Suite(f"{trial.name} {trial.variant or ''}".strip(), cases)
