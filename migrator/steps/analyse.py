"""Analyse: what becomes of the files that speak v2, and of those around them, group by group."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import replace

from migrator.analysis import gate, pool, since
from migrator.analysis.environment import joined
from migrator.analysis.import_graph import Group, Groups, ProjectFolder
from migrator.analysis.outcome import Outcome
from migrator.analysis.worker import Analyse, Task, rules_analyse
from migrator.configuration import Configuration
from migrator.documents.page import is_page
from migrator.files.prefilter import Screening
from migrator.mentions.kinds import holds_settings
from migrator.mentions.pages import Pages
from migrator.mentions.search import is_sourced
from migrator.reporting.progress import progress
from migrator.settings import Settings


def analysed(
    screening: Screening,
    configuration: Configuration,
    settings: Settings,
    mentions: Sequence[str],
    pages: Pages,
    analyse: Analyse | None,
) -> list[Outcome]:
    """Return what becomes of the files that speak v2 and of those around them.

    Args:
        screening: what the bytes of the files told.
        mentions: files that are no modules and name something of v2's: settings among them are part of the program.
        pages: documentation with programs, which are migrated page by page.
        analyse: the rules; None for the real ones.
    """
    groups = Groups(screening.hits, screening.files, ProjectFolder())
    on_pages = [Group((path,), frozenset([path])) for path in pages.programs]
    with_settings = [path for path in mentions if holds_settings(path)]

    def inside(path: str) -> bool:
        return path not in screening.files or screening.within(path)

    def together() -> list[Group]:
        found = [replace(group, paths=tuple(filter(inside, group.paths))) for group in groups.found()]
        if settings.since is None:
            return [*joined(found, with_settings, is_sourced), *on_pages]
        changed, changed_pages = (since.with_changes(one, settings.since) for one in (found, on_pages))
        return [*joined(changed, with_settings, is_sourced), *changed_pages]

    done: dict[tuple[str, ...], list[Outcome]] = {}
    # The first analysis of a group tells what belongs to it, too: modules that the vendor's messages go on into, though
    # nothing in them speaks v2, and whoever else uses what is there.
    now = together()
    while waiting := [group for group in now if group.paths not in done]:
        done |= {group.paths: [] for group in waiting}
        group_of = {path: group for group in waiting for path in group.paths}
        tell = progress([group.paths for group in waiting], settings.verbose)
        tasks = [_task(group, configuration) for group in waiting]
        for outcomes in pool.run(tasks, settings.jobs, analyse or rules_analyse, tell.waiting):
            for outcome in outcomes:
                group = group_of[outcome.path]
                done[group.paths].append(outcome)
                if group not in on_pages:
                    groups.follow(group.paths[0], outcome.receivers)
            tell.done()
        tell.end()
        now = together()
    last = [group.paths for group in now]
    asked_for = {*screening.files, *mentions, *pages.programs}
    found = [_told(outcome, asked_for) for paths in last for outcome in done[paths]]
    others = itertools.chain(screening.files, gate.around(found))
    return pages.settled(gate.held_back(found, last, others, configuration.options))


def _told(outcome: Outcome, files: Collection[str]) -> Outcome:
    """Return an outcome as it is, or what is left of one of a file that nobody has asked for: it is not written."""
    if outcome.path in files:
        return outcome
    beside = " (not rewritten: this file is not part of the run)"
    findings = tuple(replace(one, fixed=False, message=one.message + beside) for one in outcome.findings)
    return replace(outcome, after=outcome.before, findings=findings)


def _task(group: Group, configuration: Configuration) -> Task:
    options = {path: configuration.options(path) for path in group.paths}
    # A file of settings has no place for a comment of ours, and the readers of a page no use for one.
    quiet = [path for path in group.paths if path in group.configuration or is_page(path)]
    options |= {path: replace(options[path], todo=False) for path in quiet}
    return Task(group, options, ProjectFolder(variables=group.variables))
