"""What `--write --smoke` does: it tests what was just written against what was there, and takes it back if it fails."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from migrator.analysis.outcome import Outcome
from migrator.output.writer import take_back
from migrator.smoke.command import Original
from migrator.smoke.walls.copying import copy_project


def prove_or_take_back(tests: Sequence[Callable[[Original], int]], outcomes: Sequence[Outcome]) -> int:
    """Smoke-test what was written, each program against its original; unless all pass, put the originals back.

    Args:
        tests: each the command `smoke` with its arguments, which asks for the originals of its folder.

    Returns:
        0 if all passed, 1 if a check failed, 2 if a program could not be run or there was none.
    """

    def original(folder: Path, target: Path) -> None:
        copy_project(folder, target)
        root = os.path.realpath(folder)
        for outcome in outcomes:
            place = os.path.realpath(outcome.path)
            if outcome.changed and os.path.commonpath([root, place]) == root:
                copy = target / os.path.relpath(place, root)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(outcome.before)

    proven = False
    try:
        # Standard output belongs to the report of the migration.
        with contextlib.redirect_stdout(sys.stderr):
            code = max(test(original) for test in tests)
        proven = code == 0
    finally:
        if not proven:
            problem = take_back(outcomes) or "every file is as it was"
            print(f"v3-migrate: {problem}, since nothing was proven", file=sys.stderr)
    return code
