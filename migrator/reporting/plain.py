"""The report for people, without colour, for a pipe, a file or `NO_COLOR`. Its diff is exact: `git apply` takes it."""

from __future__ import annotations

from migrator.analysis.outcome import Outcome
from migrator.reporting.concise import encode, lines
from migrator.reporting.diff import patches
from migrator.reporting.report import Mode, Report


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
    """Return the sums and the next command."""
    out = list(report.headlines())
    rows = list(report.rule_lines())
    width = max((len(counts) for _, counts, _ in rows), default=0)
    out += [f"  {code}  {counts:<{width}}  {text}".rstrip() for code, counts, text in rows]
    out += [f"{why}: {command}" for why, command in report.next_steps()]
    return encode("".join(f"{line}\n" for line in out))
