"""Checks of what went over the wire: how a program connects, what it sends, how it ends its sessions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from codemods.protocol import PARAMETERS_RENAMED, V2_CONTROLS, V2_PARAMETERS
from migrator.smoke.checks.audio import audio
from migrator.smoke.checks.exceptions import errors, swallowed
from migrator.smoke.checks.places import ADDRESSES, Deals, saying, sending, unreached
from migrator.smoke.checks.verdict import Check, Rule, failed, passed, skipped, warned
from migrator.smoke.observation import ROUNDS, Happening, Observation, description, sessions_of
from runtime.hosts import V3_HOSTS
from runtime.parameters import PARAMETERS, family_of
from runtime.replay import Frame, SessionRecord

UNTERMINATED = "the client closed without Terminate"
#: Parameters that only have another name in v3; how turns are formatted is asked for with or without the original.
_RENAMED = {old: new for old, new in PARAMETERS_RENAMED.items() if new != "format_turns"}
#: Headers that every client sends, and those that a proxy or a browser adds.
_USUAL_HEADERS = frozenset(
    {"host", "upgrade", "connection", "user-agent", "origin", "accept", "accept-encoding", "accept-language"}
    | {"cache-control", "pragma", "cookie", "authorization", "assemblyai-version"}
    | {"sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions", "sec-websocket-protocol"}
)
_ADVICE = "Connect to wss://streaming.assemblyai.com/v3/ws (or streaming.eu.assemblyai.com)."


def _connects(seen: Observation, before: Observation | None) -> Iterator[Check]:
    sessions = sessions_of(seen)
    accepted = [session for session in sessions if session.authorized_by]
    where = sending(seen, "connect") or saying(seen, *ADDRESSES)
    strangers = [session.host for session in sessions if seen.api == "v3" and session.host not in V3_HOSTS]
    if strangers:
        yield failed(
            "connects",
            f"v3 is not at {', '.join(dict.fromkeys(strangers))}",
            _ADVICE,
            saying(seen, *ADDRESSES) or where,
        )
    elif accepted:
        how = ", ".join(f"{session.host}{session.path} with a {session.authorized_by}" for session in accepted)
        yield passed("connects", how)
    elif sessions:
        advice = "Send the API key in the Authorization header, or a token."
        sent = list(dict.fromkeys(name for session in sessions for name in _own_names(session)))
        told = f" (it sent {', '.join(sent)})" if sent else ""
        named = [rf"(?i:\b{re.escape(name)}\b)" for name in (*sent, "Authorization")]
        yield failed("connects", "; ".join(refusals(sessions)) + told, advice, saying(seen, *named) or where)
    else:
        tried = ", ".join(dict.fromkeys(host.text("host") for host in _hosts(seen))) or "none"
        evidence = f"no {seen.api} session was opened; hosts it tried: {tried}"
        if raised := errors(seen, before)[:1]:
            evidence += f"; {description(raised[0])}"
        elif unawaited := [error for error in swallowed(seen, before) if error.text("kind") == "RuntimeWarning"]:
            evidence, where = f"{evidence}; {description(unawaited[0])}", unawaited[0].text("where")
        elif tried == "none" and (missed := unreached(seen, Deals.CONNECTING)):
            evidence += f"; never reached: {', '.join(missed[:2])}"
            where = missed[0].partition(" ")[0]
        yield failed("connects", evidence, _ADVICE, where)


def _own_names(session: SessionRecord) -> list[str]:
    """Return the headers and parameters of the program's own making: a key may have been sent under such a name."""
    headers = [name for name, _ in session.headers if name.lower() not in _USUAL_HEADERS]
    return headers + [name for name in session.query if name not in PARAMETERS]


def _hosts(seen: Observation) -> list[Happening]:
    return [happening for happening in seen.happenings if happening.kind in ("redirected", "blocked")]


def _parameters(seen: Observation, before: Observation | None) -> Iterator[Check]:
    sessions = sessions_of(seen)
    if seen.api != "v3" or not sessions:
        yield skipped("parameters", "no v3 session")
        return
    for session in sessions:
        if refused := [text for text in session.violations if "parameter" in text]:
            asked = {name: value for name, value in session.query.items() if any(name in text for text in refused)}
            told = ", ".join(f"{name}={value}" for name, value in asked.items())
            words = [rf"\b{re.escape(word)}\b" for word in (*asked.values(), *asked) if word]
            evidence = "; ".join(refused) + (f" (it asks for {told})" if told else "")
            where = saying(seen, *words, *ADDRESSES)
            yield failed("parameters", evidence, "Correct the query: the service refuses it.", where)
            return
        formats = session.query.get("format_turns", "").lower() == "true"
        if not formats and not always_formats(session):
            evidence = f"format_turns is {session.query.get('format_turns', 'not set')}"
            advice = "v2 finals were punctuated and cased: add format_turns=true."
            yield failed("parameters", evidence, advice, saying(seen, r"\bformat_turns\b", *ADDRESSES))
            return
    query = sessions[0].query
    if before is not None and (lost := _lost(sessions[0], sessions_of(before))):
        evidence = ", ".join(f"{old} of the original has no {new} here" for old, new in lost.items())
        yield failed("parameters", evidence, "Pass it on under its new name.", saying(seen, *lost, *ADDRESSES))
        return
    notes = dict.fromkeys(text for session in sessions for text in session.notes if any(name in text for name in query))
    if "speech_model" not in query:
        advice = "Name it: speech_model=universal-streaming-english is the one closest to v2, and the cheapest."
        evidence = "speech_model is not set: the service chooses, of late a model at three times the price"
        yield warned("parameters", evidence, advice, saying(seen, *ADDRESSES))
    elif notes:
        names = [name for name in query if any(name in note for note in notes)]
        where = saying(seen, *(rf"\b{name}\b" for name in names), *ADDRESSES)
        yield warned("parameters", "; ".join(notes), "Leave it out, or correct its name.", where)
    else:
        yield passed("parameters", ", ".join(f"{name}={value}" for name, value in query.items()))


def _lost(session: SessionRecord, originals: Sequence[SessionRecord]) -> dict[str, str]:
    """Return what the original asked for and this does not, with v3's name for it."""
    asked = {name for original in originals for name, value in original.query.items() if value not in ("", "[]")}
    return {old: new for old, new in _RENAMED.items() if old in asked and new not in session.query}


def always_formats(session: SessionRecord) -> bool:
    """Return whether the session's model formats every turn, whatever the query says."""
    model = session.query.get("speech_model", "")
    return bool(model) and not PARAMETERS["format_turns"].has_effect(family_of(model))


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
        where = saying(seen, *words, r"v2/", *ADDRESSES)
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
    else:
        advice = 'Send {"type": "Terminate"} and wait for Termination: an open session is billed for up to 3 hours.'
        where = saying(seen, r"\bTerminate\b|\bterminate\s*=") or sending(seen, "close")
        if before is not None and any(not session.terminated for session in sessions_of(before)):
            yield warned("terminate", "the connection was closed without it, as by the original", advice, where)
        else:
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


RULES: Sequence[Rule] = (_connects, _parameters, audio, _only_v3, _terminate, _protocol)
