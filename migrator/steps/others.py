"""The files beside the programs: what says which SDK they get, and what names v2 and is no Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from migrator.analysis.outcome import Outcome
from migrator.configuration import Configuration
from migrator.files.prefilter import SDK_RULES, Screening, needs_recent_sdk
from migrator.mentions import findings
from migrator.mentions.findings import Known as Known
from migrator.mentions.options import asked as asked

_MINTS = ("V3M104", "V3M610")
"""Rules that move the making of temporary tokens, which programs in other languages may use."""


def on_a_recent_sdk(screening: Screening, found: Sequence[Outcome]) -> list[str]:
    """Return the programs whose code needs a recent SDK, or will."""
    rewritten = {outcome.path: outcome for outcome in found if outcome.changed}
    programs = [path for path in screening.recent if path not in rewritten]
    programs += [
        path
        for path, outcome in rewritten.items()
        if needs_recent_sdk(outcome.after) or any(f.fixed and f.code.startswith(SDK_RULES) for f in outcome.findings)
    ]
    return programs


def dependencies(
    programs: Sequence[str], screening: Screening, found: Sequence[Outcome], configuration: Configuration
) -> list[Outcome]:
    """Return what becomes of the files that say which SDK the programs get, if the new code needs another one."""
    if not programs:
        return []
    from migrator.dependencies import project

    roots = {path: screening.files.get(path, "") for path in programs}
    known = {outcome.path for outcome in found}
    outcomes = project.outcomes(roots, configuration.options, configuration.excluded)
    return [outcome for outcome in outcomes if outcome.path not in known]


def with_mentions(
    found: Sequence[Outcome], paths: Sequence[str], known: Known, configuration: Configuration
) -> list[Outcome]:
    """Return the outcomes and, by path among them, what is to be said of files that are no Python."""
    by_path = {outcome.path: outcome for outcome in found}
    if paths:
        lines = {
            outcome.path: min((f.span.line for f in outcome.findings if f.fixed and f.code in _MINTS), default=0)
            for outcome in found
        }
        known = replace(known, outcomes=by_path, minted=[f"{path}:{line}" for path, line in lines.items() if line])
        for told in findings.outcomes(paths, configuration.options, known):
            other = by_path.get(told.path)
            if other is not None:
                told = replace(other, after=told.after, findings=other.findings + told.findings)
            by_path[told.path] = told
    return sorted(by_path.values(), key=lambda outcome: outcome.path)
