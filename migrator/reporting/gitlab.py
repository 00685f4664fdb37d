"""GitLab's Code Quality report."""

from __future__ import annotations

import json
from collections import Counter

from migrator.reporting.fingerprints import fingerprint, fingerprints
from migrator.reporting.report import Report, Severity, severity

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


def render(report: Report) -> bytes:
    """Return one issue for each finding and each error."""
    issues: list[dict[str, object]] = []
    for outcome in report.outcomes:
        if outcome.error is not None:
            mark = fingerprint("error", outcome.path, outcome.path, Counter())
            issues.append(_issue("error", outcome.error, "blocker", outcome.path, 1, mark))
        for finding, mark in fingerprints(outcome, report.listed(outcome), outcome.path):
            line = (finding.in_file or finding.span).line
            level = _SEVERITIES[severity(finding.code)]
            issues.append(_issue(finding.code, finding.message, level, outcome.path, line, mark))
    return json.dumps(issues, indent=2).encode() + b"\n"


def _issue(code: str, message: str, severity: str, path: str, line: int, mark: str) -> dict[str, object]:
    return {
        "description": message,
        "check_name": code,
        "fingerprint": mark,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }
