"""Analyse: what becomes of the files that speak v2, and of those around them, group by group."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from migrator.analysis import gate, pool, since
from migrator.analysis.environment import joined
from migrator.analysis.import_graph import Group, ProjectFolder, groups
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
    together = [
        replace(group, paths=tuple(filter(screening.within, group.paths)))
        for group in groups(screening.hits, screening.files, ProjectFolder())
    ]
    on_pages = [Group((path,), frozenset([path])) for path in pages.programs]
    if settings.since is not None:
        together, on_pages = (since.with_changes(found, settings.since) for found in (together, on_pages))
    together = [*joined(together, filter(holds_settings, mentions), is_sourced), *on_pages]
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
    options = {path: configuration.options(path) for path in group.paths}
    # A file of settings has no place for a comment of ours, and the readers of a page no use for one.
    quiet = [path for path in group.paths if path in group.configuration or is_page(path)]
    options |= {path: replace(options[path], todo=False) for path in quiet}
    return Task(group, options, ProjectFolder(variables=group.variables))
