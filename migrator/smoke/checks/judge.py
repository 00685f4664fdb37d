"""The verdict on one run: what passed, what did not, on what evidence, and what to do about it."""

from __future__ import annotations

from migrator.smoke.checks import output, wire
from migrator.smoke.checks.cause import arranged
from migrator.smoke.checks.verdict import Check, Status, Verdict
from migrator.smoke.observation import Observation, description

__all__ = ["Check", "Status", "Verdict", "could_not_run", "judge"]

_RULES = (*wire.RULES, *output.RULES)


def judge(seen: Observation, before: Observation | None = None) -> Verdict:
    """Judge a run; with `before`, the run of the original program, also what has to be as it was."""
    return Verdict(arranged([check for rule in _RULES for check in rule(seen, before)], seen, before))


def could_not_run(seen: Observation) -> str | None:
    """Return why the run says nothing about the program: it never came as far as a session, for want of something."""
    if not seen.happened("started"):
        return "the sandbox did not get inside: it takes Python 3.8 or newer, and nothing that ignores PYTHONPATH"
    if seen.sessions or seen.happened("redirected"):
        return None
    for problem in seen.happened("no-call"):
        return problem.text("message")
    missing = [error for error in seen.happened("exception") if error.text("kind") == "ModuleNotFoundError"]
    if missing:
        return f"{missing[0].text('message')} ({missing[0].text('where')}); install it or use --stub-missing"
    errors = seen.happened("exception")
    if errors:
        return f"it failed before it opened a session: {description(errors[0])}"
    for listening in seen.happened("listening"):
        return f"it waits to be called, at port {listening.text('port')}, and opened no session: see --drive"
    return None
