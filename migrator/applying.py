"""The writing half of the main command."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

from migrator.interactive import choose
from migrator.output.writer import WritingError, refuse_dirty, write
from migrator.reporting.report import Report


def apply(report: Report, arguments: Namespace) -> str | None:
    """Write what the report says, and enter into it what became of that.

    Returns:
        None, or why nothing was written.
    """
    try:
        if not arguments.allow_dirty:
            refuse_dirty(report.outcomes)  # before any other question is asked
        if arguments.interactive:
            report.outcomes = choose(report.outcomes, arguments.color)
        written = write(report.outcomes)
    except WritingError as error:
        return str(error)
    for stale in written.changed_meanwhile:
        report.outcomes = [
            replace(outcome, findings=(), error="left alone: it changed while it was being migrated; run again")
            if outcome.path == stale.path
            else outcome
            for outcome in report.outcomes
        ]
    report.undo = written.undo
    return None
