"""Finding the texts of a session in what a program let out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from runtime.recording import JsonObject, Recording
from runtime.replay import SessionRecord

#: What to do where a final was shown too often.
TWICE = "A final comes twice in some variants: test end_of_turn and turn_is_formatted together."


def expected_finals(recording: Recording) -> list[str]:
    """Return the text of each finished turn, as a correct program shows it: formatted, once, in order."""
    finals: dict[object, str] = {}
    for event in recording.events:
        message = event.message or {}
        if message.get("type") == "Turn" and message.get("end_of_turn"):
            finals[message.get("turn_order")] = str(message.get("transcript"))
    return [text for text in finals.values() if text]


def shown(text: str, finals: Iterable[str]) -> list[str]:
    """Return the finals in the order in which they stand in `text`, each as often as it stands there."""
    # Longest first: a final that is part of another one is not shown by showing the other.
    choices = sorted({final for final in finals if final}, key=len, reverse=True)
    return re.findall("|".join(map(re.escape, choices)), text) if choices else []


def same(seen: Sequence[str], wanted: Sequence[str], sessions: Sequence[SessionRecord], endless: bool = False) -> bool:
    """Return whether `seen` is `wanted`: the same texts, in the same order, each as often.

    A program that shows partials shows a text again if the server sent it as a partial first, with the same letters.
    What is `endless` was cut off somewhere: it only has to be the same as far as both go.
    """
    twins = Counter(text for session in sessions for texts in _unfinished_texts(session) for text in texts)
    rest = list(seen)
    for text in wanted:
        if endless and seen and not rest:
            return True
        if not rest or rest.pop(0) != text:
            return False
        while rest and rest[0] == text and twins[text]:
            rest.pop(0)
            twins[text] -= 1
    return endless or not rest


def unfinished(sessions: Sequence[SessionRecord]) -> list[str]:
    """Return the texts the server sent that are not final: partials, and the raw end that a formatted one follows.

    Single words are left out; they stand in any prose.
    """
    found = (text for session in sessions for texts in _unfinished_texts(session) for text in sorted(texts))
    return [text for text in dict.fromkeys(found) if " " in text]


def shown_unfinished(text: str, finals: Sequence[str], candidates: Sequence[str]) -> list[str]:
    """Return which unfinished texts stand in `text` outside of the finals."""
    rest = re.sub("|".join(re.escape(final) for final in sorted(finals, key=len, reverse=True)) or "(?!)", "\0", text)
    whole = [candidate for candidate in candidates if candidate not in finals]
    return [candidate for candidate in whole if re.search(rf"(?<!\w){re.escape(candidate)}(?!\w)", rest)]


def _unfinished_texts(session: SessionRecord) -> list[set[str]]:
    """Return, for each message that is not final, its text and its words: a program may show either."""
    return [
        {str(message.get("transcript") or message.get("text") or ""), _words(message)}
        for message in session.messages
        if not _is_final(message)
    ]


def _words(message: JsonObject) -> str:
    words = message.get("words")
    items = words if isinstance(words, list) else []
    return " ".join(str(word.get("text", "")) for word in items if isinstance(word, dict))


def _is_final(message: JsonObject) -> bool:
    if message.get("type") == "Turn":
        return bool(message.get("end_of_turn") and message.get("turn_is_formatted"))
    return message.get("message_type") == "FinalTranscript"
