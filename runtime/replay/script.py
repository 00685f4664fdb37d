"""What the server will say in a session.

The messages of a recording, in one dialect, each with its place on the audio clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from runtime.jsontext import dump_json
from runtime.parameters import Family
from runtime.recording import NO_CODE, Close, Event, JsonObject, Recording
from runtime.replay.query import Parameters
from runtime.replay.selection import asked_for, with_silence
from runtime.replay.turns import Variant, reported_as, turn_of, variant_of, words_of

__all__ = ["Cue", "Player", "Script", "dump", "v3_script"]


def dump(message: JsonObject) -> str:
    """Return a message as it goes over the wire."""
    return dump_json(message, (",", ":"))


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing the server does when the client's audio has reached `at` milliseconds.

    `heard` is where the audio begins that this message is about, `turn` the turn it belongs to and `ends_turn`
    whether it closes it.
    """

    at: int
    heard: int
    text: str = ""
    close: Close | None = None
    turn: int | None = None
    ends_turn: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """A session as the server plays it: the greeting, the cues in order, the last messages as they were recorded.

    `parting` comes between the last turn and `termination`: what is about the session and not about its audio.
    """

    begin: JsonObject
    cues: tuple[Cue, ...]
    termination: JsonObject | None
    audio_milliseconds: int
    parting: tuple[JsonObject, ...] = ()


class Player:
    """Hands out the cues of one session; each is handed out once."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        self._waiting = deque(cues)
        self._open_turn: int | None = None
        self.turns = 0
        """How many turns have been spoken of."""

    @property
    def next_position(self) -> int | None:
        """Where on the audio clock the next cue is, if there is one."""
        return self._waiting[0].at if self._waiting else None

    @property
    def speaking(self) -> bool:
        """Whether a turn is in progress."""
        return self._open_turn is not None

    def advance(self, position: float) -> list[Cue]:
        """Return what is due now that the client has sent `position` milliseconds of audio."""
        due: list[Cue] = []
        while self._waiting and self._waiting[0].at <= position:
            due.append(self._waiting.popleft())
        return self._note(due)

    def force_endpoint(self) -> list[Cue]:
        """Return the end of the turn in progress, ahead of its time; its remaining partials are dropped."""
        if self._open_turn is None:
            return []
        turn = [cue for cue in self._waiting if cue.turn == self._open_turn]
        self._waiting = deque(cue for cue in self._waiting if cue.turn != self._open_turn)
        return self._note([cue for cue in turn if cue.ends_turn])

    def finish(self, position: float) -> list[Cue]:
        """Return what the service still owes for the audio it has heard.

        The rest of every turn that began before `position`.
        """
        owed = [cue for cue in self._waiting if cue.heard < position]
        self._waiting.clear()
        return self._note(owed)

    def _note(self, cues: list[Cue]) -> list[Cue]:
        for cue in cues:
            if cue.turn is not None:
                self._open_turn = None if cue.ends_turn else cue.turn
                self.turns = max(self.turns, cue.turn + 1)
        return cues


def v3_script(recording: Recording, variant: Variant | None = None, parameters: Parameters | None = None) -> Script:
    """Return the recording's own messages, or the same session as another variant would have reported it.

    Args:
        parameters: leaves out what they do not ask for, and adds what they do.
    """
    variant = variant or variant_of(recording.events)
    told, parting = _parted(recording.events)
    events = on_the_clock(reported_as(told, variant))
    length = audio_length(recording)
    if parameters is not None:
        events, parting = asked_for(events, parameters), asked_for(parting, parameters)
        if parameters.has("acknowledge_silence") and parameters.family is Family.U3:
            events = with_silence(events, length)
    begin: JsonObject | None = None
    termination: JsonObject | None = None
    cues: list[Cue] = []
    starts = turn_starts(events)
    for event in events:
        if event.sender != "server":
            continue
        kind = event.message.get("type") if event.message else None
        if kind == "Begin" and begin is None:
            begin = event.message
        elif kind == "Termination":
            termination = event.message
        elif event.close is not None:
            # A normal close only answers the client's Terminate; the session ends itself when one arrives.
            if event.close.code not in (1000, NO_CODE):
                cues.append(Cue(event.at, event.at, close=event.close))
        else:
            cues.append(_cue(event, starts))
    return Script(
        begin=begin or {"type": "Begin", "id": "00000000-0000-4000-8000-000000000000", "expires_at": 4102444800},
        cues=tuple(cues),
        termination=termination,
        audio_milliseconds=length,
        parting=tuple(_parting(parting, variant)),
    )


def _parted(events: Iterable[Event]) -> tuple[list[Event], list[Event]]:
    """Separate what the service says of the session after `Terminate` from what it says of the audio."""
    told: list[Event] = []
    parting: list[Event] = []
    terminated = False
    for event in events:
        terminated |= bool(event.sender == "client" and event.message and event.message.get("type") == "Terminate")
        message = event.message if terminated and event.sender == "server" else None
        about_audio = message is None or message.get("type") in ("Termination", "Error") or bool(message.get("words"))
        (told if about_audio else parting).append(event)
    return told, parting


#: What the models that transcribe word by word send once more after `Terminate`: a turn in which nothing was said.
#: Captured in September 2026 with formatting off, by others; whether a formatted twin follows is not known.
EMPTY_TURN: JsonObject = {
    "type": "Turn",
    "turn_order": 0,
    "turn_is_formatted": False,
    "end_of_turn": True,
    "transcript": "",
    "end_of_turn_confidence": 0.0,
    "words": [],
    "utterance": "",
}


def _parting(recorded: Iterable[Event], variant: Variant) -> Iterator[JsonObject]:
    messages = [event.message for event in recorded if event.message is not None]
    empty = [message for message in messages if message.get("type") == "Turn"]
    if variant is not Variant.F3:
        yield from empty or [EMPTY_TURN]
    yield from (message for message in messages if message.get("type") != "Turn")


def on_the_clock(events: Iterable[Event]) -> list[Event]:
    """Give every event that followed the client's Terminate a place after the audio, as late as the service took for
    it.

    So a client that ends where the recorded one ended gets them after its Terminate, and one that goes on sending
    audio gets them when the service would have found the pause.
    """
    placed: list[Event] = []
    terminated: Event | None = None
    for event in events:
        if terminated is not None:
            event = replace(event, at=terminated.at + max(1, event.wall - terminated.wall))
        elif event.sender == "client" and event.message and event.message.get("type") == "Terminate":
            terminated = event
        placed.append(event)
    return placed


def turn_starts(events: Iterable[Event]) -> dict[int, int]:
    """Tell for every turn where its audio begins (ms): its first word, or its first message if it has none."""
    starts: dict[int, int] = {}
    for event in events:
        if (turn := turn_of(event)) is not None:
            words = words_of(turn)
            start = cast("int", words[0]["start"]) if words else event.at
            order = cast("int", turn["turn_order"])
            starts[order] = min(start, starts.get(order, start))
    return starts


def audio_length(recording: Recording) -> int:
    """Return how much audio the recorded client sent (ms)."""
    if recording.header.audio is not None:
        return recording.header.audio.milliseconds
    return recording.events[-1].at if recording.events else 0


def _cue(event: Event, starts: dict[int, int]) -> Cue:
    text = event.text if event.text is not None else dump(event.message or {})
    turn = turn_of(event)
    if turn is None:
        return Cue(event.at, event.at, text)
    order = cast("int", turn["turn_order"])
    return Cue(event.at, starts[order], text, turn=order, ends_turn=bool(turn["end_of_turn"]))
