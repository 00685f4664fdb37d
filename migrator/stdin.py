"""`v3-migrate -`: a program on standard input, the migrated one on standard output."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from codemods.model import Options
from migrator.analysis.outcome import Outcome
from migrator.files.prefilter import speaks_v2, unfit
from migrator.output import diff
from migrator.reporting import concise, formats
from migrator.reporting.report import Mode, Report

if TYPE_CHECKING:
    from migrator.analysis.worker import Analyse

NAME = "stdin.py"
"""How the program is called in messages; imports are looked up in the working directory."""


def run(arguments: Namespace, options: Options, analyse: Analyse | None = None) -> int:
    """Migrate standard input. A program that cannot be migrated comes out as it went in, so that no pipe loses it."""
    data = sys.stdin.buffer.read()
    outcome = _outcome(data, options, analyse)
    mode = Mode.CHECK if arguments.check else Mode.WRITE
    report = Report([outcome] if outcome.error or outcome.findings or outcome.changed else [], mode, 1)
    report.exit_zero = arguments.exit_zero
    if arguments.check:
        report.command = "v3-migrate -"
        formats.show(report, arguments.format, arguments.output, arguments.color)
        return report.exit_code
    after = outcome.after if outcome.changed else data
    text = diff.patch(NAME, data, after) if arguments.diff else after
    formats.put(text, arguments.output)
    formats.put(concise.render(report), None, sys.stderr.buffer)
    return report.exit_code


def _outcome(data: bytes, options: Options, analyse: Analyse | None) -> Outcome:
    problem = unfit(data)
    if problem or not speaks_v2(data):
        return Outcome(NAME, data, data, error=problem or None)
    from migrator.analysis import pool
    from migrator.analysis.import_graph import Group
    from migrator.analysis.worker import Task, rules_analyse

    name = NAME if not os.path.exists(NAME) else "<stdin>"
    task = Task(Group((name,), frozenset({name})), options, given={name: data})
    found = [outcome for outcomes in pool.run([task], 1, analyse or rules_analyse) for outcome in outcomes]
    return found[0] if found else Outcome(NAME, data, data)
