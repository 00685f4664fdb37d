"""A plain unified diff, fit for `git apply`, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Sequence

from migrator.analysis.outcome import Outcome
from migrator.files.git import Base, base_of, by_base, real
from migrator.files.paths import inside
from migrator.output import diff
from migrator.reporting.report import Report


def render(report: Report) -> bytes:
    """Return the patch of the whole run."""
    return b"".join(patches(report.changed).values())


def patches(outcomes: Sequence[Outcome]) -> dict[str, bytes]:
    """Return the patch of each changed file, by path.

    Names count from the top of the git work tree in which the user stands, in submodules and other repositories below
    it as well, so that one `git apply` takes it all; from the top of its own for a file elsewhere.
    """
    found: dict[str, bytes] = {}
    by_path = {outcome.path: outcome for outcome in outcomes}
    here = base_of(real(os.curdir)) if by_path else Base(os.curdir, None)
    for base, paths in by_base(by_path).items():
        for path in paths:
            name = (here if inside(path, here.top) else base).relative(path)
            found[path] = diff.patch(name, by_path[path].before, by_path[path].after)
    return {path: found[path] for path in by_path}
