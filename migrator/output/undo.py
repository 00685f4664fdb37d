"""`v3-migrate undo`: takes back what a run has written, all of it or nothing."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace

from migrator.files.paths import shown
from migrator.output import settle
from migrator.output.interrupts import held_back
from migrator.output.journal import Record


def configure(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Take back the newest run that wrote files here, or bring one that was cut off to an end. "
        "Nothing is done where a file has been changed since."
    )
    parser.add_argument("run", nargs="?", help="which run, as --list names it (default: the newest)")
    parser.add_argument("--list", action="store_true", help="list the runs that can be taken back, and change nothing")


def run(arguments: Namespace) -> int:
    """Do what the command line says; return 0, or 2 if nothing could be taken back."""
    here = [os.curdir]
    cut_off = list(settle.unfinished(here))
    finished = list(settle.finished(here))
    if arguments.list:
        for record in [*cut_off, *finished]:
            print(_line(record, "cut off" if record in cut_off else "finished"))
        return 0
    if arguments.run is not None:
        cut_off = [record for record in cut_off if record.identifier == arguments.run]
        finished = [record for record in finished if record.identifier == arguments.run]
    else:
        cut_off = [record for record in cut_off if settle.concerns(record, here)]
    with held_back():
        if cut_off:
            for record in cut_off:
                print(settle.settled(record))
            return 0
        if finished:
            return _take_back(finished[0])
    print("v3-migrate: error: nothing to take back here; see `v3-migrate undo --list`", file=sys.stderr)
    return 2


def _line(record: Record, state: str) -> str:
    folder = shown(os.path.commonpath([change.folder for change in record.changes])) if record.changes else "?"
    count = len(record.changes)
    return f"{record.identifier}  {record.started}  {count} file{'s' * (count != 1)} in {folder}  {state}"


def _take_back(record: Record) -> int:
    changed = settle.changed_since(record)
    if changed:
        names = "".join(f"\n  {shown(change.target)}" for change in changed)
        commands = "".join(f"\n  git -C {base.top} apply -R --3way {patch}" for base, patch in record.patches())
        print(
            f"v3-migrate: error: nothing taken back: changed since the run of {record.started}:{names}\n"
            f"To take back what is left of it:{commands}",
            file=sys.stderr,
        )
        return 2
    result = settle.undone(record)
    if result.problem():
        print(f"v3-migrate: {result.problem()}", file=sys.stderr)
        return 2
    count = len(result.files)
    print(f"The run of {record.started} is taken back: {count} file{'s' * (count != 1)} as before.")
    return 0
