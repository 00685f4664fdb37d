"""A session that goes on where an earlier one was lost.

A client that connects again sends what the service had not answered yet and then goes on. A fresh session of the
service knows nothing of the first: its clock starts at zero, its turns are counted anew. Where in the recording the
client goes on is found by the content of its first chunk.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from runtime.recording import SAMPLE_WIDTH, Event, JsonObject, Recording, RecordingError
from runtime.replay.script import audio_length, on_the_clock
from runtime.replay.turns import turn_of, words_of

__all__ = ["Locator", "shifted"]


class Locator:
    """Finds a piece of audio in the audio of a recording."""

    def __init__(self, recording: Recording) -> None:
        self._audio = recording.load_audio()
        if (width := SAMPLE_WIDTH.get(recording.encoding)) is None:
            raise RecordingError(recording.path or "recording", 1, f"no place can be found in {recording.encoding}")
        self._width = width
        self._rate = recording.sample_rate

    def find(self, chunk: bytes) -> int:
        """Return where the chunk begins (ms); 0 if it is not part of the recording's audio."""
        place = self._audio.find(chunk)
        while place > 0 and place % self._width:
            place = self._audio.find(chunk, place + 1)
        return max(place, 0) * 1000 // (self._rate * self._width)


def shifted(recording: Recording, offset: int) -> Recording:
    """Return the session as it would have been had the client begun `offset` milliseconds later.

    Words that began before are gone, times are counted from there, and so are turns.
    """
    orders: dict[object, int] = {}
    events: list[Event] = []
    for event in on_the_clock(recording.events):
        moved = replace(event, at=max(0, event.at - offset), wall=max(0, event.wall - offset))
        turn = turn_of(event)
        if turn is not None:
            rest = _without_words_before(turn, offset)
            if rest is None or event.at <= offset:
                continue
            rest["turn_order"] = orders.setdefault(turn["turn_order"], len(orders))
            moved = replace(moved, message=rest)
        elif event.sender == "server" and event.message and event.message.get("type") == "SpeechStarted":
            timestamp = cast("int", event.message.get("timestamp", event.at)) - offset
            if timestamp < 0:
                continue
            moved = replace(moved, message=event.message | {"timestamp": timestamp})
        elif event.at < offset and event.message is not None and event.message.get("type") != "Begin":
            continue
        events.append(moved)
    audio = recording.header.audio
    left = max(0, audio_length(recording) - offset)
    header = replace(recording.header, audio=replace(audio, milliseconds=left, file=None) if audio else None)
    return replace(recording, header=header, events=tuple(events))


def _without_words_before(turn: JsonObject, offset: int) -> JsonObject | None:
    words = words_of(turn)
    kept = [word for word in words if cast("int", word["start"]) >= offset]
    if not kept:
        return None
    gone = len(words) - len(kept)
    texts = {name: " ".join(str(turn[name]).split()[gone:]) for name in ("transcript", "utterance") if name in turn}
    moved = [
        word | {"start": cast("int", word["start"]) - offset, "end": cast("int", word["end"]) - offset} for word in kept
    ]
    return turn | texts | {"words": moved}
