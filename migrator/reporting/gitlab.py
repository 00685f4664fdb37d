"""GitLab's Code Quality report."""

from __future__ import annotations

import hashlib
import json

from migrator.reporting.report import Report, Severity, severity

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


def render(report: Report) -> bytes:
    """Return one issue for each finding and each error."""
    issues: list[dict[str, object]] = []
    seen: dict[str, int] = {}
    for outcome in report.outcomes:
        if outcome.error is not None:
            issues.append(_issue("error", outcome.error, "blocker", outcome.path, 1, outcome.path, seen))
        lines = outcome.before.splitlines()
        for finding in report.listed(outcome):
            line = (finding.in_file or finding.span).line
            text = lines[line - 1].strip().decode("latin-1") if line <= len(lines) else ""
            identity = f"{outcome.path}\0{text}"
            level = _SEVERITIES[severity(finding.code)]
            issues.append(_issue(finding.code, finding.message, level, outcome.path, line, identity, seen))
    return json.dumps(issues, indent=2).encode() + b"\n"


def _issue(
    code: str, message: str, severity: str, path: str, line: int, identity: str, seen: dict[str, int]
) -> dict[str, object]:
    # The same place keeps its fingerprint when lines above it come and go; equal lines are told apart by their order.
    key = f"{code}\0{identity}"
    seen[key] = seen.get(key, 0) + 1
    digest = hashlib.sha256(f"{key}\0{seen[key]}".encode("utf-8", "surrogateescape")).hexdigest()
    return {
        "description": message,
        "check_name": code,
        "fingerprint": digest,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }
