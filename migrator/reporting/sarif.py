"""SARIF 2.1.0, as code scanning services read it."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import quote

from codemods.model import SITE, Finding, rule_url
from migrator.analysis.outcome import Outcome
from migrator.reporting import rule_page
from migrator.reporting.report import Report, severity

if TYPE_CHECKING:
    from codemods.rule import RuleDoc

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report) -> bytes:
    """Return the report as a SARIF log."""
    run = {
        "tool": {
            "driver": {
                "name": "v3-migrate",
                "version": version("v3-migrate"),
                "informationUri": SITE,
                "rules": _rules(report),
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


def _rules(report: Report) -> list[dict[str, object]]:
    """Return what code scanning shows beside a result: the whole page of its rule."""
    if not report.by_rule:
        return []
    from codemods.analysis import documentation

    rules: list[RuleDoc | rule_page.OwnRule] = [*documentation(), *rule_page.OWN]
    return [_rule(rule) for rule in rules if rule.code in report.by_rule]


def _rule(rule: RuleDoc | rule_page.OwnRule) -> dict[str, object]:
    text = rule_page.page(rule)
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": f"{rule.summary}."},
        "fullDescription": {"text": " ".join(rule.why.split())},
        "help": {"text": text, "markdown": text},
        "helpUri": rule_url(rule.code),
        "defaultConfiguration": {"enabled": True, "level": severity(rule.code).value},
        "properties": {"tags": ["migration", "assemblyai"], "precision": "very-high"},
    }


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
        "level": severity(finding.code).value,
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": {"artifactLocation": _location(outcome.path), "region": region}}],
        "properties": {"applicability": finding.safety.value, "fixable": finding.fixed},
    }
