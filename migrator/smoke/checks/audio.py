"""Checks of the audio that a program sends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from migrator.smoke.checks.exceptions import swallowed
from migrator.smoke.checks.places import ADDRESSES, Deals, saying, sending, unreached
from migrator.smoke.checks.verdict import Check, Status, failed, passed, warned
from migrator.smoke.observation import Observation, description, sessions_of
from runtime.recording import JsonObject
from runtime.replay import SessionRecord

#: Times real time: what is slower is held up by a busy machine, and catches up.
_HASTE = 1.5
#: Shares of the recorded audio between which nothing is lost or doubled but what a start and an end take.
_LITTLE, _MUCH = 0.7, 1.4
#: Seconds of audio, and bytes of it, that are enough to tell.
_TELLING_SECONDS, _TELLING = 3.0, 256
_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_")
_BROKEN_JSON = ("3006: Invalid JSON: {", "3006: Invalid JSON: [")


def audio(seen: Observation, before: Observation | None) -> Iterator[Check]:
    """Check that audio is sent: as bytes, in the format and the amount that was recorded, in chunks that v3 takes."""
    frames = [frame for session in sessions_of(seen) for frame in session.frames]
    if seen.api != "v3":
        return
    refused = [text for session in sessions_of(seen) for text in session.violations if text.startswith("3007")]
    lengths = [frame.milliseconds for frame in frames if frame.milliseconds is not None]
    empty = lengths.count(0)
    if as_text := _as_text(seen):
        advice = "Send the bytes themselves as a binary frame, without base64 and JSON."
        yield failed("audio", as_text, advice, sending(seen, "text", "audio"))
    elif wrong := _misdeclared(seen, before):
        advice = "Declare what is sent: sample_rate (16000 if missing) and encoding (pcm_s16le if missing)."
        rate, encoding = _declared(sessions_of(seen)[0])
        words = ["_?".join(rate), rf"\b{re.escape(encoding)}\b", r"\bsample_rate\b", r"\bencoding\b"]
        where = saying(seen, *(rf"\b{word}\b" for word in words), *ADDRESSES)
        yield failed("audio", "; ".join([wrong, *refused]), advice, where)
    elif refused:
        advice = "Send 50 to 1000 ms of audio in each frame, not faster than real time."
        yield failed("audio", refused[0], advice, sending(seen, "audio"))
    elif empty:
        evidence = f"{empty} of {len(lengths)} binary frames are empty"
        yield failed("audio", evidence, "Send the audio that was read.", sending(seen, "audio"))
    elif lengths and (other := _another_amount(seen, before)):
        advice = "Send what was recorded, all of it and once: 16-bit samples of one channel."
        check = failed("audio", other, advice, sending(seen, "audio"))
        # A program may leave out what nobody says; only the original tells whether it always did.
        yield check if before is not None else replace(check, status=Status.WARN)
    elif not lengths:
        mistakes = swallowed(seen, before)
        reasons = f"; the program swallowed {'; '.join(map(description, mistakes[:3]))}" if mistakes else ""
        where = mistakes[0].text("where") if mistakes else sending(seen, "audio", "text")
        if not mistakes and (missed := unreached(seen, Deals.SENDING)):
            reasons, where = f"; never reached: {', '.join(missed[:2])}", missed[0].partition(" ")[0]
        yield failed("audio", f"no audio was sent{reasons}", "Send the audio as binary frames.", where)
    else:
        span = f"{min(lengths):g} to {max(lengths):g}" if min(lengths) < max(lengths) else f"{min(lengths):g}"
        frames_sent = f"{len(lengths)} binary frames of {span} ms"
        # What is called gets its audio from the caller, who catches up where the machine is busy.
        called = any(output.channel == "caller" for output in seen.outputs)
        hasty = [session for session in sessions_of(seen) if not called and _pace(session, seen.speed) > _HASTE]
        notes = [text for session in hasty for text in session.notes if "faster than real time" in text]
        if notes:
            advice = "Pace it: send each chunk when it would have been spoken."
            yield warned("audio", f"{frames_sent}; {notes[0]}", advice, sending(seen, "audio"))
        else:
            yield passed("audio", frames_sent)


def _pace(session: SessionRecord, speed: float) -> float:
    """Return how fast the audio of a session came, times real time."""
    times = [frame.at for frame in session.frames if frame.milliseconds is not None]
    return session.audio_milliseconds / max((times[-1] - times[0]) * speed, 1.0) if times else 0.0


def _misdeclared(seen: Observation, before: Observation | None) -> str | None:
    """Return how the format that a session was told differs from the audio it got."""
    sessions, originals = sessions_of(seen), sessions_of(before) if before else []
    if not sessions:
        return None
    rate, encoding = _declared(sessions[0])
    if originals and _declared(originals[0]) != (rate, encoding):
        return f"the session is told {rate} Hz {encoding}, v2 was told {' Hz '.join(_declared(originals[0]))}"
    # What a microphone gives lasts as long for the session, if that knows the rate.
    opened = [microphone for microphone in seen.happened("microphone") if microphone.facts.get("rate")]
    recorded = {microphone.text("rate").removesuffix(".0") for microphone in opened}
    if len(recorded) == 1 and rate not in recorded and not _LITTLE < _share(seen) < _MUCH:
        return f"the microphone records at {recorded.pop()} Hz, the session is told {rate} Hz"
    return None


def _as_text(seen: Observation) -> str:
    """Return how audio was sent as if it were text; empty if it was not."""
    for session in sessions_of(seen):
        if start := bytes(session.audio or b"")[:_TELLING]:
            if len(start) == _TELLING and set(start) <= _BASE64:
                return f"audio as text: the binary frames are base64 ({start[:12].decode()}...)"
        # What looks like JSON was to be a message, and so was what is short.
        broken = any(text.startswith(_BROKEN_JSON) for text in session.violations)
        for frame in session.frames:
            unread = frame.control is None and not broken and frame.size >= _TELLING
            if frame.kind == "text" and (unread or _carries_audio(frame.control or {})):
                return f"audio as text, {frame.at} ms after the start of the session"
        if any("text is not UTF-8" in text for text in session.violations):
            return "audio as text: bytes that are no UTF-8 in a frame that is marked as text"
    return ""


def _carries_audio(message: JsonObject) -> bool:
    texts = [value for value in message.values() if isinstance(value, str)]
    return "audio_data" in message or any(len(text) >= _TELLING and set(text.encode()) <= _BASE64 for text in texts)


def _another_amount(seen: Observation, before: Observation | None) -> str:
    """Return how the amount of audio differs from what was recorded, or from what the original sent of a file."""
    if _recorded(seen) >= _TELLING_SECONDS:
        if not _LITTLE < _share(seen) < _MUCH and (before is None or _LITTLE < _share(before) < _MUCH):
            return f"of {_recorded(seen):.0f} s from the microphone, {_sent(seen):.1f} s of audio arrived"
    elif before is not None and {seen.ending, before.ending} == {"itself"} and not _recorded(before):
        if _sent(before) >= _TELLING_SECONDS and not _LITTLE < _sent(seen) / _sent(before) < _MUCH:
            return f"{_sent(seen):.1f} s of audio arrived, v2 was sent {_sent(before):.1f} s"
    return ""


def _sent(seen: Observation) -> float:
    """Return how many seconds of audio all sessions were sent."""
    return sum(session.audio_milliseconds for session in sessions_of(seen)) / 1000


def _recorded(seen: Observation) -> float:
    """Return how many seconds the program read from microphones."""
    read: dict[tuple[object, object], float] = {}
    for recorded in seen.happened("recorded"):
        read[recorded.facts.get("pid"), recorded.facts.get("microphone")] = float(recorded.text("seconds"))
    return sum(read.values())


def _share(seen: Observation) -> float:
    """Return which share of what microphones gave was sent; 1 where that is not known."""
    recorded = _recorded(seen)
    return _sent(seen) / recorded if recorded else 1.0


def _declared(session: SessionRecord) -> tuple[str, str]:
    return session.query.get("sample_rate", "16000"), session.query.get("encoding", "pcm_s16le")
