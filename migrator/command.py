"""The main command: preview, check or write."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrator.config import Config, ConfigurationError, load
from migrator.engine import Run
from migrator.files.paths import shown
from migrator.reporting.report import Mode, Report
from migrator.selection import SelectionError, check_form, check_known

if TYPE_CHECKING:
    from codemods.model import Options
    from migrator.analysis.worker import Analyse

SPEECH_MODEL, REGION = "universal-streaming-english", "us"
STDIN = "-"
PATIENCE = 1.0
"""Seconds of work without a progress bar."""


def run(arguments: Namespace, analyse: Analyse | None = None) -> int:
    """Do what the command line says and return the exit code."""
    try:
        config = load([path for path in arguments.paths if path != STDIN])
        check_form(_codes(arguments, config))
        return _run(arguments, config, analyse)
    except (ConfigurationError, SelectionError) as error:
        return _fail(str(error))


def _run(arguments: Namespace, config: Config, analyse: Analyse | None) -> int:
    if STDIN in arguments.paths:
        if len(arguments.paths) > 1 or arguments.interactive:
            return _fail("`-` stands alone: no other path, and nobody to ask")
        from migrator import stdin

        return stdin.run(arguments, options(arguments, config), analyse)
    mode = Mode.WRITE if arguments.write or arguments.interactive else Mode.CHECK if arguments.check else Mode.PREVIEW
    if arguments.interactive and arguments.check:
        return _fail("--check changes nothing: it does not go with --interactive")
    if arguments.smoke and mode is not Mode.WRITE:
        return _fail("--smoke tests what was written: it goes with --write")
    job = Run(
        arguments.paths,
        (*config.exclude, *_split(arguments.exclude)),
        config.per_file_ignores,
        arguments.jobs or _cores(),
    )
    outcomes = job.outcomes(lambda: options(arguments, config), analyse, _progress())
    report = Report(outcomes, mode, job.scanned, exit_zero=arguments.exit_zero, mentions=job.mentions)
    if not outcomes:
        # The frequent case, and the fast one.
        if arguments.format == "terminal" and not arguments.diff and not arguments.output:
            print(*report.headlines(), sep="\n")
            return 0
    else:
        report.program, report.command = program(), again(arguments)
    if mode is Mode.WRITE:
        from migrator.applying import apply

        failure = apply(report, arguments)
        if failure is not None:
            return _fail(failure)
        if arguments.smoke and report.changed:
            from migrator.smoke.verify_written import prove_or_take_back

            code = prove_or_take_back(arguments.paths, report.outcomes, arguments.smoke_options)
            if code:
                return code
    return _put(report, arguments)


def _put(report: Report, arguments: Namespace) -> int:
    from migrator.reporting import formats

    if report.findings:
        from migrator.explain import sources, summaries

        report.summaries, report.sources = summaries(), sources()
    try:
        if arguments.diff:
            formats.put(formats.rendered(report, "diff"), arguments.output)
            formats.put(formats.rendered(report, "footer"), None, sys.stderr.buffer)
        elif arguments.statistics:
            formats.put(formats.rendered(report, "statistics"), arguments.output)
        else:
            formats.show(report, arguments.format, arguments.output, arguments.color)
    except BrokenPipeError:
        raise
    except OSError as error:
        return _fail(f"{arguments.output}: {error.strerror}")
    return report.exit_code


def options(arguments: Namespace, config: Config) -> Options:
    """Return what the user chose, on the command line before the configuration."""
    from codemods.model import Options
    from migrator.dependencies.declared import declared

    check_known(_codes(arguments, config))
    return Options(
        speech_model=arguments.speech_model or config.speech_model or SPEECH_MODEL,
        region=arguments.region or config.region or REGION,
        unsafe=bool(arguments.unsafe) or config.unsafe,
        harden=bool(arguments.harden) or config.harden,
        todo=config.todo and not arguments.no_todo,
        select=_split(arguments.select) or config.select,
        ignore=_split(arguments.ignore) or config.ignore,
        requirements=declared([path for path in arguments.paths if path != STDIN] or [os.curdir]),
    )


def _codes(arguments: Namespace, config: Config) -> list[str]:
    per_file = [code for codes in config.per_file_ignores.values() for code in codes]
    return [*_split(arguments.select), *_split(arguments.ignore), *config.select, *config.ignore, *per_file]


def again(arguments: Namespace) -> str:
    """Return the command line that does the same work, without what concerns only how this run shows it."""
    import shlex

    words = [program(), *(f"./{path}" if path.startswith("-") else path for path in arguments.paths)]
    for name in ("select", "ignore", "exclude"):
        for value in getattr(arguments, name) or ():
            words += [f"--{name}", value]
    for name in ("unsafe", "harden", "no_todo", "allow_dirty"):
        if getattr(arguments, name):
            words.append(f"--{name.replace('_', '-')}")
    for name in ("speech_model", "region"):
        if getattr(arguments, name):
            words += [f"--{name.replace('_', '-')}", getattr(arguments, name)]
    return shlex.join(words)


def program() -> str:
    """Return how a shell finds this program: by its name alone if that is the one on the path."""
    import shutil

    name, started = "v3-migrate", sys.argv[0]
    if os.path.basename(started) != name or not os.path.dirname(started):
        return name
    found = shutil.which(name)
    return name if found is not None and os.path.realpath(found) == os.path.realpath(started) else shown(started)


def _split(values: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _fail(message: str) -> int:
    print(f"v3-migrate: {message}", file=sys.stderr)
    return 2


class _Bar:
    """A progress bar on standard error, once the work turns out to be long."""

    def __init__(self) -> None:
        import time

        self._clock = time.monotonic
        self._start = self._clock()
        self._drawn = False

    def __call__(self, done: int, total: int) -> None:
        if done < total and self._clock() - self._start > PATIENCE:
            width = 30
            filled = width * done // total
            self._drawn = True
            sys.stderr.write(f"\r[{'#' * filled}{'.' * (width - filled)}] {done}/{total} files")
        elif self._drawn:
            sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _progress() -> _Bar | None:
    return _Bar() if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" else None
