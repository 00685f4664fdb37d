"""The trials of a run as one self-contained page: checks, and timelines drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from migrator.smoke.checks.verdict import Check, Status
from migrator.smoke.observation import Observation
from migrator.smoke.report.drawing import drawing
from migrator.smoke.report.timeline import Entry, timeline
from migrator.smoke.trial import Trial
from migrator.smoke.variants import VARIANTS
from runtime.recording import Recording

_ASSETS = Path(__file__).parent / "assets"
_MARKS = {Status.PASS: "pass", Status.FAIL: "FAIL", Status.NOT_APPLICABLE: "n/a"}
#: Nothing is loaded, from anywhere.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

_KEYS = (
    '<span class="faint">Arrow keys go from event to event, up and down to another lane, Home and End to the first and '
    "the last; Enter leads to the table.</span>"
)


def page(trials: Sequence[Trial], recording: Recording) -> str:
    """Return the page as HTML."""
    counts = Counter(trial.outcome for trial in trials)
    summary = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            f"<title>Smoke test: {escape(summary)}</title>",
            f"<style>\n{(_ASSETS / 'page.css').read_text(encoding='utf-8')}</style></head>",
            "<body><header><h1>Smoke test</h1>",
            f"<p>{len(trials)} run{'s' * (len(trials) != 1)}: {escape(summary)}. "
            f"{escape(recording.header.origin or '')}</p></header>",
            *_contents(trials),
            "<main>",
            *(part for number, trial in enumerate(trials) for part in _trial(number, trial, recording)),
            "</main>",
            f"<script>\n{(_ASSETS / 'page.js').read_text(encoding='utf-8')}</script></body></html>\n",
        ]
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
        yield f'<p class="faint">{trial.variant}: {VARIANTS[trial.variant]}</p>'
    if trial.reason is not None:
        yield f"<p>{escape(trial.reason)}</p>"
    if trial.verdict is not None:
        yield '<div class="scroll"><table><thead><tr><th>Check<th>Result<th>Evidence<tbody>'
        yield from map(_check, trial.verdict.checks)
        yield "</table></div>"
    # On one scale, so that the two can be laid side by side.
    seconds = max(seen.ended_at for seen in (trial.seen, trial.before) if seen is not None) or 1.0
    runs = [("after", "The program", trial.seen)]
    if trial.before is not None:
        runs = [("before", "The original, on v2", trial.before), ("after", "Migrated, on v3", trial.seen)]
    for which, heading, seen in runs:
        yield from _timeline(f"run-{number}-{which}", heading, seen, seconds, recording)
    yield "</section>"


def _check(check: Check) -> str:
    advice = f'<br><span class="advice">{escape(check.advice)}</span>' if check.status is Status.FAIL else ""
    mark = _MARKS[check.status]
    return (
        f"<tr><th scope=row>{escape(check.name)}<td class='mark {mark.lower()}'>{mark}"
        f"<td>{escape(check.evidence)}{advice}"
    )


def _timeline(name: str, heading: str, seen: Observation, seconds: float, recording: Recording) -> Iterator[str]:
    entries = timeline(seen)
    yield f'<h3>{heading}</h3><figure class="timeline"><div class="scroll">'
    yield drawing(entries, seconds, seen.speed, recording, name)
    yield f'</div><output aria-live="polite">{_KEYS}</output>'
    yield f"<details><summary>{len(entries)} events</summary>"
    yield '<div class="scroll"><table><thead><tr><th>Seconds<th>Where<th>What<tbody>'
    yield from (_row(f"{name}-{number}", entry) for number, entry in enumerate(entries))
    yield "</table></div></details></figure>"


def _row(name: str, entry: Entry) -> str:
    until = f" to {entry.until:.3f}" if entry.until is not None else ""
    mark = ' class="fail"' if entry.bad else ""
    what = f"{escape(entry.text)}<br>" if entry.detail else ""
    return (
        f'<tr id="{name}"><td class="time">{entry.time:.3f}{until}<td class="lane">{entry.lane}<td{mark}>'
        f"{what}<code>{escape(entry.detail or entry.text)}</code>"
    )
