"""The same session as the v2 service would have reported it, derived by fixed rules.

=================================  =====================================================================================
v3                                 v2
=================================  =====================================================================================
Begin                              SessionBegins; ``expires_at`` as ISO text without zone
Turn, not its end                  PartialTranscript with *every* word, also those v3 still calls non-final
end of turn                        exactly one FinalTranscript, at the place of the last (formatted) message of the turn
audio in which nobody speaks       an empty PartialTranscript each second, as v2 sent while it heard nothing
Error, close                       ``{"error": ...}`` without a type; the v2 close code of the same meaning
Termination                        SessionInformation (if asked for) and SessionTerminated
everything else                    nothing: v2 had no such message
=================================  =====================================================================================
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import cast

from runtime.recording import NO_CODE, Close, Event, JsonObject, Recording, moment
from runtime.replay.script import Cue, Script, audio_length, dump, on_the_clock, turn_starts
from runtime.replay.selection import quiet_seconds, spoken_spans
from runtime.replay.turns import Turn, collect, turn_of, words_of

__all__ = ["LEGACY_CLOSE_CODES", "v2_script"]

#: v3 close code -> the v2 code of the same meaning (the map in the other direction is the migration's).
LEGACY_CLOSE_CODES = {1008: 4001, 3005: 1013, 3006: 4101, 3007: 4029, 3008: 4008, 3009: 4102}

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def v2_script(recording: Recording, partials: bool = True) -> Script:
    """Derive the v2 session; `partials=False` is v2's ``disable_partial_transcripts``."""
    events = on_the_clock(recording.events)
    clock = _Clock(recording)
    begin: JsonObject | None = None
    termination: JsonObject | None = None
    cues: list[Cue] = []
    error = ""  # v2 repeated it in the close frame
    for event in events:
        if event.sender != "server" or turn_of(event) is not None:
            continue
        message = event.message or {}
        if message.get("type") == "Begin":
            begin = message
        elif message.get("type") == "Termination":
            termination = message
        elif message.get("type") == "Error":
            error = str(message.get("error", ""))
            cues.append(Cue(event.at, event.at, dump({"error": error})))
        elif event.close is not None and event.close.code not in (1000, NO_CODE):
            code = LEGACY_CLOSE_CODES.get(event.close.code, event.close.code)
            cues.append(Cue(event.at, event.at, close=Close(code, error or event.close.reason)))
    starts = turn_starts(events)
    turns = [turn for turn in collect(events).values() if not turn.empty]  # v2 had no empty end of turn
    spoken = [cue for turn in turns for cue in _turn_cues(turn, starts[turn.order], clock, partials)]
    length = audio_length(recording)
    silent = [_silence(second, clock) for second in quiet_seconds(spoken_spans(events), length)] if partials else []
    expires = (begin or {}).get("expires_at")
    return Script(
        begin={
            "message_type": "SessionBegins",
            "session_id": (begin or {}).get("id", "00000000-0000-4000-8000-000000000000"),
            "expires_at": _iso(_EPOCH + timedelta(seconds=expires if isinstance(expires, int) else 4102444800)),
        },
        cues=tuple(sorted(spoken + silent + cues, key=lambda cue: cue.at)),
        termination=termination,
        audio_milliseconds=length,
    )


class _Clock:
    """Dates of the recorded session, so that `created` is the same in every replay."""

    def __init__(self, recording: Recording) -> None:
        recorded = recording.header.recorded
        self.start = moment(recorded) if recorded else _EPOCH

    def at(self, position: int) -> str:
        return _iso(self.start + timedelta(milliseconds=position))


def _iso(moment: datetime) -> str:
    """Return a date as v2 wrote it: ISO 8601 in UTC, with microseconds and without a zone."""
    utc = moment.astimezone(timezone.utc) if moment.tzinfo else moment
    return utc.strftime("%Y-%m-%dT%H:%M:%S.%f")


def _turn_cues(turn: Turn, heard: int, clock: _Clock, partials: bool) -> list[Cue]:
    cues: list[Cue] = []
    for partial in turn.partials if partials else []:
        words = words_of(cast("JsonObject", partial.message))
        plain = [word | {"text": str(word["text"]).strip('.,;:!?"').lower()} for word in words]
        message = _transcript("PartialTranscript", " ".join(str(word["text"]) for word in plain), plain, partial, clock)
        cues.append(Cue(partial.at, heard, dump(message), turn=turn.order))
    if turn.ends:
        end = turn.ends[-1]
        final = cast("JsonObject", end.message)
        formatted = turn.formatted is not None
        message = _transcript("FinalTranscript", str(final["transcript"]), words_of(final), end, clock)
        message |= {"punctuated": formatted, "text_formatted": formatted}
        cues.append(Cue(end.at, heard, dump(message), turn=turn.order, ends_turn=True))
    return cues


def _transcript(kind: str, text: str, words: list[JsonObject], event: Event, clock: _Clock) -> JsonObject:
    confidences = [cast("float", word.get("confidence", 0.0)) for word in words]
    return {
        "message_type": kind,
        "created": clock.at(event.at),
        "audio_start": words[0]["start"] if words else event.at,
        "audio_end": words[-1]["end"] if words else event.at,
        "confidence": round(sum(confidences) / len(confidences), 4) if confidences else 0.0,
        "text": text,
        "words": [{name: word.get(name) for name in ("start", "end", "confidence", "text")} for word in words],
    }


def _silence(second: int, clock: _Clock) -> Cue:
    """Return the empty partial at the end of a second in which nobody spoke."""
    tick = Event(second, second, "server")
    return Cue(second, second, dump(_transcript("PartialTranscript", "", [], tick, clock)))
