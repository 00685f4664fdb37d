"""One line per finding, one per file that failed."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.reporting.report import Report


def render(report: Report) -> bytes:
    """Return the findings, one a line."""
    return encode("".join(f"{line}\n" for line in lines(report)))


def lines(report: Report) -> Iterator[str]:
    """Yield a line for each finding and each error."""
    for outcome in report.outcomes:
        if outcome.error is not None:
            yield f"{outcome.path}: error: {outcome.error}"
        for finding in report.listed(outcome):
            yield report.line(outcome, finding)


def encode(text: str) -> bytes:
    """Return text for standard output; a file name that is not UTF-8 keeps its bytes."""
    return text.encode("utf-8", "surrogateescape")
