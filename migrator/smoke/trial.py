"""One program under test: its runs in each variant, and what they say together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Event

from migrator.smoke.checks.judge import Status, Verdict, could_not_run, judge, offer
from migrator.smoke.checks.wire import always_formats, refusals
from migrator.smoke.observation import Observation, description, sessions_of
from migrator.smoke.progress import Nobody, Watch
from migrator.smoke.sandbox import Conditions, Program, run


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
    before = None
    if original is not None:
        with watch.run(f"{name}: the original, on v2") as tell:
            before = run(original, replace(conditions, api="v2", variant=None, tell=tell))
        reason = could_not_run(before) or _never_worked(before)
        if reason is not None:
            imports = re.search(r"ImportError|ModuleNotFoundError|AttributeError", reason)
            hint = f" ({original.python} runs it; --python-before names another)" if imports else ""
            yield Trial(name, None, None, before, reason=f"the original: {reason}{hint}")
            return

    def attempt(variant: str | None) -> Observation:
        with watch.run(f"{name}: v3{f', turns as {variant}' if variant else ''}") as tell:
            return run(program, replace(conditions, api="v3", variant=variant, tell=tell))

    waiting, known = list(variants), before
    while waiting:
        # Side by side, once one has shown that it runs at all, and where each has ports of its own.
        together = len(waiting) if known is not None and not known.walls else 1
        now, waiting = waiting[:together], waiting[together:]
        for variant, seen in zip(now, _side_by_side(attempt, now, conditions.cancelled), strict=True):
            if variant not in (None, "F3") and any(always_formats(session) for session in sessions_of(seen)):
                # Its model reports turns in one way only, and what it does with others is of no interest.
                if "F3" not in [*now, *waiting]:
                    waiting = ["F3"]
                continue
            # What the original could do and this cannot is a fault of this.
            reason = could_not_run(seen) if before is None else None
            if reason is not None and "No module named" in reason:
                reason += f" ({program.python} runs it; --python names another)"
            verdict = judge(seen, before) if reason is None else None
            yield Trial(name, variant, verdict, seen, before, reason)
            known = known or seen
            if reason is not None or not seen.sessions:
                return  # How turns are reported makes no difference to a program that opens no session.


def _side_by_side(
    attempt: Callable[[str | None], Observation], variants: Sequence[str | None], cancelled: Event
) -> list[Observation]:
    """Return what is seen of each variant; if this is interrupted, so are all of them."""
    if len(variants) == 1:
        return [attempt(variants[0])]
    with ThreadPoolExecutor(len(variants)) as pool:
        runs = [pool.submit(attempt, variant) for variant in variants]
        try:
            return [run.result() for run in runs]
        except BaseException:
            cancelled.set()
            raise


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
