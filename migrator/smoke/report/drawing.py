"""A timeline drawn as SVG: one lane for each place where things happen, the recording's waveform behind the audio."""

from __future__ import annotations

import array
import math
import sys
from collections.abc import Iterator, Sequence
from html import escape

from migrator.smoke.report.timeline import LANES, Entry
from runtime.recording import Recording

#: First and last second of what is drawn.
Span = tuple[float, float]

_WIDTH, _LEFT, _RIGHT = 1000, 96, 12
_LANE, _TOP, _AXIS = 30, 8, 24
#: Milliseconds of audio that one point of the waveform stands for.
_BIN = 50


def drawing(entries: Sequence[Entry], span: Span, speed: float, recording: Recording, name: str) -> str:
    """Return the SVG of a timeline from the first to the last second; event N links to the row with the id `name-N`."""
    height = _TOP + _LANE * len(LANES) + _AXIS
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="group" aria-label="Timeline, {span[1] - span[0]:.1f} seconds">',
        *_grid(span),
        *_wave(entries, span, speed, recording),
        *(_event(number, entry, span, name) for number, entry in enumerate(entries)),
        "</svg>",
    ]
    return "\n".join(parts)


def _x(time: float, span: Span) -> float:
    first, last = span
    return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * (time - first) / max(last - first, 0.1), 1)


def _y(lane: str) -> float:
    return _TOP + _LANE * (LANES.index(lane) + 0.5)


def _grid(span: Span) -> Iterator[str]:
    bottom = _TOP + _LANE * len(LANES)
    for lane in LANES:
        yield f'<text x="8" y="{_y(lane) + 4}">{lane}</text>'
        yield f'<line class="rule" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{_y(lane)}" y2="{_y(lane)}"/>'
    first, last = span
    seconds = last - first
    step = next(step for step in (0.25, 0.5, 1, 2, 5, 10, 30, 60, 600) if seconds / step <= 12 or step == 600)
    for tick in range(math.ceil(first / step), int(last / step) + 1):
        x = _x(tick * step, span)
        yield f'<line class="rule" x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom + 4}"/>'
        yield f'<text x="{x}" y="{bottom + 17}" text-anchor="middle">{tick * step:g} s</text>'


def _wave(entries: Sequence[Entry], span: Span, speed: float, recording: Recording) -> Iterator[str]:
    """Draw the loudness of the recording where the program sent its audio."""
    start = next((entry.time for entry in entries if entry.lane == "audio"), None)
    peaks = _peaks(recording)
    if start is None or not peaks:
        return
    points = [(_x(start + index * _BIN / 1000 / speed, span), peak * _LANE / 2) for index, peak in enumerate(peaks)]
    points = [(x, size) for x, size in points if x <= _WIDTH - _RIGHT]
    upper = [f"{x},{_y('audio') - size:.1f}" for x, size in points]
    lower = [f"{x},{_y('audio') + size:.1f}" for x, size in reversed(points)]
    yield f'<polygon class="wave" points="{" ".join(upper + lower)}"/>'


def _peaks(recording: Recording) -> list[float]:
    """Return the loudest sample of each bin, as a part of the loudest of all."""
    samples = array.array("h")
    audio = recording.load_audio()
    samples.frombytes(audio[: len(audio) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    size = recording.sample_rate * _BIN // 1000
    peaks = [
        max(max(part), -min(part)) for start in range(0, len(samples), size) if (part := samples[start : start + size])
    ]
    return [peak / max(peaks) for peak in peaks] if any(peaks) else []


def _event(number: int, entry: Entry, span: Span, name: str) -> str:
    x, y = _x(entry.time, span), _y(entry.lane)
    if entry.until is not None:
        shape = f'<rect class="shape" x="{x}" y="{y - 3}" width="{max(_x(entry.until, span) - x, 3)}" height="6"/>'
    elif entry.bad:
        shape = f'<path class="shape" d="M{x} {y - 8}l7 14h-14z"/>'
    elif entry.final:
        shape = f'<rect class="shape" x="{x - 5}" y="{y - 9}" width="10" height="18" rx="2"/>'
    else:
        shape = f'<circle class="shape" cx="{x}" cy="{y}" r="5"/>'
    label = escape(f"{entry.time:.3f} s, {entry.lane}: {entry.text}{', failed' if entry.bad else ''}")
    classes = f"event {entry.lane.replace(' ', '-')}{' bad' if entry.bad else ''}"
    return (
        f'<a class="{classes}" href="#{name}-{number}" aria-label="{label}" data-row="{name}-{number}"'
        f' data-lane="{LANES.index(entry.lane)}" data-time="{entry.time:.3f}"><title>{label}</title>{shape}</a>'
    )
