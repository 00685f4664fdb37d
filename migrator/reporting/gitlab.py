"""GitLab's Code Quality report: issues as Code Climate's specification has them, of which GitLab reads a part.

https://github.com/codeclimate/platform/blob/master/spec/analyzers/SPEC.md#issues, as npm's codeclimate-types 0.3.1
states it (read 2026-11-29).
"""

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
            issues.append(_issue("error", outcome.error, "blocker", outcome.path, (1, 1), mark))
        for finding, mark in fingerprints(outcome, report.listed(outcome), outcome.path):
            span = finding.in_file or finding.span
            level = _SEVERITIES[severity(finding.code)]
            issues.append(_issue(finding.code, finding.message, level, outcome.path, (span.line, span.end_line), mark))
    return json.dumps(issues, indent=2).encode() + b"\n"


def _issue(code: str, message: str, severity: str, path: str, lines: tuple[int, int], mark: str) -> dict[str, object]:
    return {
        "type": "issue",
        "categories": ["Compatibility"],
        "description": message,
        "check_name": code,
        "fingerprint": mark,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": lines[0], "end": lines[1]}},
    }
