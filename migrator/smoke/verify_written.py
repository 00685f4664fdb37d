"""What `--write --smoke` does: it tests what was just written against what was there, and takes it back if it fails."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from migrator.analysis.outcome import Outcome
from migrator.output.writer import take_back
from migrator.smoke import command
from migrator.smoke.versions import IGNORED


def prove_or_take_back(paths: Sequence[str], outcomes: Sequence[Outcome], options: str) -> int:
    """Smoke-test the programs under `paths`, each against its original; unless all pass, put the originals back.

    Args:
        options: further arguments of the command `smoke`, as typed.

    Returns:
        0 if all passed, 1 if a check failed, 2 if a program could not be run or there was none.
    """
    proven = False
    try:
        # Standard output belongs to the report of the migration.
        with contextlib.redirect_stdout(sys.stderr):
            code = max(_test(path, outcomes, options) for path in paths)
        proven = code == 0
    finally:
        if not proven:
            take_back(outcomes)
            print("v3-migrate: every file is as it was, since nothing was proven", file=sys.stderr)
    return code


def _test(path: str, outcomes: Sequence[Outcome], options: str) -> int:
    def original(folder: Path, target: Path) -> None:
        shutil.copytree(folder, target, ignore=IGNORED, symlinks=True)
        root = os.path.realpath(folder)
        for outcome in outcomes:
            place = os.path.realpath(outcome.path)
            if outcome.changed and os.path.commonpath([root, place]) == root:
                (target / os.path.relpath(place, root)).write_bytes(outcome.before)

    parser = argparse.ArgumentParser(prog="v3-migrate --smoke-options", allow_abbrev=False)
    command.configure(parser)
    return command.run(command.parse(parser, [path, *shlex.split(options)]), original)
