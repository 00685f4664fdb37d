"""Where in the program the reason for something is to be looked for: lines that were seen at work, or that say it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.protocol import CONTROLS, FIELDS, FINAL, MESSAGE_TYPES, PARTIAL
from migrator.smoke.observation import Observation

#: Words that only v2 has, as text in a program, and what v3 calls them.
_STALE = {
    **MESSAGE_TYPES,
    PARTIAL: "Turn without end_of_turn",
    FINAL: "Turn with end_of_turn and turn_is_formatted",
    **CONTROLS,
    **{name: new for name, new in FIELDS.items() if name != "session_id"},
}
_CLIENT = r"\b(StreamingClient|RealTimeTranscriber)\("
#: Lines that are named, at most.
_LINES = 3


def sending(seen: Observation, *kinds: str) -> str:
    """Return the lines that were seen to send this: `connect`, `token`, `audio`, `text` or `close`."""
    lines = dict.fromkeys(place.text("where") for place in seen.happened("place") if place.text("what") in kinds)
    return _listed(lines)


def saying(seen: Observation, *patterns: str) -> str:
    """Return the lines of the source that match the first pattern that any line matches."""
    for pattern in patterns:
        lines = dict.fromkeys(_matching(seen, pattern))
        if lines:
            return _listed(lines)
    return ""


def stale_words(seen: Observation) -> str:
    """Return where the program asks for what v2 called otherwise."""
    found = []
    for word, new in _STALE.items():
        lines = list(_matching(seen, rf"""(\[|get\(|==|!=|\bin\b)\s*[\[({{]?\s*["']{re.escape(word)}["']"""))
        lines += _matching(seen, rf"case\b.*[\"']{re.escape(word)}[\"']")
        if word == "text":  # Words have one in v3, too.
            lines = [line for line in lines if line not in set(_matching(seen, r"\bwords?\b"))]
        found += [f"{line} asks for {word!r} (v3: {new})" for line in dict.fromkeys(lines)]
    if not any(_matching(seen, r"Events\.Turn\b")):
        found += [
            f"{line} makes a client, and no handler for its turns is registered" for line in _matching(seen, _CLIENT)
        ]
    return "; ".join(found[:_LINES])


def definition(seen: Observation, name: str) -> str:
    """Return where the program defines a function."""
    return _listed(dict.fromkeys(_matching(seen, rf"\bdef {re.escape(name)}\b")))


def hanging(seen: Observation) -> list[str]:
    """Return where the threads were, each by its innermost line of the program, when it had to be killed."""
    found = []
    for stack in re.split(r"\n(?=(?:Current thread|Thread) 0x)", seen.stacks):
        frames = re.findall(r'File "([^"]+)", line (\d+) in (\S+)', stack)
        own = next((frame for frame in frames if frame[0] in seen.sources), None)
        if own is not None:
            found.append(f"{own[0]}:{own[1]} in {own[2]}")
    return list(dict.fromkeys(found))


def _matching(seen: Observation, pattern: str) -> Iterator[str]:
    search = re.compile(pattern).search
    for name, text in seen.sources.items():
        if search(text):
            yield from (
                f"{name}:{number}"
                for number, line in enumerate(text.splitlines(), 1)
                if search(line) and not line.lstrip().startswith("#")
            )


def _listed(lines: dict[str, None]) -> str:
    names = list(lines)
    more = f" (+{len(names) - _LINES})" if len(names) > _LINES else ""
    return ", ".join(names[:_LINES]) + more
