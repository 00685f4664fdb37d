"""A summary for a pull request or a job page."""

from __future__ import annotations

from migrator.reporting.concise import encode
from migrator.reporting.report import Report


def render(report: Report) -> bytes:
    """Return the report as Markdown."""
    parts = ["## v3-migrate", "", report.headline(), ""]
    if report.by_rule:
        parts += ["| rule | what | rewrites | left |", "|---|---|--:|--:|"]
        for code, (fixed, left) in report.by_rule.items():
            parts.append(f"| {code} | {_cell(report.summaries.get(code, ''))} | {fixed} | {left} |")
        parts.append("")
    rows = [(outcome, finding) for outcome in report.outcomes for finding in outcome.left]
    if rows:
        parts += ["### Left for a person", "", "| place | rule | what to do |", "|---|---|---|"]
        for outcome, finding in rows:
            cell = f"cell {finding.cell}:" if finding.cell is not None else ""
            where = _code(f"{outcome.path}:{cell}{finding.span.line}")
            parts.append(f"| {where} | {finding.code} | {_cell(finding.message)} |")
        parts.append("")
    if report.errors:
        parts += ["### Errors", ""]
        parts += [f"- {_code(outcome.path)}: {_cell(outcome.error or '')}" for outcome in report.errors]
        parts.append("")
    for number, (why, command) in enumerate(report.next_steps(), 1):
        parts.append(f"{number}. {why}: {_code(command)}" if command else f"{number}. {_cell(why)}")
    return encode("\n".join(parts).rstrip("\n") + "\n")


def _cell(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\|`*_[]<>" else c for c in " ".join(text.split()))


def _code(text: str) -> str:
    text = " ".join(text.split("\n")).replace("|", "\\|")
    return f"`` {text} ``" if "`" in text else f"`{text}`"
