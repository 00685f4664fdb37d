"""How legacy programs end, before and after: `python -m tests.end_to_end.endings [--harden] [APP...]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.end_to_end.apps import apps, migrate
from tests.end_to_end.ending import EVENTS, Ending, end, faults, regressions

#: What a cell of the table says.
_LEGEND = (
    "before > after: T each session terminated, N not, - none was open; digit: finals shown; t thread left, "
    "d microphone open, m final missed, p traceback, K killed, i ended by the service's idle limit; * a fault"
)


def _cell(ending: Ending) -> str:
    """Return an ending in a few letters; see `_LEGEND`."""
    letters = {
        "t": ending.threads,
        "d": ending.devices,
        "m": ending.missed,
        "p": ending.tracebacks,
        "K": ending.how == "killed",
        "i": ending.idle,
    }
    said = {None: "-", True: "T", False: "N"}[ending.terminated]
    return f"{said}{ending.finals}" + "".join(letter for letter, found in letters.items() if found)


def _totals(endings: Sequence[Ending]) -> str:
    counts = {
        "terminated": sum(ending.terminated is True for ending in endings),
        "not": sum(ending.terminated is False for ending in endings),
        "ended by the idle limit": sum(ending.idle for ending in endings),
        "killed": sum(ending.how == "killed" for ending in endings),
        "with a thread": sum(bool(ending.threads) for ending in endings),
        "with a microphone": sum(bool(ending.devices) for ending in endings),
        "finals missed": sum(len(ending.missed) for ending in endings),
    }
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _table(names: Sequence[str], harden: bool, folder: Path) -> int:
    chosen = [app for app in apps() if app.name in names or not names]
    found: list[tuple[str, Ending, Ending, list[str]]] = []
    with ThreadPoolExecutor(6) as pool:
        runs = {}
        for app in chosen:
            environment = app.environments[-1]
            legacy = app.legacy_environment(environment)
            project = migrate(app, folder / app.name, None, "--harden") if harden else app.folder / "v3"
            for event in EVENTS:
                before = pool.submit(end, app, legacy, app.folder / "v2", "v2", event)
                runs[app, event] = before, pool.submit(end, app, environment, project, "v3", event)
        print("| program |", " | ".join(event.name for event in EVENTS), "|\n" + "|---" * (len(EVENTS) + 1) + "|")
        for app in chosen:
            cells = [app.name]
            for event in EVENTS:
                before, after = (run.result() for run in runs[app, event])
                wrong = list((faults if harden else regressions)(after, lambda before=before: before, event))
                found.append((f"{app.name}, {event.name}", before, after, wrong))
                cells.append(f"{_cell(before)} > {_cell(after)}{' *' * bool(wrong)}")
            print("|", " | ".join(cells), "|", flush=True)
    print(f"\n{_LEGEND}\n\nbefore: {_totals([before for _, before, _, _ in found])}")
    print(f"after: {_totals([after for _, _, after, _ in found])}")
    faulty = [(name, before, after, wrong) for name, before, after, wrong in found if wrong]
    print(f"\n{len(found)} endings, {len(faulty)} with a fault")
    for name, before, after, wrong in faulty:
        print(f"* {name}: {'; '.join(wrong)}\n  before: {before}\n  after: {after}")
    return min(len(faulty), 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("apps", nargs="*", metavar="APP")
    parser.add_argument("--harden", action="store_true", help="migrate them with --harden")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        sys.exit(_table(chosen.apps, chosen.harden, Path(name)))
