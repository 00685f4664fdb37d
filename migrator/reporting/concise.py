"""One line per finding, one per file that failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.model import Finding
from migrator.analysis.outcome import Outcome
from migrator.reporting.report import Report


def render(report: Report) -> bytes:
    """Return the findings, one a line."""
    return encode("".join(f"{line}\n" for outcome in report.outcomes for line in lines(report, outcome)))


def lines(report: Report, outcome: Outcome, findings: Sequence[Finding] | None = None) -> Iterator[str]:
    """Yield a line for the error of a file and for each of its `findings`, by default all that the report lists."""
    if outcome.error is not None:
        yield f"{outcome.path}: error: {outcome.error}"
    for finding in report.listed(outcome) if findings is None else findings:
        yield report.line(outcome, finding)


def encode(text: str) -> bytes:
    """Return text for standard output; a file name that is not UTF-8 keeps its bytes."""
    return text.encode("utf-8", "surrogateescape")
