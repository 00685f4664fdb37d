"""The story of a run: find files, look at their bytes; where one speaks v2, analyse, verify, report, write.

A clean check ends before the first library is loaded; what comes later is imported where it is needed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.configuration import Configuration
from migrator.files import git
from migrator.files.discovery import NO_PROGRAM, Discovery, Problem
from migrator.files.paths import NOTEBOOK, shown
from migrator.files.prefilter import WORDS, Screening
from migrator.mentions.search import WEBSOCKETS, Mentions, installs_sdk
from migrator.output.unfinished import is_any_unfinished
from migrator.reporting.report import Mode, Report
from migrator.settings import Settings
from migrator.show import RunError

if TYPE_CHECKING:
    from migrator.analysis.outcome import Outcome
    from migrator.analysis.worker import Analyse


@dataclass(frozen=True, slots=True)
class Result:
    """What a run over some paths found out, before anything is written.

    Attributes:
        outcomes: what becomes of each file that has anything to tell, by path.
        scanned: how many files were looked at.
        notes: what a user should know of how the files were found, though it is no error.
    """

    outcomes: Sequence[Outcome]
    scanned: int
    notes: Sequence[str] = ()


def run(settings: Settings, analyse: Analyse | None = None) -> Report:
    """Do what was asked for, except for showing the report, which is returned.

    Args:
        analyse: the rules; the real ones by default.

    Raises:
        SettingsError: the configuration of a project is wrong.
        RunError: nothing could be written.
    """
    if is_any_unfinished(settings.paths):
        from migrator.output.settle import settled_around

        _tell(settled_around(settings.paths))
    try:
        result = migration(settings, analyse)
    except git.GitError as error:
        raise RunError(f"--since {settings.since}: {error}") from error
    _tell(result.notes)
    if settings.baseline is not None:
        from migrator.steps import known

        result = replace(result, outcomes=known.beyond(result.outcomes, settings.baseline))
    report = Report(
        result.outcomes, settings.mode, result.scanned, exit_zero=settings.exit_zero, fail_on=settings.fail_on
    )
    report.beyond = f" since {settings.since}" * (settings.since is not None)
    report.beyond += f" that {settings.baseline} does not know" * (settings.baseline is not None)
    if settings.mode is Mode.WRITE:
        from migrator.steps.write import written

        report.outcomes, report.undo = written(result.outcomes, settings)
    return report


def write_baseline(settings: Settings, analyse: Analyse | None = None) -> int:
    """Write down what is found, so that later runs tell only what is new; return the exit code.

    Raises:
        SettingsError: the configuration of a project is wrong.
        RunError: the file cannot be written.
    """
    from migrator.steps import known

    result = migration(settings, analyse)
    return known.written_down(result.outcomes, result.scanned, str(settings.baseline))


def migration(settings: Settings, analyse: Analyse | None = None) -> Result:
    """Return what becomes of the files under the paths of `settings`; nothing is written."""
    # find
    configuration = Configuration(settings)
    discovery = Discovery(settings.paths, configuration.excluded, words=WORDS)
    elsewhere = Mentions([shown(path) for path in settings.paths])
    # prefilter: look at the bytes
    screening = Screening()
    for root, batch in discovery.batches():
        screening.screen(root, batch, discovery.without)
    screening.drop_aliases()
    named = dict.fromkeys(discovery.others)
    installing = [path for path in screening.files if path.endswith("noxfile.py") and installs_sdk(path)]
    mentions = sorted({*elsewhere.paths(), *named, *installing, *screening.set_templates_aside()})
    mentions += [path for path in screening.hits if path.endswith(NOTEBOOK)]
    mentions = [path for path in mentions if not configuration.excluded(path)]
    if screening.namesakes:
        from migrator.analysis.import_graph import ProjectFolder
        from migrator.analysis.sdk_names import SdkNames

        screening.hits += filter(SdkNames(ProjectFolder()).takes, screening.namesakes)
    problems = [*_wrong_paths(discovery.problems, mentions), *screening.problems]
    if not (problems or screening.hits or screening.recent or mentions):
        return Result((), screening.looked_at + len(named), discovery.notes)

    from migrator.analysis.outcome import Outcome
    from migrator.mentions.pages import pages
    from migrator.steps import others

    # analyse and verify
    found = [Outcome(problem.path, error=problem.message) for problem in problems]
    if settings.verbose:
        print(f"{screening.looked_at} files looked at, {len(screening.hits)} speak v2", file=sys.stderr)
    shown_on = pages(mentions)
    if screening.hits or shown_on.programs:
        from migrator.steps.analyse import analysed

        found += analysed(screening, configuration, settings, mentions, shown_on, analyse)
    # what stands beside the programs
    programs = others.on_a_recent_sdk(screening, found)
    found += others.dependencies(programs, screening, found, configuration)
    options = others.asked(found)
    if sought := [*(WEBSOCKETS if programs else ()), *options]:
        named_there = Mentions([shown(path) for path in settings.paths], sought).paths()
        mentions = sorted({*mentions, *(path for path in named_there if not configuration.excluded(path))})
    known = others.Known({}, (), programs, screening.files, shown_on.reasons, options)
    outcomes = others.with_mentions(found, mentions, known, configuration)
    if settings.verbose:
        print(*(f"settings of {name}" for name in configuration.files), sep="\n", file=sys.stderr)
    named.update((outcome.path, None) for outcome in outcomes if outcome.path not in screening.files)
    scanned = screening.looked_at + len(named)
    if settings.since is not None:
        from migrator.analysis import since

        outcomes = since.in_changed_lines(outcomes, settings.since)
    return Result(outcomes, scanned, discovery.notes)


def _wrong_paths(problems: Sequence[Problem], mentions: Sequence[str]) -> Iterator[Problem]:
    """Yield what is wrong with the paths asked for; a folder without a program may be one of pages or settings."""
    for problem in problems:
        below = "" if problem.path == "." else f"{problem.path.rstrip('/')}/"
        if problem.message != NO_PROGRAM or not any(path.startswith(below) for path in mentions):
            yield problem


def _tell(notes: Sequence[str]) -> None:
    for note in notes:
        print(f"v3-migrate: {note}", file=sys.stderr)
