"""The turns of a recording, apart from the way in which one model reports them.

The service has reported the same turn in different ways (the vendor's pages describe all of them):

F1    unformatted partials, an unformatted end of turn, then the same end of turn again, formatted
F1'   the same with ``format_turns`` off: the formatted repetition is not sent
F2    formatting inside the model: every partial is already marked formatted, one formatted end of turn
F3    the u3 models: ``SpeechStarted``, few partials, formatted too, whose words are all non-final, one formatted end

`reported_as` turns any of them into any other by fixed rules, so that one recording tests a client against all four.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import cast

from runtime.recording import Event, JsonObject

__all__ = ["Turn", "Variant", "reported_as", "turn_of", "variant_of", "words_of"]


class Variant(Enum):
    """How a model reports a turn."""

    F1 = "F1"
    F1_UNFORMATTED = "F1'"
    F2 = "F2"
    F3 = "F3"


@dataclass(slots=True)
class Turn:
    """Everything a recording holds about one turn."""

    order: int
    started: Event | None = None
    partials: list[Event] = field(default_factory=list)
    unformatted: Event | None = None
    formatted: Event | None = None

    @property
    def ends(self) -> list[Event]:
        """The messages that say the turn is over, in order."""
        return [end for end in (self.unformatted, self.formatted) if end]

    @property
    def empty(self) -> bool:
        """Whether nothing was said in it: the service ends so, after `Terminate`."""
        return not any(words_of(cast("JsonObject", event.message)) for event in self.partials + self.ends)


def turn_of(event: Event) -> JsonObject | None:
    """Return the Turn message an event of the server carries, if it is one."""
    message = event.message
    if event.sender == "server" and message is not None and message.get("type") == "Turn":
        return message
    return None


def words_of(turn: JsonObject) -> list[JsonObject]:
    """Return the words of a Turn message."""
    return cast("list[JsonObject]", turn["words"])


def variant_of(events: Iterable[Event]) -> Variant:
    """Tell in which variant a session was recorded; F1 when it has no turn to tell it by."""
    unformatted_end = formatted_end = started = False
    for event in events:
        turn = turn_of(event)
        if turn is None:
            started |= bool(event.message and event.message.get("type") == "SpeechStarted")
        elif turn["end_of_turn"] and turn["words"]:  # the empty end after Terminate is raw in every variant
            formatted_end |= bool(turn["turn_is_formatted"])
            unformatted_end |= not turn["turn_is_formatted"]
    if unformatted_end:
        return Variant.F1 if formatted_end else Variant.F1_UNFORMATTED
    if formatted_end:
        return Variant.F3 if started else Variant.F2
    return Variant.F1


def reported_as(events: Sequence[Event], variant: Variant) -> list[Event]:
    """Return the session as a model of the given variant would have reported it; all other events stay as they are."""
    if variant_of(events) is variant:
        return list(events)
    collected = collect(events)
    result: list[Event] = []
    for event in events:
        if event.message and event.message.get("type") == "SpeechStarted" and event.sender == "server":
            continue
        turn = turn_of(event)
        if turn is None:
            result.append(event)
            continue
        whole = collected[cast("int", turn["turn_order"])]
        # A turn is rewritten as a whole where its first message stood; sorting puts its messages back on the clock.
        if event is (whole.partials + whole.ends)[0]:
            result.extend(_REPORT[variant](whole))
    # Stable: what had the same position keeps its order. A close stays last, it cannot be overtaken.
    return sorted(result, key=lambda event: (event.at, event.wall))


def collect(events: Iterable[Event]) -> dict[int, Turn]:
    """Group the messages of a session by turn."""
    turns: dict[int, Turn] = {}
    started: Event | None = None
    for event in events:
        message = turn_of(event)
        if message is None:
            if event.sender == "server" and event.message and event.message.get("type") == "SpeechStarted":
                started = event
            continue
        order = cast("int", message["turn_order"])
        turn = turns.setdefault(order, Turn(order))
        if started is not None:
            turn.started, started = turn.started or started, None
        if not message["end_of_turn"]:
            turn.partials.append(event)
        elif message["turn_is_formatted"]:
            turn.formatted = event
        else:
            turn.unformatted = event
    return turns


def _altered(event: Event, **fields: object) -> Event:
    return replace(event, message=cast("JsonObject", event.message) | fields)


def _plain(text: str) -> str:
    """Return text as an unformatted turn has it: lower case, without punctuation around the words."""
    return " ".join(word.strip('.,;:!?"').lower() for word in text.split())


def _plain_words(words: list[JsonObject]) -> list[JsonObject]:
    return [word | {"text": _plain(str(word["text"]))} for word in words]


def _unformatted_end(turn: Turn) -> Iterator[Event]:
    if turn.unformatted is not None:
        yield turn.unformatted
    elif turn.formatted is not None:
        message = cast("JsonObject", turn.formatted.message)
        transcript = _plain(str(message["transcript"]))
        yield _altered(
            turn.formatted,
            turn_is_formatted=False,
            transcript=transcript,
            utterance=transcript,
            words=_plain_words(words_of(message)),
        )


def _formatted_end(turn: Turn) -> Iterator[Event]:
    if turn.formatted is not None:
        yield turn.formatted
    elif turn.unformatted is not None:
        # The recording does not hold the formatted text; the model's flag is all that can be derived.
        yield _altered(turn.unformatted, turn_is_formatted=True)


def _plain_partials(turn: Turn) -> Iterator[Event]:
    """Partials as classic models send them.

    All words but the newest are final, and only final words are in the transcript.
    """
    for partial in turn.partials:
        words = _plain_words(words_of(cast("JsonObject", partial.message)))
        words = [word | {"word_is_final": index < len(words) - 1} for index, word in enumerate(words)]
        transcript = " ".join(str(word["text"]) for word in words[:-1])
        yield _altered(partial, turn_is_formatted=False, words=words, transcript=transcript)


def _f1_unformatted(turn: Turn) -> Iterator[Event]:
    yield from turn.partials if turn.unformatted else _plain_partials(turn)
    yield from _unformatted_end(turn)


def _f1(turn: Turn) -> Iterator[Event]:
    yield from _f1_unformatted(turn)
    yield from _formatted_end(turn)


def _written(turn: Turn) -> list[str]:
    """The turn's words as its formatted end writes them."""
    for end in reversed(turn.ends):
        return [str(word["text"]) for word in words_of(cast("JsonObject", end.message))]
    return []


def _formatted_partial(turn: Turn, partial: Event) -> Event:
    """Write a partial's words as the formatted end of the same turn writes them, word for word."""
    written = _written(turn)
    message = cast("JsonObject", partial.message)
    words = words_of(message)
    if len(words) <= len(written):
        words = [word | {"text": text} for word, text in zip(words, written[: len(words)], strict=True)]
    transcript = " ".join(str(word["text"]) for word in words if word.get("word_is_final"))
    return _altered(partial, turn_is_formatted=True, words=words, transcript=transcript)


def _f2(turn: Turn) -> Iterator[Event]:
    yield from (_formatted_partial(turn, partial) for partial in turn.partials)
    yield from _formatted_end(turn)


#: Of the partials of a classic model a u3 model sends about one in three.
_F3_PARTIALS = 3


def _f3(turn: Turn) -> Iterator[Event]:
    first = (turn.partials + turn.ends)[0]
    if turn.started is not None:
        yield turn.started
    else:
        words = words_of(cast("JsonObject", first.message))
        timestamp = words[0]["start"] if words else first.at
        message: JsonObject = {"type": "SpeechStarted", "timestamp": timestamp, "confidence": 0.9}
        yield Event(first.at, first.wall, "server", message=message)
    for partial in turn.partials[::_F3_PARTIALS]:
        formatted = _formatted_partial(turn, partial)
        words = [word | {"word_is_final": False} for word in words_of(cast("JsonObject", formatted.message))]
        yield _altered(formatted, words=words, transcript=_joined(words), utterance="", end_of_turn_confidence=0.0)
    for end in _formatted_end(turn):
        yield _altered(end, end_of_turn_confidence=1.0, utterance=cast("JsonObject", end.message)["transcript"])


def _joined(words: list[JsonObject]) -> str:
    return " ".join(str(word["text"]) for word in words)


_REPORT = {Variant.F1: _f1, Variant.F1_UNFORMATTED: _f1_unformatted, Variant.F2: _f2, Variant.F3: _f3}
