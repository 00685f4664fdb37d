"""Of what a recording holds, what a session with other parameters would have been told.

What the recording does not hold cannot be told either: labels of speakers, languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import cast

from runtime.recording import Event, JsonObject, Recording
from runtime.replay.query import Parameters
from runtime.replay.turns import turn_of, words_of

__all__ = ["REQUESTED", "asked_for", "lacking", "quiet_seconds", "spoken_spans", "with_silence"]

SECOND = 1000

#: Fields that are only there on request, by the parameter that requests them.
_TURN_FIELDS = {
    "speaker_labels": ("speaker_label", "speaker_confidence"),
    "language_detection": ("language_code", "language_confidence"),
}
_WORD_FIELDS = {"speaker_labels": ("speaker", "speaker_confidence")}

#: Messages that are only sent on request.
_MESSAGES = {"SpeakerRevision": "speaker_labels", "LLMGatewayResponse": "llm_gateway"}

#: Every flag that chooses among what a recording holds.
REQUESTED = (*_TURN_FIELDS, *_MESSAGES.values(), "acknowledge_silence")

#: Messages that are made anew while playing.
_MADE_ANEW = ("Heartbeat", "Silence")


def asked_for(events: Iterable[Event], parameters: Parameters) -> list[Event]:
    """Return the events without what a session with these parameters is not told."""
    return [told for event in events if (told := _told(event, parameters)) is not None]


def lacking(recording: Recording, parameters: Parameters) -> Iterator[str]:
    """Yield what was asked for and cannot be told, because the recording does not hold it."""
    held: set[str] = set()
    for event in recording.events:
        held |= (turn_of(event) or {}).keys()
    for name, fields in _TURN_FIELDS.items():
        if parameters.has(name) and held.isdisjoint(fields):
            yield f"{name}: this recording has no {fields[0]}; it was made without"
    if parameters.has("redact_pii"):
        yield "redact_pii: a replay redacts nothing; partials are left out, as the service leaves them out"


def _told(event: Event, parameters: Parameters) -> Event | None:
    message = event.message
    if event.sender != "server" or message is None:
        return event
    kind = str(message.get("type"))
    wanted = _MESSAGES.get(kind)
    if kind in _MADE_ANEW or (wanted is not None and not parameters.values.get(wanted)):
        return None
    if kind != "Turn":
        return event
    if not parameters.partials and not message["end_of_turn"]:
        return None
    unasked = {field for name, fields in _TURN_FIELDS.items() if not parameters.has(name) for field in fields}
    unasked_of_words = {field for name, fields in _WORD_FIELDS.items() if not parameters.has(name) for field in fields}
    if not unasked & message.keys() and not any(unasked_of_words & word.keys() for word in words_of(message)):
        return event
    words = [_without(word, unasked_of_words) for word in words_of(message)]
    return replace(event, message=_without(message, unasked) | {"words": words})


def _without(fields: JsonObject, names: set[str]) -> JsonObject:
    return {name: value for name, value in fields.items() if name not in names}


def with_silence(events: Sequence[Event], length: int) -> list[Event]:
    """Return the events with a message for every second in which nobody speaks; `length` is the audio's (ms)."""
    silent = [
        Event(second, second, "server", message={"type": "Silence", "start_ms": second - SECOND, "end_ms": second})
        for second in quiet_seconds(spoken_spans(events), length)
    ]
    return sorted([*events, *silent], key=lambda event: event.at)


def spoken_spans(events: Iterable[Event]) -> list[tuple[int, int]]:
    """Return the audio that each turn covers, from its first word to its last message, in order."""
    spans: dict[object, tuple[int, int]] = {}
    for event in events:
        turn = turn_of(event)
        if turn is not None and (words := words_of(turn)):
            start, end = spans.get(turn["turn_order"], (cast("int", words[0]["start"]), event.at))
            spans[turn["turn_order"]] = (start, max(end, event.at))
    return sorted(spans.values())


def quiet_seconds(spans: Sequence[tuple[int, int]], length: int) -> Iterator[int]:
    """Yield the ends of whole seconds of audio in which nobody speaks."""
    quiet_since = 0
    for start, end in [*spans, (length, length)]:
        yield from range(quiet_since + SECOND, start, SECOND)
        quiet_since = end
