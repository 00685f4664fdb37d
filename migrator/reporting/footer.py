"""What goes to standard error while standard output carries a diff: errors, what is left, and the sums."""

from __future__ import annotations

from migrator.reporting.concise import encode
from migrator.reporting.plain import summary
from migrator.reporting.report import Report


def render(report: Report) -> bytes:
    """Return the lines that a diff has no room for."""
    out = []
    for outcome in report.outcomes:
        if outcome.error is not None:
            out.append(f"{outcome.path}: error: {outcome.error}\n")
        out += [f"{report.line(outcome, finding)}\n" for finding in outcome.left]
    return encode("".join(out)) + summary(report)
