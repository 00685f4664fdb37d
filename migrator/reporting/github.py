"""Workflow commands of GitHub Actions, which show as annotations on the changed lines."""

from __future__ import annotations

from migrator.reporting.concise import encode
from migrator.reporting.report import Report


def render(report: Report) -> bytes:
    """Return one command for each finding and each error."""
    lines = []
    for outcome in report.outcomes:
        if outcome.error is not None:
            lines.append(f"::error file={_property(outcome.path)},title=v3-migrate::{_data(outcome.error)}")
        for finding in report.listed(outcome):
            span = finding.in_file or finding.span
            place = f"file={_property(outcome.path)},line={span.line},col={span.column}"
            place += f",endLine={span.end_line},endColumn={span.end_column},title={_property(finding.code)}"
            lines.append(f"::warning {place}::{_data(f'{finding.code} {finding.message}')}")
    return encode("".join(f"{line}\n" for line in lines))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
