"""The story of a run: find files, look at their bytes; where one speaks v2, analyse, verify, write.

A clean check ends before the first library is loaded; what comes later is imported where it is needed.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.configuration import Configuration
from migrator.files import git
from migrator.files.discovery import Discovery
from migrator.files.paths import shown
from migrator.files.prefilter import SDK_RULES, Screening, needs_recent_sdk
from migrator.mentions.search import WEBSOCKETS, Mentions, installs_sdk
from migrator.output.unfinished import is_any_unfinished
from migrator.reporting.report import Mode, Report
from migrator.settings import Settings
from migrator.show import RunError

if TYPE_CHECKING:
    from migrator.analysis.import_graph import Group
    from migrator.analysis.outcome import Outcome
    from migrator.analysis.worker import Analyse, Task
    from migrator.mentions.findings import Known
    from migrator.mentions.pages import Pages
    from migrator.output.writer import Written


_MINTS = ("V3M104", "V3M610")
"""Rules that move the making of temporary tokens, which programs in other languages may use."""


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

        for told in settled_around(settings.paths):
            print(f"v3-migrate: {told}", file=sys.stderr)
    try:
        result = migration(settings, analyse)
    except git.GitError as error:
        raise RunError(f"--since {settings.since}: {error}") from error
    for note in result.notes:
        print(f"v3-migrate: {note}", file=sys.stderr)
    if settings.baseline is not None:
        result = _against_baseline(result, settings.baseline)
    report = Report(
        result.outcomes, settings.mode, result.scanned, exit_zero=settings.exit_zero, fail_on=settings.fail_on
    )
    report.beyond = f" since {settings.since}" * (settings.since is not None)
    report.beyond += f" that {settings.baseline} does not know" * (settings.baseline is not None)
    if settings.mode is Mode.WRITE:
        report.outcomes, report.undo = _write(result.outcomes, settings)
    return report


def write_baseline(settings: Settings, analyse: Analyse | None = None) -> int:
    """Write down what is found, so that later runs tell only what is new; return the exit code.

    Raises:
        SettingsError: the configuration of a project is wrong.
        RunError: the file cannot be written.
    """
    from migrator.reporting import baseline
    from migrator.reporting.report import plural

    result = migration(settings, analyse)
    name = str(settings.baseline)
    try:
        places = baseline.write(result.outcomes, name)
    except OSError as error:
        raise RunError(f"{name}: {(error.strerror or str(error)).lower()}") from error
    errors = [outcome for outcome in result.outcomes if outcome.error is not None]
    for outcome in errors:
        print(f"{outcome.path}: error: {outcome.error}")
    print(f"{plural(result.scanned, 'file')} checked: {plural(places, 'known place')} written to {name}.")
    return 2 if errors else 0


def _against_baseline(result: Result, name: str) -> Result:
    from migrator.reporting import baseline
    from migrator.reporting.report import plural

    try:
        compared = baseline.compared(result.outcomes, name)
    except baseline.BaselineError as error:
        raise RunError(str(error)) from error
    if compared.known:
        print(f"v3-migrate: {plural(compared.known, 'known place')} of {name} not told", file=sys.stderr)
    if compared.gone:
        gone = f"{plural(compared.gone, 'place')} of {name} not there any more: --write-baseline forgets them"
        print(f"v3-migrate: {gone}", file=sys.stderr)
    return replace(result, outcomes=compared.outcomes)


def migration(settings: Settings, analyse: Analyse | None = None) -> Result:
    """Return what becomes of the files under the paths of `settings`; nothing is written."""
    configuration = Configuration(settings)
    discovery = Discovery(settings.paths, configuration.excluded)
    elsewhere = Mentions([shown(path) for path in settings.paths])
    screening = Screening()
    for root, batch in discovery.batches():
        screening.screen(root, batch)
    screening.drop_aliases()
    named = dict.fromkeys(discovery.others)
    installing = [path for path in screening.files if path.endswith("noxfile.py") and installs_sdk(path)]
    mentions = sorted({*elsewhere.paths(), *named, *installing})
    mentions = [path for path in mentions if not configuration.excluded(path)]
    if screening.namesakes:
        from migrator.analysis.import_graph import Folder
        from migrator.analysis.sdk_names import SdkNames

        screening.hits += filter(SdkNames(Folder()).takes, screening.namesakes)
    problems = [*discovery.problems, *screening.problems]
    if not (problems or screening.hits or screening.recent or mentions):
        return Result((), screening.looked_at + len(named), discovery.notes)

    from migrator.analysis.outcome import Outcome

    found = [Outcome(problem.path, error=problem.message) for problem in problems]
    if settings.verbose:
        print(f"{screening.looked_at} files looked at, {len(screening.hits)} speak v2", file=sys.stderr)
    from migrator.mentions.findings import Known

    pages = _pages(mentions)
    if screening.hits or pages.programs:
        found += _analysed(screening, configuration, settings, mentions, pages, analyse)
    programs = _on_a_recent_sdk(screening, found)
    found += _dependencies(programs, screening, found, configuration)
    if programs:
        pinning = Mentions([shown(path) for path in settings.paths], WEBSOCKETS).paths()
        mentions = sorted({*mentions, *(path for path in pinning if not configuration.excluded(path))})
    outcomes = _with_mentions(found, mentions, Known({}, (), programs, screening.files, pages.reasons), configuration)
    named.update((outcome.path, None) for outcome in outcomes if outcome.path not in screening.files)
    scanned = screening.looked_at + len(named)
    if settings.verbose:
        print(*(f"settings of {name}" for name in configuration.files), sep="\n", file=sys.stderr)
    if settings.since is not None:
        from migrator.analysis import since

        outcomes = since.in_changed_lines(outcomes, settings.since)
    return Result(outcomes, scanned, discovery.notes)


def _pages(mentions: Sequence[str]) -> Pages:
    """Return which pages of documentation show programs, and which are left as they are."""
    from migrator.mentions.pages import pages

    return pages(mentions)


def _with_mentions(
    found: Sequence[Outcome], paths: Sequence[str], known: Known, configuration: Configuration
) -> list[Outcome]:
    """Return the outcomes and, by path among them, what is to be said of files that are no Python."""
    by_path = {outcome.path: outcome for outcome in found}
    if paths:
        from migrator.mentions import findings

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


def _analysed(
    screening: Screening,
    configuration: Configuration,
    settings: Settings,
    mentions: Sequence[str],
    pages: Pages,
    analyse: Analyse | None,
) -> list[Outcome]:
    """Return what becomes of the files that speak v2 and of those around them, group by group."""
    from migrator.analysis import gate, pool
    from migrator.analysis.environment import joined
    from migrator.analysis.import_graph import Folder, Group, groups
    from migrator.analysis.worker import rules_analyse
    from migrator.mentions.kinds import holds_settings
    from migrator.reporting.progress import progress

    together = [
        replace(group, paths=tuple(filter(screening.within, group.paths)))
        for group in groups(screening.hits, screening.files, Folder())
    ]
    on_pages = [Group((path,), frozenset([path])) for path in pages.programs]
    if settings.since is not None:
        from migrator.analysis import since

        together, on_pages = (since.with_changes(found, settings.since) for found in (together, on_pages))
    together = [*joined(together, [path for path in mentions if holds_settings(path)]), *on_pages]
    tasks = [_task(group, configuration) for group in together]
    tell = progress([group.paths for group in together], settings.verbose)
    found: list[Outcome] = []
    for outcomes in pool.run(tasks, settings.jobs, analyse or rules_analyse, tell.waiting):
        found += outcomes
        tell.done()
    tell.end()
    others = itertools.chain(screening.files, gate.around(found))
    found = gate.held_back(found, [group.paths for group in together], others, configuration.options)
    return pages.settled(found)


def _task(group: Group, configuration: Configuration) -> Task:
    from migrator.analysis.import_graph import Folder
    from migrator.analysis.worker import Task
    from migrator.documents.page import is_page

    options = {path: configuration.options(path) for path in group.paths}
    # A file of settings has no place for a comment of ours, and the readers of a page no use for one.
    quiet = [path for path in group.paths if path in group.configuration or is_page(path)]
    options |= {path: replace(options[path], todo=False) for path in quiet}
    return Task(group, options, Folder(variables=group.variables))


def _on_a_recent_sdk(screening: Screening, found: Sequence[Outcome]) -> list[str]:
    """Return the programs whose code needs a recent SDK, or will."""
    rewritten = {outcome.path: outcome for outcome in found if outcome.changed}
    programs = [path for path in screening.recent if path not in rewritten]
    programs += [
        path
        for path, outcome in rewritten.items()
        if needs_recent_sdk(outcome.after) or any(f.fixed and f.code.startswith(SDK_RULES) for f in outcome.findings)
    ]
    return programs


def _dependencies(
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
