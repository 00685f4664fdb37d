"""The verdict on one run: what passed, what did not, on what evidence, and what to do about it."""

from __future__ import annotations

import re

from migrator.smoke.checks import output, told, wire
from migrator.smoke.checks.cause import arranged
from migrator.smoke.checks.places import hanging
from migrator.smoke.checks.verdict import Check, Status, Verdict
from migrator.smoke.observation import Observation, description
from migrator.smoke.telephone.frameworks import only_a_browser

__all__ = ["Check", "Status", "Verdict", "could_not_run", "judge", "offer"]

_RULES = (*wire.RULES, *told.RULES, *output.RULES)


def judge(seen: Observation, before: Observation | None = None) -> Verdict:
    """Judge a run; with `before`, the run of the original program, also what has to be as it was."""
    return Verdict(arranged([check for rule in _RULES for check in rule(seen, before)], seen, before))


def could_not_run(seen: Observation) -> str | None:
    """Return why the run says nothing about the program: it never came as far as a session, for want of something."""
    if not seen.happened("started"):
        return "the sandbox did not get inside: it takes Python 3.8 or newer, and nothing that ignores PYTHONPATH"
    if seen.sessions or seen.happened("redirected"):
        return None
    if any(only_a_browser(source.encode()) for source in seen.sources.values()) and seen.happened("listening"):
        return "only a browser can drive its page: write a program that calls what the page calls, and run that"
    for problem in seen.happened("no-call"):
        return problem.text("message")
    missing = [error for error in seen.happened("exception") if error.text("kind") == "ModuleNotFoundError"]
    if missing:
        return f"{missing[0].text('message')} ({missing[0].text('where')}); install it or use --stub-missing"
    errors = seen.happened("exception")
    if errors:
        return f"it failed before it opened a session: {description(errors[0])}{offer(seen)}"
    for listening in seen.happened("listening"):
        called = seen.channels.get("caller", "").partition("\n")[0]
        tried = f" ({called})" if called else ""
        return f"it waits to be called, at port {listening.text('port')}, and opened no session{tried}: see --drive"
    if seen.ending == "killed":
        places = hanging(seen)
        where = f" at {places[0]}" if places else ""
        return f"it opened no session in {seen.ended_at:.0f} s, and waits{where}: run a program that gives it its work"
    if seen.exit_code and seen.ending == "itself":
        last = seen.channels.get("stderr", "").strip().rpartition("\n")[2]
        said = f": {last}" if last else ""
        return f"it ended with exit code {seen.exit_code} before it opened a session{said}{offer(seen)}"
    return None


def offer(seen: Observation) -> str:
    """Return what to type if the program wants arguments, a file of audio most likely; empty if it does not."""
    stack = [error.text("where") for error in seen.happened("exception")]
    lines = [line for where in stack for line in _line(seen, where)]
    usage = re.search(r"^usage:|Usage:|Missing argument|arguments are required", seen.channels.get("stderr", ""), re.M)
    file = any(error.text("kind") == "FileNotFoundError" for error in seen.happened("exception"))
    if usage or file or any("argv" in line for line in lines):
        return f'; if it wants a file of audio, end the command with: -- {seen.program} "{{audio}}"'
    return ""


def _line(seen: Observation, where: str) -> list[str]:
    name, _, number = where.rpartition(":")
    lines = seen.sources.get(name, "").splitlines()
    return lines[int(number) - 1 : int(number)] if number.isdigit() else []
