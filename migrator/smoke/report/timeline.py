"""What happened when: what a program said and did, and what went over the wire, in order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.smoke.checks.exceptions import is_error
from migrator.smoke.observation import Happening, Observation
from runtime.recording import JsonObject
from runtime.replay import Frame, SessionRecord

#: Where something happened; the order is that of a drawing, from top to bottom.
LANES = ("audio", "to service", "from service", "output", "program", "sandbox")

#: Colours, and what else a program's output could do to the terminal that shows it here.
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
_SHOWN = (
    "redirected",
    "blocked",
    "microphone",
    "input",
    "exception",
    "logged-error",
    "handled",
    "stubbed",
    "uvloop",
    "listening",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, `time` seconds after the start of the program; what lasts has an end, `until`.

    `text` fits on a line; `detail` is all of it where that is more. What is `bad` went wrong; a `final` ends a turn.
    """

    time: float
    lane: str
    text: str
    until: float | None = None
    detail: str = ""
    bad: bool = False
    final: bool = False


def timeline(seen: Observation) -> list[Entry]:
    """Return all that happened, in order."""
    entries = [*_outputs(seen), *_happenings(seen), *_sessions(seen), *_end(seen)]
    # The clocks are two, so what falls into one millisecond is put as cause and effect.
    return sorted(entries, key=lambda entry: (round(entry.time, 3), LANES.index(entry.lane)))


def lines(seen: Observation) -> list[str]:
    """Return the timeline as lines of text."""
    width = max(map(len, LANES))
    return [
        f"{entry.time:8.3f}  {entry.lane:<{width}}  {entry.text}"
        + (f" until {entry.until:.3f}" if entry.until is not None else "")
        for entry in timeline(seen)
    ]


def _outputs(seen: Observation) -> Iterator[Entry]:
    for output in seen.outputs:
        for line in _CONTROLS.sub("", output.text.replace("\r", "\n")).splitlines():
            if line.strip():
                note = "" if output.channel == "stdout" else f"({output.channel}) "
                yield Entry(output.time, "output", note + line.rstrip())
    for stub in seen.happened("stub"):
        yield Entry(stub.time, "output", f"({stub.text('channel')}) {stub.text('text')}")


def _happenings(seen: Observation) -> Iterator[Entry]:
    for happening in seen.happenings:
        if happening.kind in _SHOWN:
            facts = (f"{name}={value}" for name, value in happening.facts.items() if name not in ("thread", "pid"))
            bad = happening.kind in ("exception", "logged-error") and is_error(happening, seen)
            yield Entry(happening.time, "program", f"{happening.kind} {' '.join(facts)}".rstrip(), bad=bad)


def _sessions(seen: Observation) -> Iterator[Entry]:
    opened: dict[object, float] = {}
    for happening in seen.wire:
        if happening.kind == "session opened":
            opened[happening.facts.get("session")] = happening.time
            yield Entry(happening.time, "to service", _opening(happening), detail=happening.text("query"))
        elif happening.kind == "session closed":
            code = happening.facts.get("close_code")
            text = f"closed by {happening.text('closed_by')}: {code} {happening.text('close_reason')}".rstrip()
            lane = "from service" if happening.text("closed_by") == "server" else "to service"
            yield Entry(happening.time, lane, text, bad=code not in (1000, 1001))
        elif happening.kind == "token":
            yield Entry(happening.time, "to service", f"{happening.text('method')} a token: {happening.text('status')}")
    for session in seen.sessions:
        if session.number in opened:
            yield from _messages(session, opened[session.number])


def _opening(happening: Happening) -> str:
    return f"{happening.text('api')} session opened at {happening.text('host')}"


def _messages(session: SessionRecord, start: float) -> Iterator[Entry]:
    for text, at in zip(session.sent, session.sent_at, strict=False):
        message = _parsed(text)
        final = bool(message.get("end_of_turn") or message.get("message_type") == "FinalTranscript")
        said = _summary(message) if message else text[:100]
        yield Entry(start + at / 1000, "from service", said, detail=text, final=final)
    for frames in _alike(session.frames):
        first, last = (start + frame.at / 1000 for frame in (frames[0], frames[-1]))
        if frames[0].milliseconds is None:
            text = f"{frames[0].kind} {json.dumps(frames[0].control) if frames[0].control else 'that is no JSON'}"
            yield Entry(first, "to service", text[:100], detail=text, bad=frames[0].control is None)
        else:
            count = f"{len(frames)} x {frames[0].milliseconds:g} ms as {frames[0].kind}"
            yield Entry(first, "audio", count, until=last if last > first else None)


def _parsed(text: str) -> JsonObject:
    """Return a message; nothing if it is no JSON object, as the server's faults may send."""
    try:
        message = json.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _summary(message: JsonObject) -> str:
    kind = str(message.get("type") or message.get("message_type"))
    if kind == "Turn":
        marks = [name for name in ("end_of_turn", "turn_is_formatted") if message.get(name)]
        heard = " ".join(str(word.get("text")) for word in _words(message))
        said = message.get("transcript") if message.get("end_of_turn") else heard
        return f"Turn {message.get('turn_order')}{''.join(f' {mark}' for mark in marks)}: {said}"
    said = message.get("text") or message.get("error") or ""
    return f"{kind}: {said}" if said else kind


def _words(message: JsonObject) -> list[JsonObject]:
    words = message.get("words")
    return [word for word in words if isinstance(word, dict)] if isinstance(words, list) else []


def _alike(frames: list[Frame]) -> Iterator[list[Frame]]:
    """Yield the frames of the client; audio frames of the same size in a row come together."""
    group: list[Frame] = []
    for frame in frames:
        if group and (frame.milliseconds is None or frame.milliseconds != group[0].milliseconds):
            yield group
            group = []
        group.append(frame)
    if group:
        yield group


def _end(seen: Observation) -> Iterator[Entry]:
    if seen.stopped_at is not None:
        yield Entry(seen.stopped_at, "sandbox", "Enter" if seen.ending == "answer" else "Ctrl+C")
    killed = seen.ending == "killed"
    how = "killed" if killed else f"exit code {seen.exit_code}"
    yield Entry(seen.ended_at, "sandbox", f"the program ended: {how}", bad=killed)
