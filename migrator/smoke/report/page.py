"""The trials of a run as one self-contained page: checks, and timelines drawn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

from migrator.smoke.checks.finals import expected_finals, shown
from migrator.smoke.checks.verdict import Check, Status
from migrator.smoke.observation import Observation
from migrator.smoke.report.about import About
from migrator.smoke.report.drawing import drawing
from migrator.smoke.report.timeline import Entry, timeline
from migrator.smoke.trial import Trial
from migrator.smoke.variants import VARIANTS
from runtime.recording import Recording

_ASSETS = Path(__file__).parent / "assets"
_MARKS = {Status.PASS: "pass", Status.FAIL: "FAIL", Status.WARN: "warn", Status.NOT_APPLICABLE: "n/a"}
#: Nothing is loaded, from anywhere.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

_KEYS = (
    '<span class="faint">Arrow keys go from event to event, up and down to another lane, Home and End to the first and '
    "the last; Enter leads to the table.</span>"
)
#: What the places of a timeline are, and its shapes.
_LANES = {
    "audio": "what the program sends to be transcribed, over the loudness of the recording",
    "to service": "its other messages to the service",
    "from service": "what the service says",
    "output": "what the program writes or hands on",
    "program": "what happens inside of it",
    "sandbox": "what is done to it",
}
_SHAPES = (
    ('<circle class="shape" cx="8" cy="8" r="5"/>', "an event"),
    ('<rect class="shape" x="3" y="0" width="10" height="16" rx="2"/>', "the end of a turn: a final"),
    ('<rect class="shape" x="0" y="5" width="16" height="6"/>', "audio"),
    ('<path class="shape" d="M8 1l7 14h-14z"/>', "something went wrong"),
)


def page(trials: Sequence[Trial], recording: Recording, about: About) -> str:
    """Return the page as HTML."""
    names = list(dict.fromkeys(trial.name for trial in trials))
    counts = Counter(trial.outcome for trial in trials)
    summary = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    groups = [[trial for trial in trials if trial.name == name] for name in names]
    numbers = {id(trial): number for number, trial in enumerate(trials)}
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            f"<title>{escape(', '.join(names))}: {escape(summary)} (smoke test)</title>",
            f"<style>\n{(_ASSETS / 'page.css').read_text(encoding='utf-8')}</style></head>",
            f"<body><header><h1>Smoke test of {escape(', '.join(names))}</h1>",
            *(f"<p class='verdict'>{_sentence(group)}</p>" for group in groups),
            *(part for group in groups for part in _said(group, recording)),
            '<dl class="about">',
            *(f"<dt>{escape(name)}<dd>{escape(value)}" for name, value in _about(trials, recording, about)),
            "</dl></header>",
            *_contents(trials),
            "<main>",
            *(part for trial in trials for part in _trial(numbers[id(trial)], trial, recording)),
            *_legend(),
            "</main>",
            f"<script>\n{(_ASSETS / 'page.js').read_text(encoding='utf-8')}</script></body></html>\n",
        ]
    )


def _sentence(runs: Sequence[Trial]) -> str:
    """Return the verdict on one program."""
    name = escape(runs[0].name)
    worst = next((run for run in runs if run.outcome != "passed"), runs[0])
    mark = f'<span class="mark {worst.outcome.replace(" ", "-")}">{worst.outcome}</span>'
    if worst.reason is not None:
        return f"{mark}: {name} could not be judged: {escape(worst.reason)}"
    first = worst.verdict.headline if worst.verdict else None
    if first is not None:
        where = f", at {escape(first.where)}" if first.where else ""
        what = escape(first.evidence.partition("\n")[0])
        return f"{mark}: {name}{where}: {what}. <span class='advice'>{escape(first.advice)}</span>"
    again = "shows on v3 what it showed on v2" if worst.before is not None else "shows all that was said"
    ways = f" in each of the {len(runs)} ways in which the service reports turns" if len(runs) > 1 else ""
    return f"{mark}: {name} {again}{ways}, ends its session, and ends."


def _said(runs: Sequence[Trial], recording: Recording) -> Iterator[str]:
    """Yield a table of what was said, and what of it was shown: by the original, and in each variant."""
    finals, before = expected_finals(recording), runs[0].before
    judged = [run for run in runs if run.verdict]
    if not finals or not judged:
        return
    # Variants that show the same are one column.
    alike: dict[tuple[str, ...], list[str]] = {}
    for run in judged:
        right = run.verdict is not None and "finals" not in run.verdict.failed
        cells = tuple(_shown(final, finals, run.seen, right) for final in finals)
        alike.setdefault(cells, []).append(run.variant or "")
    after = "after, on v3" if before is not None else "on v3"
    columns = [
        (f"{after} ({', '.join(variants)})" if len(alike) > 1 else after, cells) for cells, variants in alike.items()
    ]
    if before is not None:
        columns.insert(0, ("before, on v2", tuple(_shown(final, finals, before, True) for final in finals)))
    heads = "".join(f"<th scope=col>{escape(head)}" for head, _ in columns)
    caption = f"What was said, and shown by {escape(runs[0].name)}"
    yield f'<div class="scroll"><table class="said"><caption>{caption}</caption>'
    yield f"<thead><tr><th scope=col>said{heads}<tbody>"
    for number, final in enumerate(finals):
        row = "".join(f'<td data-head="{escape(head)}">{cells[number]}' for head, cells in columns)
        yield f"<tr><th scope=row>{escape(final)}{row}"
    yield "</table></div>"


def _shown(final: str, finals: Sequence[str], seen: Observation, right: bool) -> str:
    """Return the line in which a final was shown; unless that is `right`, how often it was.

    A partial may have the same letters, and is no second final.
    """
    found = {name: shown(text, finals).count(final) for name, text in seen.channels.items()}
    channel = max(found, key=lambda name: found[name], default="")
    if not found.get(channel):
        return '<span class="mark fail">not shown</span>'
    line = next(line for line in re.split(r"[\r\n]+", seen.channels[channel]) if final in line)
    # What stands around it is of interest, a whole page of JSON is not.
    start = max(line.find(final) - 40, 0)
    cut = ("... " if start else "") + line[start : start + len(final) + 80].strip()
    often = f' <span class="mark fail">{found[channel]} times</span>' if found[channel] > 1 and not right else ""
    return f"<code>{escape(cut)}</code>{often}"


def _about(trials: Sequence[Trial], recording: Recording, about: About) -> Iterator[tuple[str, str]]:
    yield from about.rows()
    audio = recording.header.audio
    length = f"{audio.milliseconds / 1000:.1f} s of audio, " if audio else ""
    yield (
        "recording",
        f"{length}{len(expected_finals(recording))} sentences, played at {trials[0].seen.speed:g} x real time",
    )
    pythons = dict.fromkeys(start.text("python") for trial in trials for start in trial.seen.happened("started"))
    yield "Python", ", ".join(pythons)
    walls = next((trial.seen.walls for trial in trials if trial.seen.walls), "")
    yield (
        "held by",
        f"its interpreter only, not by the kernel ({walls})" if walls else "the kernel: namespaces of its own",
    )


def _contents(trials: Sequence[Trial]) -> Iterator[str]:
    yield "<nav aria-label='Runs'><ul>"
    for number, trial in enumerate(trials):
        yield f'<li><a href="#run-{number}">{escape(_title(trial))}</a>: {_outcome(trial)}</li>'
    yield "</ul></nav>"


def _title(trial: Trial) -> str:
    return f"{trial.name}, turns as {trial.variant}" if trial.variant else trial.name


def _outcome(trial: Trial) -> str:
    return f'<span class="mark {trial.outcome.replace(" ", "-")}">{trial.outcome}</span>'


def _trial(number: int, trial: Trial, recording: Recording) -> Iterator[str]:
    heading = f'<h2 id="run-{number}">{escape(_title(trial))}: {_outcome(trial)}</h2>'
    yield f'<section aria-labelledby="run-{number}">{heading}'
    if trial.variant:
        yield f'<p class="faint">{trial.variant}: the service reports {VARIANTS[trial.variant]}.</p>'
    if trial.reason is not None:
        yield f"<p>{escape(trial.reason)}</p>"
    if trial.verdict is not None:
        yield '<div class="scroll"><table class="checks"><thead><tr><th>Check<th>Result<th>Evidence<tbody>'
        yield from map(_check, trial.verdict.checks)
        yield "</table></div>"
    runs = [("after", "The program", trial.seen)]
    if trial.before is not None:
        runs = [("before", "The original, on v2", trial.before), ("after", "Migrated, on v3", trial.seen)]
    # On one scale, and beginning together: at the start of the session, however long a program took to get there.
    begins = {which: _begin(seen) for which, _, seen in runs}
    first = -max(begins.values())
    last = max(seen.ended_at - begins[which] for which, _, seen in runs)
    for which, heading, seen in runs:
        yield from _timeline(f"run-{number}-{which}", heading, seen, begins[which], (first, last), recording)
    yield "</section>"


def _begin(seen: Observation) -> float:
    """Return when the first session was opened; the start of the program if none was."""
    return next((event.time for event in seen.wire if event.kind == "session opened"), 0.0)


def _legend() -> Iterator[str]:
    yield "<section aria-labelledby='legend'><h2 id='legend'>How to read a timeline</h2><dl class='about'>"
    yield "<dt>0 s<dd>the session was opened"
    yield from (f"<dt>{name}<dd>{what}" for name, what in _LANES.items())
    for shape, what in _SHAPES:
        bad = " bad" if "wrong" in what else ""
        yield f'<dt><svg class="key" viewBox="0 0 16 16" aria-hidden="true"><g class="program{bad}">{shape}</g></svg>'
        yield f"<dd>{what}"
    yield "</dl></section>"


def _check(check: Check) -> str:
    mark = "then" if check.follows else _MARKS[check.status]
    notes = ""
    if check.advice and not check.follows:
        notes = f"<br>at <code>{escape(check.where)}</code>" if check.where else ""
        notes += f'<br><span class="advice">{escape(check.advice)}</span>'
    elif check.follows:
        notes = f'<br><span class="faint">follows from: {escape(check.follows)}</span>'
    return (
        f"<tr><th scope=row>{escape(check.name)}<td class='mark {mark.lower()}'>{mark}"
        f"<td>{escape(check.evidence)}{notes}"
    )


def _timeline(
    name: str, heading: str, seen: Observation, begin: float, span: tuple[float, float], recording: Recording
) -> Iterator[str]:
    entries = [_moved(entry, begin) for entry in timeline(seen)]
    yield f'<h3>{heading}</h3><figure class="timeline"><div class="scroll">'
    yield drawing(entries, span, seen.speed, recording, name)
    yield f'</div><output aria-live="polite">{_KEYS}</output>'
    yield f"<details><summary>{len(entries)} events</summary>"
    yield '<div class="scroll"><table><thead><tr><th>Seconds<th>Where<th>What<tbody>'
    yield from (_row(f"{name}-{number}", entry) for number, entry in enumerate(entries))
    yield "</table></div></details></figure>"


def _moved(entry: Entry, begin: float) -> Entry:
    return replace(entry, time=entry.time - begin, until=entry.until and entry.until - begin)


def _row(name: str, entry: Entry) -> str:
    until = f" to {entry.until:.3f}" if entry.until is not None else ""
    mark = ' class="fail"' if entry.bad else ""
    what = f"{escape(entry.text)}<br>" if entry.detail else ""
    return (
        f'<tr id="{name}"><td class="time">{entry.time:.3f}{until}<td class="lane">{entry.lane}<td{mark}>'
        f"{what}<code>{escape(entry.detail or entry.text)}</code>"
    )
