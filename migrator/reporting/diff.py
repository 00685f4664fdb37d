"""A plain unified diff, fit for `git apply`, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.analysis.outcome import Outcome
from migrator.files.git import by_base
from migrator.output import diff
from migrator.reporting.report import Report


def render(report: Report) -> bytes:
    """Return the patch of the whole run."""
    return b"".join(patches(report.changed).values())


def patches(outcomes: Sequence[Outcome]) -> dict[str, bytes]:
    """Return the patch of each changed file, by path; names count from the top of its git work tree."""
    found: dict[str, bytes] = {}
    by_path = {outcome.path: outcome for outcome in outcomes}
    for base, paths in by_base(by_path).items():
        for path in paths:
            found[path] = diff.patch(base.relative(path), by_path[path].before, by_path[path].after)
    return {path: found[path] for path in by_path}
