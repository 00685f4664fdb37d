"""Which failure of a run comes first, and which only follow from it: a reader mends the first and looks again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.smoke.checks.exceptions import errors
from migrator.smoke.checks.finals import TWICE
from migrator.smoke.checks.verdict import Check, Status, skipped
from migrator.smoke.observation import Happening, Observation, sessions_of
from runtime.recording import JsonObject

#: Part of what is raised where a host is closed to the program (see `inside/sitecustomize.py`).
NO_NETWORK = "the smoke test has no network beyond loopback"
#: An exception that says no more than that the connection ended, or was not made.
_NEWS = re.compile(r"Connection|Closed|Handshake|BrokenPipe|Timeout|HTTP|Status|Streaming|RealTime|WebSocket")
_NOTHING_SHOWN = ("finals", "partials")
#: What a failure may bring about. Whether it did is a question of time, too: see `_order`.
_EXPLAINS: dict[str, tuple[str, ...]] = {
    "connects": ("parameters", "audio", "terminate", "protocol", "errors", *_NOTHING_SHOWN, "exceptions", "ends"),
    "v3 only": (
        *("connects", "parameters", "audio", "protocol", "errors", *_NOTHING_SHOWN, "exceptions", "terminate", "ends"),
    ),
    "audio": ("protocol", "errors", *_NOTHING_SHOWN, "exceptions", "terminate", "ends"),
    "protocol": ("errors", *_NOTHING_SHOWN, "audio", "exceptions", "terminate", "ends"),
    "exceptions": ("connects", "audio", "protocol", *_NOTHING_SHOWN, "terminate", "ends"),
    "parameters": ("audio", "protocol", "errors", *_NOTHING_SHOWN, "exceptions", "terminate", "ends"),
    "terminate": ("finals",),
    "finals": ("partials",),
    "partials": (),
    "ends": (),
    "errors": (),
    "network": (),
}


def arranged(checks: Sequence[Check], seen: Observation, before: Observation | None) -> list[Check]:
    """Return the checks, the first cause leading, then what follows from it; what cannot be judged says so."""
    failures = {check.name: check for check in checks if check.status is Status.FAIL}
    follows: dict[str, str] = {}
    for cause in _order(seen, before, failures):
        if cause in failures and cause not in follows:
            for name in _EXPLAINS[cause]:
                if name in failures and name not in follows and name not in follows.values():
                    if name != cause and _may_follow(failures[cause], failures[name]):
                        follows[name] = cause
    marked = [replace(check, follows=follows.get(check.name, "")) for check in checks]
    judged = [_unjudged(check, failures, seen) or check for check in marked]
    roots = [name for name in _order(seen, before, failures) if name in failures and name not in follows]
    return sorted(judged, key=lambda check: _rank(check, roots))


def _order(seen: Observation, before: Observation | None, failures: Mapping[str, Check]) -> Iterator[str]:
    """Yield the checks as causes: what happened first is in front."""
    refused = list(_refused_at(seen))
    found = [error for error in errors(seen, before) if NO_NETWORK not in error.text("message")]
    # What only brings the news may be written down before the server has written its own line.
    raised = [error.time for error in found if not ((refused or _tried(seen) or _ended(seen)) and _is_news(error))]
    # An exception before the service refused anything was not brought about by that.
    first = raised and (not refused or min(raised) < min(refused))
    if first:
        yield "exceptions"
    # A session that was refused for a message came to no audio.
    refused_first = "no audio was sent" in _evidence(failures, "audio")
    yield from (
        "v3 only",
        "connects",
        "parameters",
        *(("protocol", "audio") if refused_first else ("audio", "protocol")),
    )
    if not first:
        yield "exceptions"
    yield from ("terminate", "finals", "partials", "ends", "errors", "network")


def _tried(seen: Observation) -> bool:
    """Return whether it tried to connect, in vain."""
    return not seen.sessions and bool(seen.happened("redirected"))


def _ended(seen: Observation) -> bool:
    """Return whether the service ended a session."""
    return any(session.closed_by == "server" for session in sessions_of(seen))


def _is_news(error: Happening) -> bool:
    """Return whether an exception only says, itself or by what led to it, that the connection is over."""
    causes = error.facts.get("causes")
    root = causes[-1] if isinstance(causes, list) and causes and isinstance(causes[-1], dict) else error.facts
    kind = str(root.get("kind") or "")
    return not kind or _NEWS.search(kind) is not None


def _refused_at(seen: Observation) -> Iterator[float]:
    """Yield when the service refused something: it says so before it closes, which is when a session is logged."""
    opened = {event.facts.get("session"): event.time for event in seen.wire if event.kind == "session opened"}
    for session in sessions_of(seen):
        for at, message in zip(session.sent_at, map(_parsed, session.sent), strict=True):
            if message.get("type") == "Error" or "error" in message:
                yield opened.get(session.number, 0.0) + at / 1000
    yield from (event.time for event in seen.wire if _is_refusal(event.facts))


def _parsed(text: str) -> JsonObject:
    try:
        message = json.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _is_refusal(facts: dict[str, object]) -> bool:
    if facts.get("event") == "token":
        return facts.get("status") != 200
    if facts.get("event") == "session refused":
        return True
    return facts.get("closed_by") == "server" and facts.get("close_code") not in (None, 1000)


def _may_follow(cause: Check, check: Check) -> bool:
    """Return whether a failure of this kind can come from that: what is shown too often does not come from an end."""
    if check.advice == TWICE:
        return cause.name == "audio"
    if cause.name == "parameters" and check.name not in _NOTHING_SHOWN:
        # Only where the session was refused for it.
        return cause.evidence.startswith("3006")
    if cause.name == "terminate":
        return "missing" in check.evidence
    return True


def _unjudged(check: Check, failures: dict[str, Check], seen: Observation) -> Check | None:
    """Return what is to be said in place of a check that had nothing to look at."""
    name = check.name
    if not sessions_of(seen) and check.follows and name in ("connects", "audio", *_NOTHING_SHOWN):
        return skipped(name, "not judged: no v3 session was opened")
    if check.status is not Status.PASS:
        return None
    if name == "parameters" and "the session is told" in _evidence(failures, "audio"):
        return skipped(name, "not judged: see audio")
    if name == "partials" and "finals" in failures:
        return skipped(name, "not judged: the finals are not right")
    return None


def _evidence(failures: Mapping[str, Check], name: str) -> str:
    return failures[name].evidence if name in failures else ""


def _rank(check: Check, roots: Sequence[str]) -> tuple[int, int]:
    """Return where a check stands: each cause with its consequences, then the rest as it was."""
    if check.status is Status.FAIL and (check.follows or check.name) in roots:
        return roots.index(check.follows or check.name), int(bool(check.follows))
    return len(roots), 0
