"""Checks of what was raised: exceptions that nobody caught, errors that a library only logged, mistakes swallowed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from migrator.smoke.checks.places import definition
from migrator.smoke.checks.verdict import Check, failed, passed, warned
from migrator.smoke.observation import Happening, Observation, description
from runtime.recording import JsonObject

#: websocket-client 1.9 calls the end it was asked for an error, 1.9.0 with the close frame (code 1000) itself.
_NORMAL_END = ("Connection closed normally", r"fin=1 opcode=8 data=b'\x03\xe8")
#: Exceptions that a line of a program is to blame for, not the network.
_MISTAKES = frozenset(
    {"AssertionError", "AttributeError", "ImportError", "IndexError", "KeyError", "ModuleNotFoundError", "NameError"}
    | {"TypeError", "UnboundLocalError", "ValueError"}
)
#: Where an exception is about a function that was called wrongly, its definition is what has to be changed.
_CALL = re.compile(r"(?:[\w.<>]*\.)?(\w+)\(\) (?:takes|missing|got an unexpected)")
#: Lines of a traceback, and the line behind them.
_TRACEBACK = re.compile(r"""((?:^[ \t]+File "[^"]+", line \d+.*\n(?:[ \t]+(?!File ").*\n)*)+)(.+)""", re.MULTILINE)
#: The folder of a run, before the name of a file of the project.
_FOLDER = re.compile(r"[^\s\"']*v3-migrate-smoke-\w+/project/")
#: What Python says of a call whose result nobody waits for, before the line and the words.
_UNAWAITED = re.compile(r"^(\S+\.py):(\d+): RuntimeWarning: (coroutine '[^']+' was never awaited)", re.MULTILINE)
#: What is raised because somebody asked for the end, or because it has come.
_ENDS = re.compile(r"CancelledError|KeyboardInterrupt|SystemExit|Connection|Closed")
_FRAME = re.compile(r"""File "([^"]+)", line (\d+)""")
#: Part of the words of an exception, and what to do about it.
_REMEDIES = (
    (
        re.compile(r"unexpected keyword argument 'extra_headers'"),
        "websockets calls it additional_headers since version 14: install the version that the program was written for "
        "(websockets<14), or rename it.",
    ),
    (
        re.compile(r"No module named 'assemblyai\.streaming"),
        "streaming.v3 is in the SDK since 0.41: install it.",
    ),
    (re.compile(r"^No module named"), "Install it for this interpreter, or use --stub-missing."),
)


def exceptions(seen: Observation, before: Observation | None) -> Iterator[Check]:
    """Check that nothing is raised that the original did not raise."""
    found = errors(seen, before)
    if found:
        evidence = "; ".join(dict.fromkeys(description(error) for error in found[:3]))
        yield failed("exceptions", evidence, _remedy(found[0], seen), _where(seen, found[0]))
    elif before is not None and (mistakes := swallowed(seen, before)):
        told = "; ".join(map(description, mistakes[:3]))
        advice = "The original made no such mistake: what is caught there may be lost."
        yield warned("exceptions", f"caught by the program: {told}", advice, mistakes[0].text("where"))
    else:
        known = before is not None and errors(before, None)
        yield passed("exceptions", "none that the original did not raise as well" if known else "none")


def errors(seen: Observation, before: Observation | None) -> list[Happening]:
    """Return what was raised, in order, and was not raised by the original."""
    known = {error.text("kind") for error in _raised(before)} if before else set()
    found: dict[tuple[str, str, str], Happening] = {}
    for error in _raised(seen):
        if error.text("kind") not in known or not error.text("kind"):
            # The one that nobody caught says more than the log about it.
            found.setdefault((error.text("kind"), error.text("message"), error.text("where")), error)
    return list(found.values())


def swallowed(seen: Observation, before: Observation | None) -> list[Happening]:
    """Return the mistakes that the program caught itself, and that the original did not make."""
    known = {_mistake(error) for error in (*before.happened("handled"), *_printed(before))} if before else set()
    # What nobody caught is written down as well.
    known |= {mistake for error in _raised(seen) for mistake in (_mistake(error), *_causes(error))}
    found = {_mistake(error): error for error in (*_printed(seen), *seen.happened("handled"))}
    return [error for mistake, error in found.items() if mistake not in known]


def _printed(seen: Observation) -> Iterator[Happening]:
    """Yield what was told by a traceback only: servers write one, child processes and `traceback.print_exc` do."""
    for channel in ("stdout", "stderr"):
        text = _FOLDER.sub("", seen.channels.get(channel, ""))
        for block in _TRACEBACK.finditer(text):
            frames = [(path, number) for path, number in _FRAME.findall(block[1])]
            own = [f"{name}:{number}" for path, number in frames for name in seen.sources if path == name]
            if own:
                kind, colon, message = block[2].strip().partition(": ")
                if _ENDS.search(kind):
                    continue
                facts: JsonObject = {"kind": kind * bool(colon), "message": message or kind, "where": own[-1]}
                yield Happening(seen.ended_at, "handled", facts)
        for name, number, message in _UNAWAITED.findall(text):
            if name in seen.sources:
                told: JsonObject = {"kind": "RuntimeWarning", "message": message, "where": f"{name}:{number}"}
                yield Happening(seen.ended_at, "handled", told)


def _causes(error: Happening) -> Iterator[tuple[str, str]]:
    for cause in _named_causes(error):
        yield str(cause.get("kind")), str(cause.get("message"))


def _named_causes(error: Happening) -> list[JsonObject]:
    causes = error.facts.get("causes")
    return [cause for cause in causes if isinstance(cause, dict)] if isinstance(causes, list) else []


def _mistake(error: Happening) -> tuple[str, str]:
    return error.text("kind"), error.text("message")


def _raised(seen: Observation) -> list[Happening]:
    found = [error for error in seen.happenings if error.kind in ("exception", "logged-error")]
    # A program that hangs while an exception is on its way out is interrupted before that arrives.
    held_up = [
        replace(error, facts=error.facts | cause | {"causes": []})
        for error in found
        if error.text("kind") == "KeyboardInterrupt"
        for cause in _named_causes(error)
        if cause.get("kind") in _MISTAKES
    ]
    return [*(error for error in found if is_error(error, seen)), *held_up]


def is_error(error: Happening, seen: Observation) -> bool:
    """Return whether something that was raised went wrong: an end that was asked for is announced as an error, too."""
    interrupted = seen.ending in ("interrupt", "killed") and error.text("kind") == "KeyboardInterrupt"
    return not interrupted and not error.text("message").startswith(_NORMAL_END)


def _where(seen: Observation, error: Happening) -> str:
    """Return the line to be changed: that of the function that was called wrongly, else where it was raised."""
    call = _CALL.match(error.text("message"))
    place = definition(seen, call[1]) if call else ""
    first = [str(cause.get("where")) for cause in _named_causes(error) if _is_own(cause, seen)]
    return place or (first[-1] if first else error.text("where"))


def _is_own(cause: JsonObject, seen: Observation) -> bool:
    return str(cause.get("where")).rpartition(":")[0] in seen.sources


def _remedy(error: Happening, seen: Observation) -> str:
    name, _, number = error.text("where").rpartition(":")
    lines = seen.sources.get(name, "").splitlines()
    if number.isdigit() and "argv" in "".join(lines[int(number) - 1 : int(number)]):
        return f'If it wants a file of audio, end the command with: -- {seen.program} "{{audio}}"'
    for pattern, remedy in _REMEDIES:
        if pattern.search(error.text("message")):
            return remedy
    if any(_is_own(cause, seen) for cause in _named_causes(error)):
        return "Begin with the last one named: the others come from it."
    return "Nobody caught this: correct that line."
