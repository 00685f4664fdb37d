"""Finding the texts of a session in what a program let out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from runtime.recording import JsonObject, Recording
from runtime.replay import SessionRecord


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


def same(seen: Sequence[str], wanted: Sequence[str], session: SessionRecord | None) -> bool:
    """Return whether `seen` is `wanted`: the same texts, in the same order, each as often.

    A program that shows partials shows a text again if the server sent it as a partial first, with the same letters.
    """
    sent = [message for message in session.messages if not _is_final(message)] if session else []
    twins = Counter(text for message in sent for text in {_text(message), _every_word(message)})
    rest = list(seen)
    for text in wanted:
        spare = twins[text]
        if not rest or rest.pop(0) != text:
            return False
        while rest and rest[0] == text and spare:
            rest.pop(0)
            spare -= 1
    return not rest


def unfinished(session: SessionRecord) -> list[str]:
    """Return the texts the server sent that are not final: partials, and the raw end that a formatted one follows.

    Single words are left out; they stand in any prose.
    """
    texts = [_text(message) for message in session.messages if not _is_final(message)]
    return [text for text in texts if " " in text]


def shown_unfinished(text: str, finals: Sequence[str], candidates: Sequence[str]) -> list[str]:
    """Return which unfinished texts stand in `text` outside of the finals."""
    rest = re.sub("|".join(re.escape(final) for final in sorted(finals, key=len, reverse=True)) or "(?!)", "\0", text)
    whole = [candidate for candidate in dict.fromkeys(candidates) if candidate not in finals]
    return [candidate for candidate in whole if re.search(rf"(?<!\w){re.escape(candidate)}(?!\w)", rest)]


def _is_final(message: JsonObject) -> bool:
    if message.get("type") == "Turn":
        return bool(message.get("end_of_turn") and message.get("turn_is_formatted"))
    return message.get("message_type") == "FinalTranscript"


def _text(message: JsonObject) -> str:
    return str(message.get("transcript") or message.get("text") or "")


def _every_word(message: JsonObject) -> str:
    """Return a partial with the words that may still change, which `transcript` leaves out."""
    words = message.get("words")
    return (
        " ".join(str(word.get("text")) for word in words if isinstance(word, dict)) if isinstance(words, list) else ""
    )
