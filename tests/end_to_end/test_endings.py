"""Migrated programs end properly, whatever happens: in time, session terminated, nothing left, nothing lost.

Each is compared with its original, which met the same end. The whole table, with every event, is printed by
`python -m tests.end_to_end.endings`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.end_to_end.apps import App, apps
from tests.end_to_end.endings import EVENTS, end, faults

#: What may go wrong still, as it did before migration: why stands beside it.
KNOWN = {
    # It asks for the end when its task is cancelled, but by then it has stopped reading.
    "aiohttp_notes": {"Ctrl+C while speaking": "finals are lost"},
    # An async generator that is cancelled with its consumer: nobody is left who could show what comes last.
    # And it raises what the server says is wrong; v2 refused a key without a message.
    "binary_params": {"Ctrl+C while speaking": "finals are lost", "bad key": "prints a traceback"},
}


@pytest.mark.parametrize(
    "app", [pytest.param(app, id=app.name) for app in apps() if app.transport != "sdk" and not app.drive]
)
def test_ends_well(app: App) -> None:
    environment = app.environments[-1]
    with ThreadPoolExecutor(6) as pool:
        runs = [
            (
                event,
                pool.submit(end, app, environment, app.folder / "v3", "v3", event),
                pool.submit(end, app, app.legacy_environment(environment), app.folder / "v2", "v2", event),
            )
            for event in EVENTS
        ]
    found = {event.name: list(faults(after.result(), before.result(), event)) for event, after, before in runs}
    known = KNOWN.get(app.name, {})
    unknown = {
        name: [text for text in texts if not text.startswith(known.get(name, "\0"))] for name, texts in found.items()
    }
    assert {name: texts for name, texts in unknown.items() if texts} == {}
