"""The report for people, without colour, for a pipe, a file or `NO_COLOR`. Its diff is exact: `git apply` takes it."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.analysis.outcome import Outcome
from migrator.reporting.concise import encode, lines
from migrator.reporting.diff import patches
from migrator.reporting.report import Mode, Report, plural


def render(report: Report) -> bytes:
    """Return, for each file, its diff and what to know of it; then the summary."""
    found = patches(report.changed) if report.mode is Mode.PREVIEW else {}
    files = [file(report, outcome, found.get(outcome.path, b"")) for outcome in report.outcomes]
    return b"".join([*files, summary(report)])


def file(report: Report, outcome: Outcome, patch: bytes) -> bytes:
    """Return the diff of one file, if there is one, and what a person should read of its findings under it."""
    out = list(lines(report, outcome, report.shown(outcome)))
    if patch:
        out = [f"{outcome.path}: {report.counts(outcome)}", *out, ""]
    return patch + encode("".join(f"{line}\n" for line in out))


def summary(report: Report) -> bytes:
    """Return what is left for a person, the sums, and the next steps."""
    out: list[str] = []
    if report.unresolved:
        out.append(f"{plural(len(report.unresolved), 'place')} left for you:")
        out += [f"  {report.line(outcome, finding)}" for outcome, finding in report.unresolved]
    if report.notes:
        out.append(f"{plural(len(report.notes), 'note')}:")
        out += [f"  {report.line(outcome, finding)}" for outcome, finding in report.notes]
    out.append(report.headline())
    out += [f"  {number}. {step}" for number, step in enumerate(steps(report), 1)]
    return encode("".join(f"{line}\n" for line in out))


def steps(report: Report) -> Iterator[str]:
    """Yield what to do next, a line each."""
    for why, command in report.next_steps():
        yield f"{why}: {command}" if command else why
