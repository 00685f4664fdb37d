"""From paths to outcomes: discover, screen, and, only when something speaks v2, analyse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from migrator.files.discovery import Discovery, Problem
from migrator.files.other_files import Mentions
from migrator.files.paths import shown
from migrator.files.prefilter import SDK_RULES, Screening, needs_recent_sdk

if TYPE_CHECKING:
    from codemods.model import Options
    from migrator.analysis.outcome import Outcome
    from migrator.analysis.worker import Analyse

Progress = Callable[[int, int], None]
"""Called with how many files are done, and how many there are."""


@dataclass(slots=True)
class Run:
    """What one run over some paths is to do, and what it found out.

    Attributes:
        paths: files and folders, as the user gave them.
        scanned: how many files were looked at, known afterwards.
        mentions: files of other kinds that mention v2, known afterwards.
        notes: what a user should know of how the files were found, known afterwards.
    """

    paths: Sequence[str]
    exclude: Sequence[str] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    jobs: int = 1
    scanned: int = 0
    mentions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def screen(self) -> tuple[Screening, list[Problem]]:
        """Return which files speak v2, and which could not be looked at; a clean check loads nothing more."""
        discovery = Discovery(self.paths, self.exclude)
        elsewhere = Mentions([shown(path) for path in self.paths])
        screening = Screening()
        for root, batch in discovery.batches():
            screening.screen(root, batch)
        screening.drop_aliases()
        self.scanned, self.notes = screening.looked_at, discovery.notes
        self.mentions = [path for path in elsewhere.paths() if not discovery.excluded(path)]
        return screening, [*discovery.problems, *screening.problems]

    def outcomes(
        self, options: Callable[[], Options], analyse: Analyse | None = None, progress: Progress | None = None
    ) -> list[Outcome]:
        """Return what becomes of each file that has anything to tell, by path.

        Args:
            options: asked for only when there is something to analyse.
            analyse: the rules; the real ones by default.
            progress: told how far the analysis is.
        """
        screening, problems = self.screen()
        found: list[Outcome] = []
        if problems:
            from migrator.analysis.outcome import Outcome

            found += [Outcome(problem.path, error=problem.message) for problem in problems]
        if screening.hits or screening.recent:
            chosen = options()
            if screening.hits:
                found += _migrate(self, screening, chosen, analyse, progress)
            found += _dependencies(self, screening, found, chosen)
        return sorted(found, key=lambda outcome: outcome.path)


def _migrate(
    run: Run, screening: Screening, options: Options, analyse: Analyse | None, progress: Progress | None
) -> list[Outcome]:
    from migrator.analysis import pool
    from migrator.analysis.import_graph import Folder, groups
    from migrator.analysis.worker import Task, rules_analyse

    tasks = [Task(group, options, run.per_file_ignores) for group in groups(screening.hits, screening.files, Folder())]
    total, done = sum(len(task.group.paths) for task in tasks), 0
    found: list[Outcome] = []
    for number, outcomes in enumerate(pool.run(tasks, run.jobs, analyse or rules_analyse), 1):
        found += outcomes
        done = total * number // len(tasks)
        if progress is not None:
            progress(min(done, total), total)
    return found


def _dependencies(run: Run, screening: Screening, found: Sequence[Outcome], options: Options) -> list[Outcome]:
    """Return what becomes of the files that say which SDK the programs get, if the new code needs another one."""
    rewritten = {outcome.path: outcome for outcome in found if outcome.changed}
    programs = [path for path in screening.recent if path not in rewritten]
    programs += [
        path
        for path, outcome in rewritten.items()
        if needs_recent_sdk(outcome.after) or any(f.fixed and f.code.startswith(SDK_RULES) for f in outcome.findings)
    ]
    if not programs:
        return []
    from migrator.analysis.import_graph import Group
    from migrator.analysis.worker import Task
    from migrator.dependencies import project

    task = Task(Group((), frozenset()), options, run.per_file_ignores)
    roots = {path: screening.files.get(path, "") for path in programs}
    outcomes = project.outcomes(roots, task.options_for, Discovery(run.paths, run.exclude).excluded)
    known = {outcome.path for outcome in found}
    outcomes = [outcome for outcome in outcomes if outcome.path not in known]
    run.scanned += len(outcomes)
    return outcomes
