"""From a command line to `Settings`, and to what does the work; every command is one function elsewhere."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from migrator import arguments
from migrator.arguments import Parser, fail

if TYPE_CHECKING:
    from migrator.settings import Settings
    from migrator.smoke.command import Original

# Loaded only when called: the clean check, the most frequent use, has no need for any of them.
COMMANDS = {
    "explain": ("migrator.explain", "what a rule does, with its examples"),
    "status": ("migrator.status", "how much of a project is moved"),
    "undo": ("migrator.output.undo", "take back what a run has written"),
    "smoke": ("migrator.smoke.command", "run a program against the replay server"),
    "replay": ("runtime.commands.replay", "serve a recording"),
    "record": ("runtime.commands.record", "make a recording through a proxy"),
    "doctor": ("runtime.commands.doctor", "what a program meets at the service today"),
    "listen": ("runtime.commands.listen", "live captions from the microphone or a file"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the tool and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words and words[0] in COMMANDS:
            return _command(words[0], words[1:])
        return _migrate(parser().parse_args(words))
    except KeyboardInterrupt:
        print("v3-migrate: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing is left to tell it, not even at interpreter exit.
        _silence()
        return 1
    except OSError as error:
        # Of a file somebody nearer to it knows what to say: this is standard output, on a disk that is full.
        if error.filename is not None:
            raise
        _silence()
        return fail(f"standard output: {(error.strerror or str(error)).lower()}")


def _silence() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _migrate(parsed: argparse.Namespace) -> int:
    from migrator import run, show
    from migrator.settings import SettingsError

    if parsed.completion is not None:
        return _complete(parsed.completion)
    try:
        settings = _settings(parsed)
        tests = _tests(parsed) if parsed.smoke else []
        if settings.stdin:
            from migrator import stdin

            return stdin.run(settings)
        if settings.write_baseline:
            return run.write_baseline(settings)
        if settings.add_ignores:
            from migrator import ignores

            return ignores.add(settings)
        report = run.run(settings)
        if tests and report.changed:
            from migrator.smoke.verify_written import prove_or_take_back

            code = prove_or_take_back(tests, report.outcomes)
            if code:
                return code
        return show.show(report, settings)
    except (SettingsError, show.RunError) as error:
        return fail(str(error))


def parser() -> Parser:
    """Return the parser of everything but the commands."""
    return arguments.parser({name: text for name, (_, text) in COMMANDS.items()})


def whole() -> Parser:
    """Return a parser that has the commands, too: for what describes them all, completions and the manual page."""
    result = parser()
    commands = result.add_subparsers(title="commands", metavar="COMMAND", prog="v3-migrate")
    for name, (module, text) in COMMANDS.items():
        import_module(module).configure(commands.add_parser(name, help=text))
    return result


def _complete(shell: str) -> int:
    """Print what makes a shell complete our words; the library that knows shells is loaded for nobody else."""
    import shtab

    if shell not in shtab.SUPPORTED_SHELLS:
        return fail(f"argument --completion: one of {', '.join(shtab.SUPPORTED_SHELLS)}, not {shell!r}")
    everything, names = whole(), " ".join(COMMANDS)
    paths = next(action for action in everything._actions if action.dest == "paths")
    # What stands first is a command as well as a path, which a parser cannot say.
    paths.complete = {  # type: ignore[attr-defined]
        "bash": "_v3_migrate_first",
        "zsh": f"{{_alternative 'commands:command:({names})' 'files:file:_files'}}",
        "tcsh": f"@({names})@",
    }
    first = f'_v3_migrate_first() {{ compgen -W "{names}" -- "$1"; compgen -f -- "$1"; }}'
    print(shtab.complete(everything, shell, preamble=first if shell == "bash" else ""))
    return 0


def _paths(parsed: argparse.Namespace) -> tuple[str, ...]:
    """Return the paths that are meant, all of which are there.

    Raises:
        SettingsError: one is not; the message says what may be meant.
    """
    from migrator.settings import STDIN, SettingsError, nearest

    paths: list[str] = list(parsed.paths)
    if parsed.stdin_filename is not None:
        if paths not in ([], [STDIN]):
            raise SettingsError("--stdin-filename names the program on standard input: no other path goes with it")
        return (STDIN,)
    if parsed.files_from is not None:
        paths += _listed(parsed.files_from)
    elif not paths:
        paths = [os.curdir]
    missing = [path for path in paths if path != STDIN and not os.path.lexists(path)]
    if missing:
        options = [name for name in parser().options() if name.startswith("--")]
        known = {name.removeprefix("--"): name for name in options} | {name: name for name in COMMANDS}
        like = next((word for path in missing if (word := nearest(path, known))), "")
        hint = f": did you mean {known[like]!r}?" if like else ""
        raise SettingsError(f"no such file or folder: {', '.join(missing)}{hint}")
    return tuple(paths)


def _listed(name: str) -> list[str]:
    from migrator.settings import STDIN, SettingsError

    try:
        data = sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
    except OSError as error:
        raise SettingsError(f"--files-from {name}: {(error.strerror or str(error)).lower()}") from None
    lines = data.split(b"\0") if b"\0" in data else data.splitlines()
    return [os.fsdecode(line) for line in lines if line.strip()]


def _tests(parsed: argparse.Namespace) -> list[Callable[[Original], int]]:
    """Return the smoke test of each path, which waits for where it finds the originals."""
    from migrator.smoke import command

    words = shlex.split(parsed.smoke_options)
    return [partial(command.run, _parsed("smoke", [path, *words])) for path in parsed.paths or [os.curdir]]


def _settings(parsed: argparse.Namespace) -> Settings:
    """Return what the command line says.

    Raises:
        SettingsError: it means nothing.
    """
    from migrator.files.globs import Globs
    from migrator.reporting.report import Mode, Severity
    from migrator.settings import Choices, Settings, SettingsError

    write = parsed.write or parsed.interactive
    if parsed.smoke and not write:
        raise SettingsError("--smoke tests what was written: it goes with --write")
    if parsed.write_baseline and parsed.baseline is None:
        raise SettingsError("--write-baseline needs the file: --baseline FILE")
    try:
        exclude = Globs(_split(parsed.exclude))
    except ValueError as error:
        raise SettingsError(f"--exclude: {error}") from None
    if parsed.add_ignores and (write or parsed.diff):
        raise SettingsError("--add-ignores writes comments, and nothing else: it goes neither with --write nor --diff")
    written = Mode.WRITE if write else Mode.PREVIEW
    formats = parsed.format or []
    shown = [name for name, file in formats if not file]
    if len(shown) > 1:
        raise SettingsError(f"--format {shown[0]} and {shown[1]}: give one of them a file, as in {shown[0]}:FILE")
    return Settings(
        paths=_paths(parsed),
        mode=Mode.CHECK if parsed.check or parsed.write_baseline or parsed.add_ignores else written,
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
        format=shown[-1] if shown else "terminal",
        reports=tuple((name, file) for name, file in formats if file),
        fail_on=Severity(parsed.fail_on),
        output=parsed.output,
        statistics=parsed.statistics,
        exit_zero=parsed.exit_zero,
        jobs=parsed.jobs or _cores(),
        allow_dirty=parsed.allow_dirty,
        color=parsed.color,
        quiet=parsed.quiet,
        verbose=parsed.verbose,
        stdin_filename=parsed.stdin_filename,
        since=parsed.since,
        baseline=parsed.baseline,
        write_baseline=parsed.write_baseline,
        add_ignores=parsed.add_ignores,
    )


def _split(values: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _command(name: str, words: Sequence[str]) -> int:
    return int(import_module(COMMANDS[name][0]).run(_parsed(name, words)))


def _parsed(name: str, words: Sequence[str]) -> argparse.Namespace:
    """Return the arguments of a command as it declares them."""
    module = import_module(COMMANDS[name][0])
    command = Parser(prog=f"v3-migrate {name}")
    module.configure(command)
    parse = getattr(module, "parse", Parser.parse_args)
    parsed: argparse.Namespace = parse(command, words)
    return parsed
