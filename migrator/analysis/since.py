"""What a branch has changed, and what not: where `HEAD` branched off a revision, files were as git has them there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from migrator.analysis.import_graph import Group
from migrator.analysis.outcome import Outcome
from migrator.analysis.worker import read_all
from migrator.files import git


def with_changes(groups: Iterable[Group], revision: str) -> list[Group]:
    """Return the groups in which a file is not as it was.

    Raises:
        GitError: there is no such revision, or git gave no answer.
    """
    groups = list(groups)
    contents, _ = read_all(sorted({path for group in groups for path in group.paths}), {})
    before = git.stored(revision, contents)
    changed = {path for path, data in contents.items() if before.get(path) != data}
    return [group for group in groups if not changed.isdisjoint(group.paths)]


def in_changed_lines(outcomes: Sequence[Outcome], revision: str) -> list[Outcome]:
    """Return the outcomes with what is found in lines that are not as they were.

    Raises:
        GitError: there is no such revision, or git gave no answer.
    """
    before = git.stored(revision, [outcome.path for outcome in outcomes])
    told = []
    for outcome in outcomes:
        if outcome.path not in before:
            told.append(outcome)
            continue
        lines = changed_lines(before[outcome.path], outcome.before)
        places = [(finding, finding.in_file or finding.span) for finding in outcome.findings]
        found = tuple(f for f, span in places if not lines.isdisjoint(range(span.line, span.end_line + 1)))
        if found or (outcome.error is not None and lines):
            told.append(replace(outcome, findings=found))
    return told


def changed_lines(before: bytes, after: bytes) -> set[int]:
    """Return the numbers, from 1, of the lines of `after` that are new or other than in `before`; ends do not count."""
    old, new = ([line.rstrip(b"\r") for line in data.split(b"\n")] for data in (before, after))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return {line + 1 for tag, _, _, start, end in matcher.get_opcodes() if tag != "equal" for line in range(start, end)}
