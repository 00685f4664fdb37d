"""How a report reaches its reader: in which forms, on which streams, and with commands that can be typed."""

from __future__ import annotations

import os
import shlex
import sys

from migrator.files import git
from migrator.files.paths import shown
from migrator.reporting.report import Report
from migrator.settings import Settings


class RunError(RuntimeError):
    """The run came to nothing; the message says why and what to do."""


def show(report: Report, settings: Settings) -> int:
    """Put out the report in the form that was asked for, and return the exit code.

    Raises:
        RunError: the file for the report cannot be written.
    """
    plain = settings.format == "terminal" and not (settings.diff or settings.reports)
    if not report.outcomes and plain and settings.output is None:
        # The frequent case, and the fast one.
        if not settings.quiet:
            print(report.headline())
        return report.exit_code
    from migrator.reporting import formats

    form = "concise" if settings.quiet and settings.format == "terminal" else settings.format
    report.program = program()
    report.command = settings.command(report.program, [outcome.path for outcome in report.outcomes])
    report.apply = _apply(report, settings)
    report.repositories = _repositories(report)
    report.marked = settings.chosen.todo is not False
    if report.findings:
        from migrator.explain import summaries

        report.summaries = summaries()
    file = settings.output
    try:
        if settings.diff:
            formats.put(formats.rendered(report, "diff"), settings.output)
            formats.put(formats.rendered(report, "footer"), None, sys.stderr.buffer)
        elif settings.statistics:
            formats.put(formats.rendered(report, "statistics"), settings.output)
        else:
            formats.show(report, form, settings.output, settings.color)
        for further, file in settings.reports:
            formats.put(formats.rendered(report, formats.FORMATS[further]), file)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise RunError(f"{file or 'standard output'}: {(error.strerror or str(error)).lower()}") from error
    if settings.output is not None and not settings.quiet:
        print(report.headline(), file=sys.stderr)
    return report.exit_code


def _apply(report: Report, settings: Settings) -> str:
    """Return the command that writes what the report shows."""
    if settings.stdin:
        return f"{report.command} < {shlex.quote(settings.stdin_filename or 'PROGRAM')}"
    if "PRE_COMMIT" in os.environ:
        return f"{report.command} --write --allow-dirty"  # what a hook meets is staged: git has it
    return f"{report.command} --write"


def _repositories(report: Report) -> list[str]:
    """Return the submodules and the like in which files change: their changes are not those of the outer repository."""
    here = git.top_of(os.curdir)
    tops = {git.top_of(os.path.dirname(outcome.path)) for outcome in report.changed}
    return sorted(shown(top) for top in tops if top is not None and top != here) if here is not None else []


def program() -> str:
    """Return how a shell finds this program: by its name alone if that is the one on the path."""
    import shutil

    name, started = "v3-migrate", sys.argv[0]
    if "PRE_COMMIT" in os.environ:
        # On the path of the hook, not of the user who reads this: it lives in an environment of pre-commit's.
        return os.path.abspath(started)
    if "GITHUB_ACTIONS" in os.environ:
        return name  # who reads this sits at another machine
    if os.path.basename(started) != name or not os.path.dirname(started):
        return name
    found = shutil.which(name)
    return name if found is not None and os.path.realpath(found) == os.path.realpath(started) else shown(started)
