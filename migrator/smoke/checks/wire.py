"""Checks of what went over the wire: how a program connects, what it sends, how it ends its sessions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.protocol import V2_CONTROLS, V2_PARAMETERS
from migrator.smoke.checks.exceptions import errors, swallowed
from migrator.smoke.checks.places import saying, sending
from migrator.smoke.checks.verdict import Check, Rule, failed, passed, skipped, warned
from migrator.smoke.observation import ROUNDS, Happening, Observation, description, sessions_of
from runtime.hosts import V3_HOSTS
from runtime.parameters import PARAMETERS, family_of
from runtime.replay import Frame, SessionRecord

#: Times real time: what is slower is held up by a busy machine, and catches up.
_HASTE = 1.5
UNTERMINATED = "the client closed without Terminate"
#: Lines that say where to connect, the likeliest first.
_ADDRESSES = (
    r"wss?://",
    r"\b(Streaming|RealTime)Parameters\(",
    r"\b(StreamingClient|RealTimeTranscriber)\(",
    r"assembly",
)
_ADVICE = "Connect to wss://streaming.assemblyai.com/v3/ws (or streaming.eu.assemblyai.com)."


def _connects(seen: Observation, before: Observation | None) -> Iterator[Check]:
    sessions = sessions_of(seen)
    accepted = [session for session in sessions if session.authorized_by]
    where = sending(seen, "connect") or saying(seen, *_ADDRESSES)
    strangers = [session.host for session in sessions if seen.api == "v3" and session.host not in V3_HOSTS]
    if strangers:
        yield failed(
            "connects",
            f"v3 is not at {', '.join(dict.fromkeys(strangers))}",
            _ADVICE,
            saying(seen, *_ADDRESSES) or where,
        )
    elif accepted:
        how = ", ".join(f"{session.host}{session.path} with a {session.authorized_by}" for session in accepted)
        yield passed("connects", how)
    elif sessions:
        advice = "Send the API key in the Authorization header, or a token."
        yield failed("connects", "; ".join(refusals(sessions)), advice, saying(seen, r"\bAuthorization\b") or where)
    else:
        tried = ", ".join(dict.fromkeys(host.text("host") for host in _hosts(seen))) or "none"
        evidence = f"no {seen.api} session was opened; hosts it tried: {tried}"
        if raised := errors(seen, before)[:1]:
            evidence += f"; {description(raised[0])}"
        yield failed("connects", evidence, _ADVICE, where)


def _hosts(seen: Observation) -> list[Happening]:
    return [happening for happening in seen.happenings if happening.kind in ("redirected", "blocked")]


def _parameters(seen: Observation, before: Observation | None) -> Iterator[Check]:
    sessions = sessions_of(seen)
    if seen.api != "v3" or not sessions:
        yield skipped("parameters", "no v3 session")
        return
    for session in sessions:
        if refused := [text for text in session.violations if "parameter" in text]:
            names = [name for name in session.query if any(name in text for text in refused)]
            where = saying(seen, *(rf"\b{name}\b" for name in names), *_ADDRESSES)
            yield failed("parameters", "; ".join(refused), "Correct the query: the service refuses it.", where)
            return
        formats = session.query.get("format_turns", "").lower() == "true"
        if not formats and not always_formats(session):
            evidence = f"format_turns is {session.query.get('format_turns', 'not set')}"
            advice = "v2 finals were punctuated and cased: add format_turns=true."
            yield failed("parameters", evidence, advice, saying(seen, r"\bformat_turns\b", *_ADDRESSES))
            return
    query = sessions[0].query
    notes = dict.fromkeys(text for session in sessions for text in session.notes if any(name in text for name in query))
    if "speech_model" not in query:
        advice = "Name it: speech_model=universal-streaming-english is the one closest to v2, and the cheapest."
        evidence = "speech_model is not set: the service chooses, of late a model at three times the price"
        yield warned("parameters", evidence, advice, saying(seen, *_ADDRESSES))
    elif notes:
        names = [name for name in query if any(name in note for note in notes)]
        where = saying(seen, *(rf"\b{name}\b" for name in names), *_ADDRESSES)
        yield warned("parameters", "; ".join(notes), "Leave it out, or correct its name.", where)
    else:
        yield passed("parameters", ", ".join(f"{name}={value}" for name, value in query.items()))


def always_formats(session: SessionRecord) -> bool:
    """Return whether the session's model formats every turn, whatever the query says."""
    model = session.query.get("speech_model", "")
    return bool(model) and not PARAMETERS["format_turns"].has_effect(family_of(model))


def _audio(seen: Observation, before: Observation | None) -> Iterator[Check]:
    frames = [frame for session in sessions_of(seen) for frame in session.frames]
    if seen.api != "v3":
        return
    texts = [frame for frame in frames if frame.control is not None and "audio_data" in frame.control]
    texts += [frame for frame in frames if frame.kind == "text" and frame.control is None]
    refused = [text for session in sessions_of(seen) for text in session.violations if text.startswith("3007")]
    audio = [frame.milliseconds for frame in frames if frame.milliseconds is not None]
    empty = audio.count(0)
    if texts:
        advice = "Send the bytes themselves as a binary frame, without base64 and JSON."
        yield failed(
            "audio", f"audio as text, {texts[0].at} ms after the start of the session", advice, sending(seen, "text")
        )
    elif wrong := _misdeclared(seen, before):
        advice = "Declare what is sent: sample_rate (16000 if missing) and encoding (pcm_s16le if missing)."
        where = saying(seen, r"\bsample_rate\b", r"\bencoding\b", *_ADDRESSES)
        yield failed("audio", "; ".join([wrong, *refused]), advice, where)
    elif refused:
        advice = "Send 50 to 1000 ms of audio in each frame, not faster than real time."
        yield failed("audio", refused[0], advice, sending(seen, "audio"))
    elif empty:
        evidence = f"{empty} of {len(audio)} binary frames are empty"
        yield failed("audio", evidence, "Send the audio that was read.", sending(seen, "audio"))
    elif not audio:
        mistakes = swallowed(seen, before)
        reasons = f"; the program swallowed {'; '.join(map(description, mistakes[:3]))}" if mistakes else ""
        where = mistakes[0].text("where") if mistakes else sending(seen, "audio", "text")
        yield failed("audio", f"no audio was sent{reasons}", "Send the audio as binary frames.", where)
    else:
        span = f"{min(audio):g} to {max(audio):g}" if min(audio) < max(audio) else f"{min(audio):g}"
        frames_sent = f"{len(audio)} binary frames of {span} ms"
        hasty = [session for session in sessions_of(seen) if _pace(session, seen.speed) > _HASTE]
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
    # Audio from a microphone takes as long to record as it takes to play, if the session knows its rate.
    opened = [microphone for microphone in seen.happened("microphone") if microphone.facts.get("rate")]
    recorded = {microphone.text("rate").removesuffix(".0") for microphone in opened}
    longest = max(sessions, key=lambda session: session.audio_milliseconds)
    times = [frame.at for frame in longest.frames if frame.milliseconds is not None]
    span = (times[-1] - times[0]) * seen.speed if times else 0.0
    if len(recorded) == 1 and rate not in recorded and not 0.7 < longest.audio_milliseconds / max(span, 1) < 1.4:
        return f"the microphone records at {recorded.pop()} Hz, the session is told {rate} Hz"
    return None


def _declared(session: SessionRecord) -> tuple[str, str]:
    return session.query.get("sample_rate", "16000"), session.query.get("encoding", "pcm_s16le")


def _only_v3(seen: Observation, before: Observation | None) -> Iterator[Check]:
    if seen.api != "v3":
        return
    stale = [f"a session at {session.host}{session.path}" for session in seen.sessions if session.api == "v2"]
    stale += [f"{asked.method} {asked.host}{asked.path}" for asked in seen.token_requests if asked.api == "v2"]
    for session in sessions_of(seen):
        stale += [f"the parameter {name}" for name in session.query if name in V2_PARAMETERS]
        stale += [f"the message {_control(frame)}" for frame in session.frames if _is_v2(frame)]
    if stale:
        words = [
            rf"\b{word}\b" for word in (*sorted(V2_CONTROLS | V2_PARAMETERS), "v2/realtime") if word in " ".join(stale)
        ]
        where = saying(seen, *words, r"v2/", *_ADDRESSES)
        yield failed("v3 only", ", ".join(dict.fromkeys(stale)), "v2 is switched off: migrate these places.", where)
    else:
        yield passed("v3 only", "nothing of v2 was sent")


def _is_v2(frame: Frame) -> bool:
    return frame.control is not None and bool(V2_CONTROLS & frame.control.keys())


def _control(frame: Frame) -> str:
    return ", ".join(sorted(V2_CONTROLS & (frame.control or {}).keys()))


def _terminate(seen: Observation, before: Observation | None) -> Iterator[Check]:
    sessions = [session for session in sessions_of(seen) if session.authorized_by]
    if seen.api != "v3" or not sessions:
        return
    left = _left_open(sessions)
    if not left and not any(session.terminated for session in sessions):
        yield skipped("terminate", "not judged: the service closed the session first")
    elif not left:
        yield passed("terminate", "sent in every session")
    elif len(sessions) >= ROUNDS and left == [max(sessions, key=lambda session: session.number)]:
        yield skipped("terminate", "sent in every session but the last, in which it was stopped")
    elif before is not None and any(not session.terminated for session in sessions_of(before)):
        evidence = "not sent, nor by the original; v3 bills a session until it times out (3 hours)"
        yield skipped("terminate", evidence)
    else:
        advice = 'Send {"type": "Terminate"} and wait for Termination: an open session is billed for up to 3 hours.'
        where = saying(seen, r"\bTerminate\b|\bterminate\s*=") or sending(seen, "close")
        yield failed("terminate", "the connection was closed without it", advice, where)


def _left_open(sessions: Sequence[SessionRecord]) -> list[SessionRecord]:
    return [session for session in sessions if not session.terminated and session.closed_by != "server"]


def _protocol(seen: Observation, before: Observation | None) -> Iterator[Check]:
    refused = [text for text in refusals(sessions_of(seen)) if not text.startswith("3007") or seen.api != "v3"]
    if refused:
        advice = "The service closes the connection for this: correct what it names."
        yield failed("protocol", "; ".join(refused), advice, sending(seen, "text"))
    elif refusals(sessions_of(seen)):
        yield skipped("protocol", "not judged: see audio")
    elif notes := _other_notes(seen):
        yield warned("protocol", "; ".join(notes), "The service passes over this: correct what it names.")
    elif sessions_of(seen):
        yield passed("protocol", "no rule of the protocol was broken")


def _other_notes(seen: Observation) -> list[str]:
    """Return what the service passed over, but for what other checks tell, and what only a replay cannot do."""
    told = ("faster than real time", "speech_model", "recording", "replay")
    return list(
        dict.fromkeys(
            text
            for session in sessions_of(seen)
            for text in session.notes
            if seen.api == "v3" and not any(part in text for part in (*told, *session.query))
        )
    )


def refusals(sessions: Sequence[SessionRecord]) -> list[str]:
    """Return what the service refused, in its words."""
    return [text for session in sessions for text in session.violations if text != UNTERMINATED]


RULES: Sequence[Rule] = (_connects, _parameters, _audio, _only_v3, _terminate, _protocol)
