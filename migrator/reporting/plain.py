"""The report for people, without colour, for a pipe, a file or `NO_COLOR`. Its diff is exact: `git apply` takes it."""

from __future__ import annotations

from migrator.outcome import Outcome
from migrator.reporting.concise import encode, lines
from migrator.reporting.diff import patches
from migrator.reporting.report import Mode, Report


def render(report: Report) -> bytes:
    """Return, for each file, its diff and its findings; then the summary."""
    if report.mode is Mode.PREVIEW:
        return _files_with_diff(report) + summary(report)
    return encode("".join(f"{line}\n" for line in lines(report))) + summary(report)


def _files_with_diff(report: Report) -> bytes:
    found = patches(report.changed)
    return b"".join(file(report, outcome, found.get(outcome.path, b"")) + b"\n" for outcome in report.outcomes)


def file(report: Report, outcome: Outcome, patch: bytes) -> bytes:
    """Return the diff of one file and its findings under it."""
    single = Report([outcome], report.mode)
    return patch + encode("".join(f"{line}\n" for line in lines(single)))


def summary(report: Report) -> bytes:
    """Return the sums and the next command."""
    out = [report.headline()]
    rows = list(report.rule_lines())
    width = max((len(counts) for _, counts, _ in rows), default=0)
    out += [f"  {code}  {counts:<{width}}  {text}".rstrip() for code, counts, text in rows]
    out += [f"{why}: {command}" for why, command in report.next_steps()]
    return encode("".join(f"{line}\n" for line in out))
