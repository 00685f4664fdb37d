"""The machine-readable report: one JSON document, versioned, stable; its schema lies beside this file."""

from __future__ import annotations

import json

from codemods.model import Finding
from migrator.analysis.outcome import Outcome
from migrator.reporting.report import Mode, Report, severity

VERSION = 2
"""Raised when something is taken away or changes its meaning; additions do not raise it."""


def render(report: Report) -> bytes:
    """Return the report as JSON."""
    document = {
        "version": VERSION,
        "files": [_file(report, outcome) for outcome in report.outcomes],
        "summary": {
            "mode": report.mode.value,
            "files_checked": report.scanned,
            "files_changed": len(report.changed),
            "rewrites": report.fixed,
            "left": report.left,
            "errors": len(report.errors),
            "rules": {code: {"rewrites": fixed, "left": left} for code, (fixed, left) in report.by_rule.items()},
            "notes": report.noted,
            "exit_code": report.exit_code,
        },
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def _file(report: Report, outcome: Outcome) -> dict[str, object]:
    return {
        "path": outcome.path,
        "status": _status(report, outcome),
        "error": outcome.error,
        "findings": [_finding(report, outcome.path, finding) for finding in outcome.findings],
    }


def _status(report: Report, outcome: Outcome) -> str:
    if outcome.error is not None:
        return "error"
    if outcome.changed:
        return "written" if report.mode is Mode.WRITE else "writable"
    return "stale" if outcome.findings else "unchanged"


def _finding(report: Report, path: str, finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "path": path,
        **({"cell": finding.cell} if finding.cell is not None else {}),
        "line": finding.span.line,
        "column": finding.span.column,
        "end_line": finding.span.end_line,
        "end_column": finding.span.end_column,
        "message": finding.message,
        "severity": severity(finding.code).value,
        "applicability": finding.safety.value,
        "fixable": finding.fixed,
        "applied": finding.fixed and report.mode is Mode.WRITE,
    }
