"""Command-line arguments of `v3-migrate`; every command is one function elsewhere."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.settings import Settings
    from migrator.smoke.command import Original

# Loaded only when called: the clean check, the most frequent use, has no need for any of them.
COMMANDS = {
    "explain": ("migrator.explain", "what a rule does, with its examples"),
    "undo": ("migrator.output.undo", "take back what a run has written"),
    "smoke": ("migrator.smoke.command", "run a program against the replay server"),
    "replay": ("runtime.commands.replay", "serve a recording"),
    "record": ("runtime.commands.record", "make a recording through a proxy"),
    "listen": ("runtime.commands.listen", "live captions from the microphone or a file"),
}

_FORMATS = ("terminal", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")

_EPILOG = """commands (v3-migrate COMMAND --help):
{commands}

exit code: 0 nothing stale left; 1 stale usage found (--check) or left for a person (--write); 2 wrong use,
unreadable or unparsable file, internal error. A preview exits 0 unless there was an error."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the tool and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments and arguments[0] in COMMANDS:
            return _command(arguments[0], arguments[1:])
        return _migrate(parser().parse_args(arguments))
    except KeyboardInterrupt:
        print("v3-migrate: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing is left to tell it, not even at interpreter exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _migrate(parsed: argparse.Namespace) -> int:
    from migrator import run
    from migrator.settings import SettingsError

    try:
        settings = _settings(parsed)
        tests = _tests(parsed) if parsed.smoke else []
        if settings.stdin:
            from migrator import stdin

            return stdin.run(settings)
        report = run.run(settings)
        if tests and report.changed:
            from migrator.smoke.verify_written import prove_or_take_back

            code = prove_or_take_back(tests, report.outcomes)
            if code:
                return code
        return run.show(report, settings)
    except (SettingsError, run.RunError) as error:
        print(f"v3-migrate: {error}", file=sys.stderr)
        return 2


def _tests(parsed: argparse.Namespace) -> list[Callable[[Original], int]]:
    """Return the smoke test of each path, which waits for where it finds the originals."""
    from migrator.smoke import command

    words = shlex.split(parsed.smoke_options)
    return [partial(command.run, _parsed("smoke", [path, *words])) for path in parsed.paths]


def _settings(parsed: argparse.Namespace) -> Settings:
    """Return what the command line says.

    Raises:
        SettingsError: it means nothing.
    """
    from migrator.files.globs import Globs
    from migrator.reporting.report import Mode
    from migrator.settings import Choices, Settings, SettingsError

    write = parsed.write or parsed.interactive
    if parsed.smoke and not write:
        raise SettingsError("--smoke tests what was written: it goes with --write")
    try:
        exclude = Globs(_split(parsed.exclude))
    except ValueError as error:
        raise SettingsError(f"--exclude: {error}") from None
    return Settings(
        paths=tuple(parsed.paths),
        mode=Mode.CHECK if parsed.check else Mode.WRITE if write else Mode.PREVIEW,
        chosen=Choices(
            select=_split(parsed.select),
            ignore=_split(parsed.ignore),
            exclude=exclude,
            unsafe=True if parsed.unsafe else None,
            harden=True if parsed.harden else None,
            todo=False if parsed.no_todo else None,
            speech_model=parsed.speech_model,
            region=parsed.region,
        ),
        interactive=parsed.interactive,
        diff=parsed.diff,
        format=parsed.format,
        output=parsed.output,
        statistics=parsed.statistics,
        exit_zero=parsed.exit_zero,
        jobs=parsed.jobs or _cores(),
        allow_dirty=parsed.allow_dirty,
        color=parsed.color,
    )


def _split(values: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _command(name: str, arguments: Sequence[str]) -> int:
    return int(import_module(COMMANDS[name][0]).run(_parsed(name, arguments)))


def _parsed(name: str, arguments: Sequence[str]) -> argparse.Namespace:
    """Return the arguments of a command as it declares them."""
    module = import_module(COMMANDS[name][0])
    command = argparse.ArgumentParser(prog=f"v3-migrate {name}", allow_abbrev=False)
    module.configure(command)
    parse = getattr(module, "parse", argparse.ArgumentParser.parse_args)
    parsed: argparse.Namespace = parse(command, arguments)
    return parsed


def parser() -> argparse.ArgumentParser:
    """Return the parser of everything but the commands."""
    commands = "\n".join(f"  {name:<9} {text}" for name, (_, text) in COMMANDS.items())
    result = argparse.ArgumentParser(
        prog="v3-migrate",
        usage="v3-migrate PATH... [--write | --check] [options]\n       v3-migrate COMMAND ...",
        description="Move Python code from AssemblyAI's legacy Streaming API (v2) to Streaming v3. "
        "Without --write nothing is changed: you see a preview.",
        epilog=_EPILOG.format(commands=commands),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = result.add_argument
    add("paths", nargs="+", metavar="PATH", help="files and folders; `-` reads a program and writes the migrated one")
    mode = result.add_mutually_exclusive_group()
    mode.add_argument("--write", action="store_true", help="apply the migration")
    mode.add_argument("--check", action="store_true", help="list stale usage, change nothing, exit 1 if there is any")
    add("--interactive", action="store_true", help="ask about each file, then write those you chose")
    add("--diff", action="store_true", help="a plain unified diff on standard output, fit for `git apply`")
    add("--format", choices=_FORMATS, default="terminal", help="form of the report (default: terminal)")
    add("--output", metavar="FILE", help="write the report to FILE")
    add("--statistics", action="store_true", help="count by rule instead of listing")
    add("--exit-zero", action="store_true", help="exit 0 even if stale usage is found")
    add("--select", action="append", metavar="CODE,...", help="only rules whose code starts with one of these")
    add("--ignore", action="append", metavar="CODE,...", help="not the rules whose code starts with one of these")
    add("--unsafe", action="store_true", help="also apply rewrites that are likely, not proven")
    add("--harden", action="store_true", help="also better habits that v3 does not ask for: time limits, ...")
    add("--no-todo", action="store_true", help="no TODO comments at places left for a person")
    add("--exclude", action="append", metavar="GLOB", help="leave out files and folders that match")
    add("--jobs", type=_positive, metavar="N", help="worker processes (default: one a core)")
    add("--allow-dirty", action="store_true", help="write even over changes that are not committed")
    add(
        "--smoke",
        action="store_true",
        help="with --write: run the programs before and after, take all back if they fail",
    )
    add("--smoke-options", metavar="OPTIONS", default="", help="options of that test, as for `v3-migrate smoke`")
    add("--speech-model", metavar="NAME", help="speech model of the new code (default: universal-streaming-english)")
    add("--region", metavar="us|eu", help="region of the new code (default: us)")
    add("--color", choices=("auto", "always", "never"), default="auto", help="colours (default: auto)")
    add("--version", action=_Version, nargs=0, help="show the version and exit")
    return result


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


class _Version(argparse.Action):
    """`--version`; the distribution's metadata takes longer to read than a small check, so only this asks for it."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"v3-migrate {version('v3-migrate')}")
        parser.exit()
