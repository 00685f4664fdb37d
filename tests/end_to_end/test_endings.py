"""Migrated programs end properly, whatever happens: in time, session terminated, nothing left, nothing lost.

Each is compared with its original, which met the same end. The whole table, with every event, is printed by
`python -m tests.end_to_end.endings`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from tests.end_to_end.apps import App, apps, migrate
from tests.end_to_end.ending import EVENTS, Ending, Event, end, faults, regressions

Known = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Program, then event, to how the faults begin."""
Faults = Callable[[Ending, Callable[[], Ending], Event], Iterable[str]]

_LOST, _THREAD, _KILLED = "finals are lost", "threads are left", "has to be killed"
_TRACEBACK, _OPEN = "prints a traceback", "its session is not terminated"
_MICROPHONE = "the microphone stays open"

#: What may go wrong with programs that are migrated without options: why stands beside it.
KNOWN: Known = {
    # It raises whatever the service says is wrong, by its own code: v2 refused a key without a message, v3 sends one.
    "binary_params": {"bad key": (_TRACEBACK,)},
    # v2 refused a key before the microphone was opened, which it never freed; v3 does so after (V3M512 frees it).
    "match_statement": {"bad key": (_MICROPHONE,)},
    # The attempt to connect goes on, in a thread that holds nothing up (V3M515 limits it).
    "radio_booth": {"Ctrl+C while connecting": (_THREAD,)},
    "stage_titles": {"Ctrl+C while connecting": (_THREAD,)},
    "typed_messages": {"Ctrl+C while connecting": (_THREAD,)},
    # Ctrl+C cuts off who would have ended it, as before; the session goes with the process (V3M521 ends it before).
    "sdk_agent": dict.fromkeys(("Ctrl+C while speaking", "Ctrl+C in silence"), (_OPEN,)),
    "sdk_hotline": dict.fromkeys(("Ctrl+C while speaking", "Ctrl+C in silence"), (_OPEN, _THREAD)),
    # A join that Ctrl+C has interrupted does not wait any more, before Python 3.13 (V3M519 waits).
    "sdk_console": dict.fromkeys(("Ctrl+C while speaking", "Ctrl+C in silence"), (_THREAD,)),
    # Ctrl+C closes the socket under the thread that would have ended the session, as before (V3M520).
    "wav_file": dict.fromkeys(("Ctrl+C while speaking", "Ctrl+C in silence"), (_OPEN,)),
    # Where Ctrl+C ends the microphone, as it did in v2, it waits on for the sentences of its round.
    "sdk_rounds": {"Ctrl+C while speaking": (_KILLED, _LOST)},
}
#: What may go wrong with those that are migrated with `--harden`.
HARDENED: Known = {
    "binary_params": KNOWN["binary_params"],
    # What comes last is put into a queue that nobody reads any more, as before (V3M523 says so).
    "reader_thread": {"Ctrl+C while speaking": (_LOST,)},
    "sdk_rounds": KNOWN["sdk_rounds"],
}


#: Seconds (on the wall) until a program that goes on is ended, and until an original that goes on even so is killed.
PATIENCE, GRACE = 4.0, 5.0


@pytest.mark.parametrize("app", [pytest.param(app, id=app.name) for app in apps()])
def test_ends_no_worse_than_before(app: App) -> None:
    assert _wrong(app, app.folder / "v3", regressions, KNOWN) == {}


@pytest.mark.parametrize("app", [pytest.param(app, id=app.name) for app in apps()])
def test_hardened_ends_well(app: App, tmp_path: Path) -> None:
    project = migrate(app, tmp_path / app.name, None, "--harden")
    if _texts(project) == _texts(app.folder / "v3"):
        return  # the test above has shown all there is
    assert _wrong(app, project, faults, HARDENED) == {}


def _texts(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*.py"))]


def _wrong(app: App, project: Path, wrong: Faults, known: Known) -> dict[str, list[str]]:
    """Return what is wrong with how the migrated program in `project` ends, and is not known, by event."""

    def unknown(event: Event) -> list[str]:
        environment = app.environments[-1]
        after = end(app, environment, project, "v3", event, PATIENCE)
        expected = known.get(app.name, {}).get(event.name, ())
        return [
            text for text in wrong(after, _original(app, environment, event), event) if not text.startswith(expected)
        ]

    # They spend their time waiting.
    with ThreadPoolExecutor(len(EVENTS)) as pool:
        found = dict(zip(EVENTS, pool.map(unknown, EVENTS), strict=True))
    # A machine that is busy with other things makes programs late; what is wrong with them is wrong again, twice.
    suspects = [event for event, texts in found.items() if texts and unknown(event)]
    return {event.name: texts for event in suspects if (texts := unknown(event))}


def _original(app: App, environment: str, event: Event) -> Callable[[], Ending]:
    """Return what runs the original, once, if it is asked how that ends."""
    legacy = app.legacy_environment(environment)
    return cache(lambda: end(app, legacy, app.folder / "v2", "v2", event, PATIENCE, GRACE))


def test_reads_moved_to_threads_end_well_too(tmp_path: Path) -> None:
    app = next(app for app in apps() if app.name == "dictate_asyncio")
    project = migrate(app, tmp_path / app.name, None, "--unsafe", "--harden")
    assert "await asyncio.to_thread(stream.read" in (project / "dictate.py").read_text()
    for event in EVENTS[:3]:
        after = end(app, app.environments[-1], project, "v3", event, PATIENCE)
        assert list(faults(after, _original(app, app.environments[-1], event), event)) == []
