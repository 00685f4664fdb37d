"""One program under test: its runs in each variant, and what they say together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import Enum
from threading import Event

from migrator.smoke.checks.judge import Status, Verdict, could_not_run, judge, offer
from migrator.smoke.checks.wire import always_formats, refusals
from migrator.smoke.observation import Observation, description, sessions_of
from migrator.smoke.progress import Nobody, Watch
from migrator.smoke.sandbox import Conditions, Program, run
from migrator.smoke.walls.start import walls_are_possible


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome of one program in one variant: a verdict, or why there is none."""

    name: str
    variant: str | None
    verdict: Verdict | None
    seen: Observation
    before: Observation | None = None
    reason: str | None = None

    @property
    def outcome(self) -> str:
        """The word for it in reports."""
        if self.verdict is None:
            return "could not run"
        return "passed" if self.verdict.passed else "failed"


def trials(
    name: str,
    program: Program,
    original: Program | None,
    conditions: Conditions,
    variants: Sequence[str | None],
    watch: Watch | None = None,
) -> Iterator[Trial]:
    """Run `program` in each variant; with the `original`, compare it with that.

    Args:
        watch: told which run goes on, and what it waits for.
    """
    watch = watch or Nobody()
    cancelled = Event()

    def attempt(which: _Which) -> Observation:
        label = "the original, on v2" if which is _ORIGINAL else f"v3{f', turns as {which}' if which else ''}"
        subject, api = (original, "v2") if which is _ORIGINAL and original is not None else (program, "v3")
        variant = None if which is _ORIGINAL else which
        with watch.run(f"{name}: {label}") as tell:
            return run(subject, replace(conditions, api=api, variant=variant, tell=tell, cancelled=cancelled))

    runs = _Runs(attempt, cancelled)
    try:
        before = None
        if original is not None:
            # The program is run beside it: where the original cannot be, neither can it, mostly.
            before = runs.start([_ORIGINAL, *variants]).seen(_ORIGINAL)
            reason = could_not_run(before) or _never_worked(before)
            if reason is not None:
                imports = re.search(r"ImportError|ModuleNotFoundError|AttributeError", reason)
                hint = f" ({original.python} runs it; --python-before names another)" if imports else ""
                yield Trial(name, None, None, before, reason=f"the original: {reason}{hint}")
                return
        else:
            runs.start(variants)
        yield from _judged(name, program, before, runs, variants)
    finally:
        runs.close()


def _judged(
    name: str, program: Program, before: Observation | None, runs: _Runs, variants: Sequence[str | None]
) -> Iterator[Trial]:
    waiting = list(variants)
    while waiting:
        variant = waiting.pop(0)
        seen = runs.seen(variant)
        if variant not in (None, "F3") and any(always_formats(session) for session in sessions_of(seen)):
            # Its model reports turns in one way only, and what it does with others is of no interest.
            waiting = ["F3"]
            continue
        # What the original could do and this cannot is a fault of this.
        reason = could_not_run(seen) if before is None else None
        if reason is not None and "No module named" in reason:
            reason += f" ({program.python} runs it; --python names another)"
        verdict = judge(seen, before) if reason is None else None
        yield Trial(name, variant, verdict, seen, before, reason)
        if reason is not None or not seen.sessions:
            return  # How turns are reported makes no difference to a program that opens no session.


class _Original(Enum):
    """Stands for the run of the original, beside the variants."""

    IT = "the original"


_ORIGINAL = _Original.IT
_Which = str | None | _Original


class _Runs:
    """Runs of one program, side by side where each has ports of its own; else one after the other, when asked for."""

    def __init__(self, attempt: Callable[[_Which], Observation], cancelled: Event) -> None:
        self._attempt, self._cancelled = attempt, cancelled
        self._going: dict[_Which, Future[Observation]] = {}
        self._pool: ThreadPoolExecutor | None = None

    def start(self, which: Sequence[_Which]) -> _Runs:
        """Start the runs, if they may go on side by side."""
        if len(which) > 1 and walls_are_possible():
            self._pool = ThreadPoolExecutor(len(which))
            self._going = {one: self._pool.submit(self._attempt, one) for one in which}
        return self

    def seen(self, which: _Which) -> Observation:
        """Return what is seen of a run, once it is over."""
        if which in self._going:
            seen = self._going[which].result()
            if not seen.walls:
                return seen
            # Without walls they were in each other's way.
            self.close()
            self._going.clear()
            self._cancelled.clear()
        return self._attempt(which)

    def close(self) -> None:
        """End what still goes on."""
        self._cancelled.set()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _never_worked(before: Observation) -> str | None:
    """Return why the original is nothing to compare with."""
    checks = {check.name: check for check in judge(before).checks}
    if checks["connects"].status is Status.FAIL:
        return checks["connects"].evidence
    if not any(session.audio_milliseconds for session in sessions_of(before)):
        errors = [description(error) for error in before.happened("exception")]
        return "; ".join(["it sent no audio", *errors[:2]]) + offer(before)
    # Idle it becomes once it hangs; that is for the comparison.
    if refused := [text for text in refusals(sessions_of(before)) if not text.startswith("4031")]:
        return f"v2 refuses it: {refused[0]}"
    return None
