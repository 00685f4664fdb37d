"""`v3-migrate -`: a program on standard input, the migrated one on standard output."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from migrator.analysis.outcome import Outcome
from migrator.configuration import Configuration
from migrator.files.paths import shown
from migrator.files.prefilter import speaks_v2, unfit
from migrator.output import diff
from migrator.reporting import concise, formats
from migrator.reporting.report import Mode, Report
from migrator.settings import Settings
from migrator.show import show

if TYPE_CHECKING:
    from migrator.analysis.worker import Analyse

NAME = "stdin.py"
"""How the program is called in messages; imports are looked up in the working directory."""


def run(settings: Settings, analyse: Analyse | None = None) -> int:
    """Migrate standard input. A program that cannot be migrated comes out as it went in, so that no pipe loses it.

    Raises:
        SettingsError: the configuration of the working directory is wrong.
    """
    data = sys.stdin.buffer.read()
    name = shown(settings.stdin_filename) if settings.stdin_filename else NAME
    outcome = _outcome(name, data, Configuration(settings), analyse)
    mode = Mode.CHECK if settings.mode is Mode.CHECK else Mode.WRITE
    report = Report([outcome] if outcome.error or outcome.findings or outcome.changed else [], mode, 1)
    report.exit_zero, report.fail_on = settings.exit_zero, settings.fail_on
    if mode is Mode.CHECK:
        return show(report, settings)
    after = outcome.after if outcome.changed else data
    text = diff.patch(name, data, after) if settings.diff else after
    formats.put(text, settings.output)
    formats.put(concise.render(report), None, sys.stderr.buffer)
    return report.exit_code


def _outcome(given: str, data: bytes, configuration: Configuration, analyse: Analyse | None) -> Outcome:
    problem = unfit(data)
    if problem or not speaks_v2(data):
        return Outcome(given, data, data, error=problem or None)
    from migrator.analysis import gate, pool
    from migrator.analysis.import_graph import Group
    from migrator.analysis.worker import Task, rules_analyse

    # An editor names the file that it has open; a pipe has none, and must not hide one that is there.
    name = "<stdin>" if given == NAME and os.path.exists(NAME) else given
    task = Task(Group((name,), frozenset({name})), {name: configuration.options(name)}, given={name: data})
    found = [outcome for outcomes in pool.run([task], 1, analyse or rules_analyse) for outcome in outcomes]
    held = gate.held_back(found, [(name,)], gate.around(found) if given != NAME else (), configuration.options)
    return held[0] if held else Outcome(given, data, data)
