"""SARIF 2.1.0, as code scanning services read it."""

from __future__ import annotations

import json
from importlib.metadata import version
from urllib.parse import quote

from codemods.model import Finding
from migrator.analysis.outcome import Outcome
from migrator.reporting.report import Report

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report) -> bytes:
    """Return the report as a SARIF log."""
    run = {
        "tool": {
            "driver": {
                "name": "v3-migrate",
                "version": version("v3-migrate"),
                "rules": [_rule(code, report) for code in report.by_rule],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.errors,
                "toolExecutionNotifications": [_notification(outcome) for outcome in report.errors],
            }
        ],
        "results": [_result(outcome, finding) for outcome, finding in report.findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2).encode() + b"\n"


def _rule(code: str, report: Report) -> dict[str, object]:
    rule: dict[str, object] = {"id": code, "shortDescription": {"text": report.summaries.get(code) or code}}
    if code in report.sources:
        rule["helpUri"] = report.sources[code]
    return rule


def _location(path: str) -> dict[str, object]:
    return {"uri": quote(path.encode("utf-8", "surrogateescape"))}


def _notification(outcome: Outcome) -> dict[str, object]:
    return {
        "level": "error",
        "message": {"text": outcome.error},
        "locations": [{"physicalLocation": {"artifactLocation": _location(outcome.path)}}],
    }


def _result(outcome: Outcome, finding: Finding) -> dict[str, object]:
    span = finding.in_file or finding.span
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": max(span.end_column, 1),
    }
    return {
        "ruleId": finding.code,
        "level": "warning",
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": {"artifactLocation": _location(outcome.path), "region": region}}],
        "properties": {"safety": finding.safety.value, "fixed": finding.fixed},
    }
