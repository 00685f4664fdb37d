"""The verdict on one run: what passed, what did not, on what evidence, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from migrator.smoke.finals import same, shown, shown_unfinished, unfinished
from migrator.smoke.observation import Happening, Observation
from runtime.replay import Frame, SessionRecord

V2_CONTROLS = frozenset({"audio_data", "terminate_session", "force_end_utterance", "end_utterance_silence_threshold"})
V2_PARAMETERS = frozenset(
    {"word_boost", "boost_param", "disable_partial_transcripts", "enable_extra_session_information"}
)
UNTERMINATED = "the client closed without Terminate"


class Status(str, Enum):
    """How a check came out."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `evidence` is what was seen; `advice` is what to do if it failed."""

    name: str
    status: Status
    evidence: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks of one run."""

    checks: Sequence[Check]

    @property
    def passed(self) -> bool:
        """Return whether no check failed."""
        return not self.failed

    @property
    def failed(self) -> list[str]:
        """The names of the checks that failed."""
        return [check.name for check in self.checks if check.status is Status.FAIL]


def judge(seen: Observation, before: Observation | None = None) -> Verdict:
    """Judge a run; with `before`, the run of the original program, also what has to be as it was."""
    return Verdict([check for rule in _RULES for check in rule(seen, before)])


def could_not_run(seen: Observation) -> str | None:
    """Return why the run says nothing about the program: it never came as far as a session, for want of something."""
    if seen.happened("uvloop"):
        return "it uses uvloop, which resolves host names past the sandbox; run it on asyncio's own loop"
    if seen.sessions or seen.happened("redirected"):
        return None
    missing = [error for error in seen.happened("exception") if error.text("kind") == "ModuleNotFoundError"]
    if missing:
        return f"{missing[0].text('message')} ({missing[0].text('where')}); install it or use --stub-missing"
    errors = seen.happened("exception")
    if errors:
        return f"it failed before it opened a session: {_error(errors[0])}"
    return None


_Rule = Callable[[Observation, "Observation | None"], Iterator[Check]]


def _pass(name: str, evidence: str) -> Check:
    return Check(name, Status.PASS, evidence)


def _fail(name: str, evidence: str, advice: str) -> Check:
    return Check(name, Status.FAIL, evidence, advice)


def _skip(name: str, evidence: str) -> Check:
    return Check(name, Status.NOT_APPLICABLE, evidence)


def _sessions(seen: Observation) -> list[SessionRecord]:
    return [session for session in seen.sessions if session.api == seen.api]


def _connects(seen: Observation, before: Observation | None) -> Iterator[Check]:
    sessions = _sessions(seen)
    accepted = [session for session in sessions if session.authorized_by]
    if accepted:
        how = ", ".join(f"{session.host}{session.path} with a {session.authorized_by}" for session in accepted)
        yield _pass("connects", how)
    elif sessions:
        advice = "Send the API key in the Authorization header, or a token."
        yield _fail("connects", "; ".join(_refusals(sessions)), advice)
    else:
        tried = ", ".join(dict.fromkeys(host.text("host") for host in seen.happened("redirected"))) or "none"
        evidence = f"no {seen.api} session was opened; hosts of the vendor it tried: {tried}"
        yield _fail("connects", evidence, "Connect to wss://streaming.assemblyai.com/v3/ws.")


def _parameters(seen: Observation, before: Observation | None) -> Iterator[Check]:
    sessions = _sessions(seen)
    if seen.api != "v3" or not sessions:
        yield _skip("parameters", "no v3 session")
        return
    for session in sessions:
        refused = [violation for violation in session.violations if "parameter" in violation]
        if refused or "speech_model" not in session.query:
            evidence = "; ".join(refused) or f"the query is {session.query}"
            yield _fail("parameters", evidence, "Correct the query: speech_model is required, v2's names are unknown.")
            return
        if session.query.get("format_turns", "").lower() != "true":
            evidence = f"format_turns is {session.query.get('format_turns', 'not set')}"
            yield _fail("parameters", evidence, "v2 finals were punctuated and cased: add format_turns=true.")
            return
    yield _pass("parameters", ", ".join(f"{name}={value}" for name, value in sessions[0].query.items()))


def _audio(seen: Observation, before: Observation | None) -> Iterator[Check]:
    frames = [frame for session in _sessions(seen) for frame in session.frames]
    if seen.api != "v3":
        return
    texts = [frame for frame in frames if frame.control is not None and "audio_data" in frame.control]
    refused = [text for session in _sessions(seen) for text in session.violations if text.startswith("3007")]
    audio = [frame.milliseconds for frame in frames if frame.milliseconds is not None]
    if texts:
        advice = "Send the bytes themselves as a binary frame, without base64 and JSON."
        yield _fail("audio", f"audio as JSON text at {texts[0].at} ms", advice)
    elif refused:
        yield _fail("audio", refused[0], "Send 50 to 1000 ms of audio in each frame, not faster than real time.")
    elif not audio:
        yield _fail("audio", "no audio was sent", "Send the audio as binary frames.")
    else:
        yield _pass("audio", f"{len(audio)} binary frames of {min(audio):g} to {max(audio):g} ms")


def _only_v3(seen: Observation, before: Observation | None) -> Iterator[Check]:
    if seen.api != "v3":
        return
    stale = [f"a session at {session.host}{session.path}" for session in seen.sessions if session.api == "v2"]
    stale += [f"{asked.method} {asked.host}{asked.path}" for asked in seen.token_requests if asked.api == "v2"]
    for session in _sessions(seen):
        stale += [f"the parameter {name}" for name in session.query if name in V2_PARAMETERS]
        stale += [f"the message {_control(frame)}" for frame in session.frames if _is_v2(frame)]
    if stale:
        yield _fail("v3 only", ", ".join(dict.fromkeys(stale)), "v2 is switched off: migrate these places.")
    else:
        yield _pass("v3 only", "nothing of v2 was sent")


def _is_v2(frame: Frame) -> bool:
    return frame.control is not None and bool(V2_CONTROLS & frame.control.keys())


def _control(frame: Frame) -> str:
    return ", ".join(sorted(V2_CONTROLS & (frame.control or {}).keys()))


def _finals(seen: Observation, before: Observation | None) -> Iterator[Check]:
    wanted = _wanted(seen)
    now = {name: shown(text, seen.expected) for name, text in seen.channels.items()}
    old = {name: shown(text, seen.expected) for name, text in before.channels.items()} if before else {}
    if before is not None and any(old.values()):
        # What the original showed, wherever it did, has to be there again; all of it, if it showed all.
        demanded = {
            name: wanted if same(texts, _wanted(before), _sessions(before)) else texts
            for name, texts in old.items()
            if texts
        }
        wrong = [name for name in demanded if not same(now.get(name, []), demanded[name], _sessions(seen))]
        where = next(iter(wrong or demanded))
        wanted = demanded[where]
    else:
        right = [name for name, texts in now.items() if same(texts, wanted, _sessions(seen))]
        where = right[0] if right else max(now, key=lambda name: len(now[name]), default="")
        wrong = [] if right else [where]
    found = now.get(where, [])
    if wrong:
        yield _fail("finals", _difference(wanted, found, where), _finals_advice(wanted, found))
    else:
        yield _pass("finals", f"all {len(wanted)} on {where}, once each, in order")


def _wanted(seen: Observation) -> Sequence[str]:
    """Return the finals to be shown: those of the recording, or what each session of several came to send."""
    sessions = _sessions(seen)
    if len(sessions) <= 1:
        return seen.expected
    return [text for session in sorted(sessions, key=lambda session: session.number) for text in session.finals]


def _difference(wanted: Sequence[str], found: Sequence[str], where: str) -> str:
    if not found:
        return f"none of the {len(wanted)} finals was shown"
    missing = [text for text in wanted if text not in found]
    doubled = [text for text in dict.fromkeys(found) if found.count(text) > wanted.count(text)]
    parts = [f"missing: {', '.join(map(repr, missing))}"] if missing else []
    parts += [f"{found.count(text)} times: {text!r}" for text in doubled]
    return f"{where}: " + ("; ".join(parts) or f"another order: {', '.join(map(repr, found))}")


def _finals_advice(wanted: Sequence[str], found: Sequence[str]) -> str:
    if any(found.count(text) > wanted.count(text) for text in found):
        return "A final comes twice in some variants: test end_of_turn and turn_is_formatted together."
    if not found:
        return "Look for type == 'Turn' with end_of_turn and turn_is_formatted, and read its transcript."
    return "Keep reading until Termination: the last turns come after Terminate."


def _partials(seen: Observation, before: Observation | None) -> Iterator[Check]:
    """What was hidden has to stay hidden, and what was shown has to stay visible."""
    if before is None or seen.api != "v3" or not _sessions(seen) or not _sessions(before):
        return
    candidates = unfinished(_sessions(seen))
    now = _unfinished_shown(seen, candidates)
    showed = _unfinished_shown(before, unfinished(_sessions(before)))
    if now and not showed:
        advice = "Only a Turn with end_of_turn and turn_is_formatted is what v2 called final."
        yield _fail("partials", f"shown, and were not before: {', '.join(map(repr, now[:3]))}", advice)
    elif showed and candidates and not now:
        yield _fail("partials", "shown before, and not any more", "A partial is a Turn without end_of_turn.")
    else:
        yield _pass("partials", f"{len(now)} shown, as before" if now else "not shown, as before")


def _unfinished_shown(seen: Observation, candidates: Sequence[str]) -> list[str]:
    return list(
        dict.fromkeys(
            text for channel in seen.channels.values() for text in shown_unfinished(channel, seen.expected, candidates)
        )
    )


def _terminate(seen: Observation, before: Observation | None) -> Iterator[Check]:
    sessions = [session for session in _sessions(seen) if session.authorized_by]
    if seen.api != "v3" or not sessions:
        return
    open_ended = [session for session in sessions if not session.terminated and session.closed_by != "server"]
    never = before is not None and not any(session.terminated for session in _sessions(before))
    if not open_ended:
        yield _pass("terminate", "sent in every session")
    elif never:
        yield _skip("terminate", "not sent, nor by the original; v3 bills a session until it times out (3 hours)")
    else:
        advice = 'Send {"type": "Terminate"} and wait for Termination: an open session is billed for up to 3 hours.'
        yield _fail("terminate", "the connection was closed without it", advice)


def _protocol(seen: Observation, before: Observation | None) -> Iterator[Check]:
    refused = [text for text in _refusals(_sessions(seen)) if not text.startswith("3007") or seen.api != "v3"]
    if refused:
        yield _fail(
            "protocol", "; ".join(refused), "The service closes the connection for this: correct what it names."
        )
    elif _sessions(seen):
        yield _pass("protocol", "no rule of the protocol was broken")


def _refusals(sessions: Sequence[SessionRecord]) -> list[str]:
    return [text for session in sessions for text in session.violations if text != UNTERMINATED]


def _ends(seen: Observation, before: Observation | None) -> Iterator[Check]:
    how = {"itself": "by itself", "interrupt": "after Ctrl+C", "answer": "after an answer to its prompt"}
    if seen.ending == "killed":
        if before is not None and before.ending == "killed":
            yield _skip("ends", "neither the original nor this ends after Ctrl+C")
            return
        last = seen.happened("main-ended")
        threads = ", ".join(map(str, _list(last[-1].facts.get("threads")))) if last else "the main thread"
        evidence = f"it had to be killed; still running: {threads}"
        yield _fail("ends", evidence, "Stop and join the threads, close the socket.")
    else:
        since = seen.ended_at - (seen.stopped_at or seen.ended_at)
        yield _pass("ends", how[seen.ending] + (f", within {since:.1f} s" if seen.stopped_at else ""))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _exceptions(seen: Observation, before: Observation | None) -> Iterator[Check]:
    known = {(error.kind, error.text("kind")) for error in _errors(before)} if before else set()
    errors = [error for error in _errors(seen) if (error.kind, error.text("kind")) not in known]
    if errors:
        yield _fail("exceptions", "; ".join(map(_error, errors[:3])), "Nobody caught this: correct the line it names.")
    else:
        yield _pass("exceptions", "none" if not known else "none that the original did not raise as well")


def _errors(seen: Observation) -> list[Happening]:
    interrupted = seen.ending in ("interrupt", "killed")
    return [
        error
        for error in seen.happenings
        if error.kind in ("exception", "logged-error")
        and not (error.text("kind") == "KeyboardInterrupt" and interrupted)
        # websocket-client 1.9 calls the end it was asked for an error.
        and not error.text("message").startswith("Connection closed normally")
    ]


def _error(error: Happening) -> str:
    where = f" at {error.text('where')}" if error.text("where") else f" (logged by {error.text('logger')})"
    kind = error.text("kind") or error.text("error")
    return f"{kind}: {error.text('message')}{where} in {error.text('thread')}".lstrip(": ")


def _network(seen: Observation, before: Observation | None) -> Iterator[Check]:
    hosts = list(dict.fromkeys(host.text("host") for host in seen.happened("blocked")))
    if hosts:
        yield _skip("network", f"closed here, so not tested with it: {', '.join(hosts)}")
    else:
        yield _pass("network", "no other host was tried")


_RULES: Sequence[_Rule] = (
    _connects,
    _parameters,
    _audio,
    _only_v3,
    _finals,
    _partials,
    _terminate,
    _protocol,
    _ends,
    _exceptions,
    _network,
)
