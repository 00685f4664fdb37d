"""Write: all that the outcomes say, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from migrator.analysis.outcome import Outcome
from migrator.output.writer import WritingError, Written, refuse_dirty, write
from migrator.settings import Settings
from migrator.show import RunError


def written(outcomes: Sequence[Outcome], settings: Settings) -> tuple[Sequence[Outcome], Sequence[str]]:
    """Write what the outcomes say and return what became of that, and the commands that take it back.

    Raises:
        RunError: nothing was written; the message says why.
    """
    try:
        if not settings.allow_dirty:
            refuse_dirty(outcomes)  # before any other question is asked
        if settings.interactive:
            from migrator.interactive import choose

            outcomes = choose(outcomes, settings.color)
        done = write(outcomes)
    except WritingError as error:
        raise RunError(str(error)) from error
    return [_as_written(outcome, done) for outcome in outcomes], done.undo


def _as_written(outcome: Outcome, done: Written) -> Outcome:
    if any(stale.path == outcome.path for stale in done.changed_meanwhile):
        return replace(outcome, findings=(), error="left alone: it changed while it was being migrated; run again")
    return outcome
