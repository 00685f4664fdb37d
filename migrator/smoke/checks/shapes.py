"""How a program shows a text: what stands around it in its line. It tells what was shown as a final from the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from runtime.replay import SessionRecord

#: How much of a line, before and after a text, counts; more is looked at, or an id would be cut before it is blurred.
_REACH, _SEEN = 20, 100

_CHANGING = re.compile(r"\b(?=[a-f-]*\d)[0-9a-f]{6,}(?:-[0-9a-f]{4,})*\b|\d+", re.IGNORECASE)


def raw_ends(sessions: Sequence[SessionRecord]) -> list[str]:
    """Return the texts of turns that ended and were then sent again, formatted."""
    formatted = {turn.get("turn_order") for turn in _turns(sessions) if _ended(turn) and turn.get("turn_is_formatted")}
    return [
        str(turn.get("transcript"))
        for turn in _turns(sessions)
        if _ended(turn) and not turn.get("turn_is_formatted") and turn.get("turn_order") in formatted
    ]


def shown_like_finals(text: str, finals: Iterable[str], raw: Sequence[str], partials: Iterable[str]) -> list[str]:
    """Return the raw ends that stand in `text` as finals do, and as partials do not."""
    settled, others = set(finals), set(partials)
    rest = _without(text, settled)
    as_partial = shapes(rest, others - set(raw) - settled)
    as_final = shapes(text, settled - others) - as_partial
    return [end for end in raw if end not in settled and shapes(rest, [end]) & as_final]


def tells_apart(text: str, finals: Iterable[str], partials: Iterable[str]) -> bool | None:
    """Return whether partials look otherwise than finals do in `text`; None if it does not show both."""
    settled, others = set(finals), set(partials)
    # A text that was sent as both may stand there as either.
    as_final, as_partial = shapes(text, settled - others), shapes(_without(text, settled), others - settled)
    return as_final.isdisjoint(as_partial) if as_final and as_partial else None


def lines_about(text: str, finals: Iterable[str], partials: Iterable[str]) -> list[str]:
    """Return the lines of `text` that have a word which only a final has: what a program made of the finals.

    A word is what stands between spaces, so its capital letter and its full stop belong to it.
    """
    words = {word for final in finals for word in final.split()} - {word for text in partials for word in text.split()}
    if not words:
        return []
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})")
    return [_blurred(line) for line in re.split(r"[\r\n]+", text) if pattern.search(line)]


def shapes(text: str, wanted: Iterable[str]) -> set[tuple[str, str]]:
    """Return what stands around any of the texts in `text`, within its line; counters, times and ids are blurred."""
    # Whole words only.
    pattern = re.compile(rf"(?<!\w)(?:{_any_of(wanted)})(?!\w)")
    text = "\n" + text  # The first line is one like the others.
    return {
        (_line_end(text[max(0, found.start() - _SEEN) : found.start()]), _line_start(text[found.end() :][:_SEEN]))
        for found in pattern.finditer(text)
    }


def _without(text: str, finals: Iterable[str]) -> str:
    """Blot out the finals: what is part of one is not shown by it."""
    return re.sub(_any_of(finals), "\0", text)


def _any_of(texts: Iterable[str]) -> str:
    """Return a pattern for any of the texts, the longest first; it matches nothing if there are none."""
    return "|".join(map(re.escape, sorted(filter(None, texts), key=len, reverse=True))) or "(?!)"


def _line_end(text: str) -> str:
    return _blurred(re.split(r"(?=[\r\n])", text)[-1])[-_REACH:]


def _line_start(text: str) -> str:
    return _blurred(re.split(r"(?<=[\r\n])", text)[0])[:_REACH]


def _blurred(text: str) -> str:
    """Counters and times differ from line to line, an id that a program makes up (a UUID, a digest) from run to run."""
    return _CHANGING.sub("0", text)


def _turns(sessions: Sequence[SessionRecord]) -> list[dict[str, object]]:
    return [message for session in sessions for message in session.messages if message.get("type") == "Turn"]


def _ended(turn: dict[str, object]) -> bool:
    return bool(turn.get("end_of_turn"))
