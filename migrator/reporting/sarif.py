"""SARIF 2.1.0, as code scanning services read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import quote

from codemods.model import SITE, Finding, rule_url
from migrator.analysis.outcome import Outcome
from migrator.output import diff
from migrator.reporting import rule_page
from migrator.reporting.report import Mode, Report, severity

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
        "results": [result for outcome in report.outcomes for result in _results(report, outcome)],
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


def _results(report: Report, outcome: Outcome) -> Iterator[dict[str, object]]:
    fixes = [] if report.mode is Mode.WRITE else _fixes(outcome)
    for finding in outcome.findings:
        result = _result(outcome, finding)
        if fixes and finding.fixed:
            # Once a file, with all of its changes: a program that is half moved works with neither service.
            result["fixes"], fixes = fixes, []
        yield result


def _fixes(outcome: Outcome) -> list[dict[str, object]]:
    """Return the change of a whole file; of none whose bytes are not the text that a reader of SARIF sees."""
    try:
        before, after = outcome.before.decode(), outcome.after.decode()
    except UnicodeDecodeError:
        return []
    if not outcome.changed or "\ufeff" in before[:1]:
        return []
    change = {
        "artifactLocation": _location(outcome.path),
        "replacements": list(_replacements(before.encode(), after.encode())),
    }
    text = "Move all of this file to v3, as `v3-migrate --write` does."
    return [{"description": {"text": text}, "artifactChanges": [change]}]


def _replacements(before: bytes, after: bytes) -> Iterator[dict[str, object]]:
    """Yield each run of changed lines: whole lines, their ends included."""
    lines = diff.split(before)
    for hunk in diff.hunks(before, after):
        number, at, removed, added = hunk.old_start, 0, 0, ""
        for sign, line in (*hunk.lines, (b" ", b"")):
            if sign == b" ":
                if removed or added:
                    yield _replacement(lines, at, removed, added)
                number, removed, added = number + 1, 0, ""
                continue
            at = at if removed or added else number
            removed += sign == b"-"
            number += sign == b"-"
            added += line.decode() if sign == b"+" else ""


def _replacement(lines: Sequence[bytes], at: int, removed: int, added: str) -> dict[str, object]:
    """Return a replacement of `removed` lines from line `at` on.

    A region may not begin or end behind the last line: there it begins or ends at the end of that one.
    """
    start, end = (at, 1), (at + removed, 1)
    if at + removed > len(lines):
        last = lines[-1].decode() if lines else ""
        end = (max(len(lines), 1), len(last) + 1)
        start = end if not removed else start
    region = {"startLine": start[0], "startColumn": start[1], "endLine": end[0], "endColumn": end[1]}
    return {"deletedRegion": region, "insertedContent": {"text": added}}


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
