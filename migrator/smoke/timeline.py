"""What happened when: the output of the program, what it reported, and its sessions, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.smoke.observation import Observation
from runtime.replay import Frame, SessionRecord

_SHOWN = ("redirected", "blocked", "microphone", "input", "exception", "logged-error", "stubbed", "stub")


def timeline(seen: Observation) -> list[str]:
    """Return one line for each happening, in order; times are seconds since the start of the program."""
    entries = sorted(
        [*_outputs(seen), *_happenings(seen), *_wire(seen), *_frames(seen), *_end(seen)], key=lambda entry: entry[0]
    )
    return [f"{time:8.3f}  {where:<8} {text}" for time, where, text in entries]


_Entry = tuple[float, str, str]


def _outputs(seen: Observation) -> Iterator[_Entry]:
    for output in seen.outputs:
        for line in output.text.replace("\r", "\n").splitlines():
            if line.strip():
                yield output.time, output.channel, line


def _happenings(seen: Observation) -> Iterator[_Entry]:
    for happening in seen.happenings:
        if happening.kind in _SHOWN:
            facts = (f"{name}={value}" for name, value in happening.facts.items() if name not in ("thread", "pid"))
            yield happening.time, "program", f"{happening.kind} {' '.join(facts)}"


def _wire(seen: Observation) -> Iterator[_Entry]:
    for happening in seen.wire:
        if happening.kind == "session opened":
            yield happening.time, "server", f"session opened at {happening.text('host')}, {happening.text('query')}"
        elif happening.kind == "session closed":
            closed = f"{happening.text('close_code')} {happening.text('close_reason')}".strip()
            yield happening.time, "server", f"session closed by {happening.text('closed_by')}: {closed}"
        elif happening.kind == "sent":
            yield happening.time, "server", f"-> {happening.text('text')}"


def _frames(seen: Observation) -> Iterator[_Entry]:
    opened = {
        happening.facts.get("session"): happening.time for happening in seen.wire if happening.kind == "session opened"
    }
    for session in seen.sessions:
        for first, last, text in _summed(session):
            if session.number in opened:
                span = f" until {opened[session.number] + last / 1000:.3f}" if last > first else ""
                yield opened[session.number] + first / 1000, "server", f"<- {text}{span}"


def _summed(session: SessionRecord) -> Iterator[tuple[int, int, str]]:
    """Yield the frames of the client; audio frames of the same size in a row count as one."""
    group: list[Frame] = []
    for frame in session.frames:
        if group and (frame.milliseconds, frame.kind) != (group[0].milliseconds, group[0].kind):
            yield _group(group)
            group = []
        group.append(frame)
        if frame.milliseconds is None:
            yield _group(group)
            group = []
    if group:
        yield _group(group)


def _group(frames: list[Frame]) -> tuple[int, int, str]:
    first = frames[0]
    if first.milliseconds is None:
        return first.at, first.at, f"{first.kind} {first.control}"
    return first.at, frames[-1].at, f"audio as {first.kind}, {len(frames)} x {first.milliseconds:g} ms"


def _end(seen: Observation) -> Iterator[_Entry]:
    if seen.stopped_at is not None:
        yield seen.stopped_at, "sandbox", "Enter" if seen.ending == "answer" else "Ctrl+C"
    how = "killed" if seen.ending == "killed" else f"exit code {seen.exit_code}"
    yield seen.ended_at, "sandbox", f"the program ended: {how}"
