"""The story of a run: find files, look at their bytes; where one speaks v2, analyse, verify, write; report.

A clean check ends before the first library is loaded; what comes later is imported where it is needed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.configuration import Configuration
from migrator.files import git
from migrator.files.discovery import Discovery, beside
from migrator.files.other_files import Mentions
from migrator.files.paths import shown
from migrator.files.prefilter import SDK_RULES, Screening, needs_recent_sdk
from migrator.reporting.report import Mode, Report
from migrator.settings import Settings

if TYPE_CHECKING:
    from migrator.analysis.outcome import Outcome
    from migrator.analysis.worker import Analyse
    from migrator.output.writer import Written


class RunError(RuntimeError):
    """The run came to nothing; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run over some paths found out, before anything is written.

    Attributes:
        outcomes: what becomes of each file that has anything to tell, by path.
        scanned: how many files were looked at.
        mentions: files of other kinds that mention v2.
        notes: what a user should know of how the files were found, though it is no error.
    """

    outcomes: Sequence[Outcome]
    scanned: int
    mentions: Sequence[str]
    notes: Sequence[str] = ()


def run(settings: Settings, analyse: Analyse | None = None) -> Report:
    """Do what was asked for, except for showing the report, which is returned.

    Args:
        analyse: the rules; the real ones by default.

    Raises:
        SettingsError: the configuration of a project is wrong.
        RunError: nothing could be written.
    """
    result = migration(settings, analyse)
    for note in result.notes:
        print(f"v3-migrate: {note}", file=sys.stderr)
    report = Report(
        result.outcomes, settings.mode, result.scanned, exit_zero=settings.exit_zero, mentions=result.mentions
    )
    if settings.mode is Mode.WRITE:
        report.outcomes, report.undo = _write(result.outcomes, settings)
    return report


def migration(settings: Settings, analyse: Analyse | None = None) -> Result:
    """Return what becomes of the files under the paths of `settings`; nothing is written."""
    configuration = Configuration(settings)
    discovery = Discovery(settings.paths, configuration.excluded)
    elsewhere = Mentions([shown(path) for path in settings.paths])
    screening = Screening()
    for root, batch in discovery.batches():
        screening.screen(root, batch)
    screening.drop_aliases()
    mentions = [path for path in elsewhere.paths() if not configuration.excluded(path)]
    if screening.namesakes:
        from migrator.analysis.sdk_names import takes_from_sdk

        screening.hits += filter(takes_from_sdk, screening.namesakes)
    problems = [*discovery.problems, *screening.problems]
    if not (problems or screening.hits or screening.recent):
        return Result((), screening.looked_at, mentions, discovery.notes)

    from migrator.analysis.outcome import Outcome

    found = [Outcome(problem.path, error=problem.message) for problem in problems]
    if screening.hits:
        found += _analysed(screening, configuration, settings.jobs, analyse)
    dependencies = _dependencies(screening, found, configuration)
    outcomes = sorted([*found, *dependencies], key=lambda outcome: outcome.path)
    return Result(outcomes, screening.looked_at + len(dependencies), mentions, discovery.notes)


def _analysed(screening: Screening, configuration: Configuration, jobs: int, analyse: Analyse | None) -> list[Outcome]:
    """Return what becomes of the files that speak v2 and of those around them, group by group."""
    from migrator.analysis import gate, pool
    from migrator.analysis.import_graph import Folder, groups
    from migrator.analysis.worker import Task, rules_analyse
    from migrator.reporting.progress import progress

    together = [
        replace(group, paths=tuple(filter(screening.within, group.paths)))
        for group in groups(screening.hits, screening.files, Folder())
    ]
    tasks = [Task(group, {path: configuration.options(path) for path in group.paths}) for group in together]
    total, done = sum(len(task.group.paths) for task in tasks), 0
    tell = progress()
    found: list[Outcome] = []
    for number, outcomes in enumerate(pool.run(tasks, jobs, analyse or rules_analyse), 1):
        found += outcomes
        done = total * number // len(tasks)
        tell(done, total)
    return gate.held_back(found, [group.paths for group in together], _projects(found, screening))


def _projects(found: Sequence[Outcome], screening: Screening) -> Iterator[str]:
    """Yield every module that may need something of a changed file, whether the run looked at it or not."""
    yield from screening.files
    changed = [outcome.path for outcome in found if outcome.changed]
    tops = {path: git.top_of(os.path.dirname(path)) for path in changed}
    for _, batch in Discovery(sorted({top for top in tops.values() if top})).batches():
        yield from batch
    # Outside of one nobody can say how far a project goes; a home folder is no project.
    for folder in sorted({os.path.dirname(path) for path, top in tops.items() if not top}):
        yield from beside(folder)


def _dependencies(screening: Screening, found: Sequence[Outcome], configuration: Configuration) -> list[Outcome]:
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
    from migrator.dependencies import project

    roots = {path: screening.files.get(path, "") for path in programs}
    known = {outcome.path for outcome in found}
    outcomes = project.outcomes(roots, configuration.options, configuration.excluded)
    return [outcome for outcome in outcomes if outcome.path not in known]


def _write(outcomes: Sequence[Outcome], settings: Settings) -> tuple[Sequence[Outcome], Sequence[str]]:
    """Write what the outcomes say and return what became of that, and the commands that take it back."""
    from migrator.output.writer import WritingError, refuse_dirty, write

    try:
        if not settings.allow_dirty:
            refuse_dirty(outcomes)  # before any other question is asked
        if settings.interactive:
            from migrator.interactive import choose

            outcomes = choose(outcomes, settings.color)
        written = write(outcomes)
    except WritingError as error:
        raise RunError(str(error)) from error
    return [_as_written(outcome, written) for outcome in outcomes], written.undo


def _as_written(outcome: Outcome, written: Written) -> Outcome:
    if any(stale.path == outcome.path for stale in written.changed_meanwhile):
        return replace(outcome, findings=(), error="left alone: it changed while it was being migrated; run again")
    return outcome


def show(report: Report, settings: Settings) -> int:
    """Put out the report in the form that was asked for, and return the exit code.

    Raises:
        RunError: the file for the report cannot be written.
    """
    if not report.outcomes and settings.format == "terminal" and not settings.diff and settings.output is None:
        # The frequent case, and the fast one.
        print(*report.headlines(), sep="\n")
        return report.exit_code
    from migrator.reporting import formats

    report.program = program()
    report.command = settings.command(report.program)
    if report.findings:
        from migrator.explain import summaries

        report.summaries = summaries()
    try:
        if settings.diff:
            formats.put(formats.rendered(report, "diff"), settings.output)
            formats.put(formats.rendered(report, "footer"), None, sys.stderr.buffer)
        elif settings.statistics:
            formats.put(formats.rendered(report, "statistics"), settings.output)
        else:
            formats.show(report, settings.format, settings.output, settings.color)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise RunError(f"{settings.output or 'standard output'}: {error.strerror}") from error
    return report.exit_code


def program() -> str:
    """Return how a shell finds this program: by its name alone if that is the one on the path."""
    import shutil

    name, started = "v3-migrate", sys.argv[0]
    if os.path.basename(started) != name or not os.path.dirname(started):
        return name
    found = shutil.which(name)
    return name if found is not None and os.path.realpath(found) == os.path.realpath(started) else shown(started)
