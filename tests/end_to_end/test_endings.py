"""Migrated programs end properly, whatever happens: in time, session terminated, nothing left, nothing lost.

Each is compared with its original, which met the same end. The whole table, with every event, is printed by
`python -m tests.end_to_end.endings`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path

import pytest

from tests.end_to_end.apps import App, apps, migrate
from tests.end_to_end.ending import EVENTS, Ending, Event, end, faults

#: What may go wrong still, as it did before migration: why stands beside it.
_LOST, _THREAD = "finals are lost", "threads are left"
_TRACEBACK, _OPEN = "prints a traceback", "its session is not terminated"
KNOWN: dict[str, dict[str, tuple[str, ...]]] = {
    # It raises whatever the service says is wrong, by its own code: v2 refused a key without a message, v3 sends one.
    "binary_params": {"bad key": (_TRACEBACK,)},
    # What comes last is put into a queue that nobody reads any more, as before (V3M523 says so).
    "reader_thread": {"Ctrl+C while speaking": (_LOST,)},
    # Where Ctrl+C ends the microphone, as it did in v2, it waits on for the sentences of its round.
    "sdk_rounds": {"Ctrl+C while speaking": ("has to be killed", _LOST)},
}


#: Seconds (on the wall) until a program that goes on is ended, and until an original that goes on even so is killed.
PATIENCE, GRACE = 4.0, 5.0


@pytest.mark.parametrize("app", [pytest.param(app, id=app.name) for app in apps()])
def test_ends_well(app: App) -> None:
    # They spend their time waiting.
    with ThreadPoolExecutor(len(EVENTS)) as pool:
        found = dict(zip(EVENTS, pool.map(partial(_unknown_faults, app), EVENTS), strict=True))
    # A machine that is busy with other things makes programs late; what is wrong with them is wrong again.
    again = {event.name: _unknown_faults(app, event) for event, texts in found.items() if texts}
    assert {name: texts for name, texts in again.items() if texts} == {}


def _unknown_faults(app: App, event: Event) -> list[str]:
    """Return what is wrong with how the migrated program ends, and is not known."""
    environment = app.environments[-1]
    after = end(app, environment, app.folder / "v3", "v3", event, PATIENCE)
    known = KNOWN.get(app.name, {}).get(event.name, ())
    return [text for text in faults(after, _original(app, environment, event), event) if not text.startswith(known)]


def _original(app: App, environment: str, event: Event) -> Callable[[], Ending]:
    """Return what runs the original, once, if it is asked how that ends."""
    legacy = app.legacy_environment(environment)
    return cache(lambda: end(app, legacy, app.folder / "v2", "v2", event, PATIENCE, GRACE))


def test_reads_moved_to_threads_end_well_too(tmp_path: Path) -> None:
    app = next(app for app in apps() if app.name == "dictate_asyncio")
    project = migrate(app, tmp_path / app.name, None, "--unsafe")
    assert "await asyncio.to_thread(stream.read" in (project / "dictate.py").read_text()
    for event in EVENTS[:3]:
        after = end(app, app.environments[-1], project, "v3", event, PATIENCE)
        assert list(faults(after, _original(app, app.environments[-1], event), event)) == []
