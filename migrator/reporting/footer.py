"""What goes to standard error while standard output carries a diff: errors, what a person should read, and the sums."""

from __future__ import annotations

from migrator.reporting.concise import encode, lines
from migrator.reporting.plain import summary
from migrator.reporting.report import Report


def render(report: Report) -> bytes:
    """Return the lines that a diff has no room for."""
    out: list[str] = []
    for outcome in report.outcomes:
        out += lines(report, outcome, report.shown(outcome))
    return encode("".join(f"{line}\n" for line in out)) + summary(report)
