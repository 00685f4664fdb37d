"""The command `smoke`: run programs, unchanged, against the replay server, and say what passed."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.smoke.variants import VARIANTS

if TYPE_CHECKING:
    from migrator.smoke.interpreters import Interpreter
    from migrator.smoke.programs import Found
    from migrator.smoke.report.about import About
    from migrator.smoke.trial import Trial
    from runtime.recording import Recording

_DESCRIPTION = """Run programs, unchanged, against a recorded session, and judge what they do. Nothing leaves this
machine: the vendor's host names lead to a local server, a microphone plays the recording, every other host is closed.

Without COMMAND the programs under PATH that open a session are found and run. "{audio}" in COMMAND is the path of
the recording's audio as a WAV file.

exit code: 0 all checks passed; 1 a check failed; 2 a program could not be run, or there was none."""


_VARIANTS = "how turns are reported, may be repeated (default: all): " + "; ".join(
    f"{name}, {what}" for name, what in VARIANTS.items()
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.description = _DESCRIPTION
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.usage = "v3-migrate smoke [PATH] [options] [-- COMMAND...]"
    add = parser.add_argument
    add("words", nargs="*", metavar="PATH", help="folder or program (default: this folder); then the command")
    add("--recording", type=Path, metavar="FILE", help="session to play (default: a short dictation)")
    add("--compare", action="store_true", help="run the program as last committed, too, and demand the same finals")
    add("--migrate", action="store_true", help="run a migrated copy, and compare it with what is there")
    add("--python", metavar="EXE", help="interpreter of the program (default: that of the project or of the shell)")
    add("--python-before", metavar="EXE", help="interpreter of the original, if it needs another (an older SDK)")
    add("--no-install", action="store_true", help="never download another SDK version that a run needs")
    add("--speed", type=_positive, default=4.0, metavar="X", help="times real time (default: %(default)g)")
    add("--variant", action="append", choices=list(VARIANTS), help=_VARIANTS)
    add(
        "--timeout",
        type=_positive,
        default=60.0,
        metavar="S",
        help="seconds that a run may take (default: %(default)g)",
    )
    add("--stub-missing", action="store_true", help="replace packages that are not installed by stubs")
    add("--env", action="append", default=[], metavar="NAME", help="hand over a secret of your environment as it is")
    add("--stub", action="append", default=[], metavar="PACKAGE", help="replace a package, installed or not, by a stub")
    add(
        "--drive",
        type=_target,
        metavar="WHO",
        help="who calls a web application once it listens (default: what its source declares): `twilio` telephones it, "
        "http://127.0.0.1:PORT/PATH is requested, and telephoned if it answers so, ws://... is telephoned, pcm://... "
        "is a WebSocket that gets the audio",
    )
    add("--format", choices=("terminal", "json", "junit"), default="terminal", help="form of the report")
    add("--timeline", action="store_true", help="show what happened when")
    add("--report", type=Path, metavar="FILE.html", help="write a page with the checks and drawn timelines")


def parse(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    """Parse a command line; what follows `--` is the program's, whatever it looks like and wherever PATH stands."""
    own = list(words)
    command: list[str] = []
    if "--" in own:
        own, command = own[: own.index("--")], own[own.index("--") + 1 :]
    arguments = parser.parse_args(own)
    arguments.words += command
    return arguments


#: Puts the original of a folder at a new place.
Original = Callable[[Path, Path], None]


def run(arguments: argparse.Namespace, original: Original | None = None) -> int:
    """Run the programs and print the report; return the exit code. With an `original`, compare with that."""
    from migrator.smoke.environments import EnvironmentMissing
    from migrator.smoke.interpreters import InterpreterError
    from migrator.smoke.report import machine, terminal
    from migrator.smoke.report.about import About
    from migrator.smoke.versions import VersionError
    from runtime.recording import RecordingError, read
    from runtime.recording.bundled import default_recording

    try:
        recording = read(arguments.recording or default_recording())
        with _cleaning_up(), tempfile.TemporaryDirectory(prefix="v3-migrate-versions-") as name:
            about = About(command=shlex.join(["v3-migrate", *sys.argv[1:]]))
            trials = list(_trials(arguments, recording, original, Path(name), about))
    except (VersionError, RecordingError, InterpreterError, EnvironmentMissing, _UsageError, OSError) as error:
        print(f"v3-migrate: error: {error}", file=sys.stderr)
        return 2
    if arguments.report is not None:
        from migrator.smoke.report.page import page

        try:
            arguments.report.write_text(page(trials, recording, about), encoding="utf-8")
        except OSError as error:
            print(f"v3-migrate: error: {arguments.report}: {error.strerror}", file=sys.stderr)
            return 2
    if arguments.format == "json":
        text = machine.as_json(trials, arguments.timeline, about)
    elif arguments.format == "junit":
        text = machine.junit(trials)
    else:
        tty = sys.stdout.isatty()
        width = shutil.get_terminal_size().columns if tty else None
        text = terminal.terminal(trials, tty and "NO_COLOR" not in os.environ, arguments.timeline, width, about)
    sys.stdout.write(text)
    return terminal.exit_code(trials)


@contextmanager
def _cleaning_up() -> Iterator[None]:
    """Leave by an exception when a CI job is cancelled or a terminal closed, so that nothing is left of the program."""

    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    signals = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = [signal.signal(number, leave) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


class _UsageError(Exception):
    """The command line asks for something that is not there."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the words of the command line mean: a folder, and the commands to run in it, each with its name."""

    folder: Path
    programs: Mapping[str, Found]
    python: Interpreter
    python_before: Interpreter


def _trials(
    arguments: argparse.Namespace,
    recording: Recording,
    make_original: Original | None,
    temporary: Path,
    about: About,
) -> Iterator[Trial]:
    from migrator.smoke.progress import Nobody, Progress
    from migrator.smoke.sandbox import Conditions, Program
    from migrator.smoke.trial import trials
    from migrator.smoke.versions import committed_copy, migrated_copy

    asked = _understand(arguments)
    folder, original = asked.folder, None
    if make_original is None and arguments.compare:
        make_original = committed_copy
    if arguments.migrate:
        original, folder = folder, temporary / "migrated"
        about.migrated = migrated_copy(original, folder)
        if not about.migrated:
            raise _UsageError(f"nothing to migrate in {original}")
    elif make_original is not None:
        original = temporary / "original"
        make_original(folder, original)
    suited = _Suited(asked.folder, temporary, arguments.no_install)
    python = suited.interpreter(asked.python, folder, "the program")
    before = suited.interpreter(asked.python_before, original, "the original") if original is not None else None
    about.project, about.interpreter = str(asked.folder.absolute()), str(python)
    about.interpreter_before = str(before) if before else ""
    conditions = Conditions(
        recording,
        speed=arguments.speed,
        timeout=arguments.timeout,
        stub_missing=arguments.stub_missing,
        drive=arguments.drive or "",
        handed=arguments.env,
    )
    variants = arguments.variant or list(VARIANTS)
    watch = Progress(sys.stderr, shutil.get_terminal_size().columns) if sys.stderr.isatty() else Nobody()
    watch.expect(len(asked.programs) * (len(variants) + (before is not None)))
    for name, found in asked.programs.items():
        program = Program(folder, found.command, python.path, asked.folder)
        setting = replace(conditions, stubbed=(*arguments.stub, *filter(None, [found.stubbed])))
        old = replace(program, folder=original, python=before.path) if original is not None and before else None
        yield from trials(name, program, old, setting, variants, watch)


class _Suited:
    """Sees to it that each version of the project at `project` gets an interpreter with the packages that it needs."""

    def __init__(self, project: Path, temporary: Path, no_install: bool) -> None:
        self._project, self._temporary, self._no_install = project, temporary, no_install

    def interpreter(self, python: Interpreter, folder: Path, whose: str) -> Interpreter:
        """Return `python`, or one on top of it, for the version in `folder`.

        Raises:
            EnvironmentMissing: it could not be had.
        """
        from migrator.smoke.environments import EnvironmentMissing, made_for, needs

        lacking = [] if python.chosen else needs(folder, python, self._project)
        if not lacking:
            return python
        told = ", ".join(map(str, lacking))
        if self._no_install:
            option = "--python-before" if whose == "the original" else "--python"
            raise EnvironmentMissing(
                f"{whose} needs {told}, which {python.path} has: name an interpreter for it with {option}"
            )
        print(f"v3-migrate: {whose} needs {told}: installing it for this run, on top of {python}", file=sys.stderr)
        return made_for(lacking, python, self._temporary / f"environment of {whose}")


def _understand(arguments: argparse.Namespace) -> _Asked:
    from migrator.smoke.interpreters import discovered, named, script
    from migrator.smoke.programs import Found, programs
    from migrator.smoke.telephone.frameworks import stubbed

    words: list[str] = list(arguments.words)
    folder = Path(words.pop(0)) if words and Path(words[0]).is_dir() else Path()
    if len(words) == 1 and words[0].endswith(".py"):
        # A program alone runs where it is, as its neighbours are what it imports.
        file = folder / words[0]
        if not file.is_file():
            raise _UsageError(f"no such program: {file}")
        folder, words = file.parent, [file.name]
    python = named(arguments.python) if arguments.python else discovered(folder)
    name = " ".join(words)
    if words and not words[0].endswith(".py") and not words[0].startswith("-"):
        exe = words.pop(0)
        if exe in ("python", "python3"):
            name = " ".join(words)
        elif beside := None if os.sep in exe else script(exe, python):
            words.insert(0, str(beside))
        elif not arguments.python:
            python, name = named(exe), " ".join(words)
    _refuse_isolation(words)
    # The original may need another one than the program has been given.
    python_before = named(arguments.python_before) if arguments.python_before else replace(python, chosen=False)
    if words:
        path = folder / words[0]
        replaced = stubbed(path.read_bytes()) if path.suffix == ".py" and path.is_file() else ""
        return _Asked(folder, {name: Found(tuple(words), replaced)}, python, python_before)
    found = {" ".join(program.command): program for program in programs(folder)}
    if not found:
        raise _UsageError(_nothing_to_run(folder))
    return _Asked(folder, found, python, python_before)


def _nothing_to_run(folder: Path) -> str:
    from migrator.smoke import drivers

    shape = drivers.shape(folder)
    if shape is None:
        return f"no program that opens a session was found in {folder}: name it after --"
    indented = "".join(f"    {line}\n" if line else "\n" for line in shape.splitlines())
    return (
        f"nothing in {folder} runs what opens a session there. Save a program that does as {drivers.FILE}, with what "
        f"is missing filled in:\n\n{indented}\nand run it: {drivers.command(shape)}"
    )


def _refuse_isolation(words: Sequence[str]) -> None:
    """Raise if Python is told to look at no environment variable: the sandbox gets inside by one of them."""
    for word in takewhile(lambda word: word.startswith("-") and word not in ("-m", "-c"), words):
        if not word.startswith("--") and set(word) & set("IES"):
            raise _UsageError(f"with {word} the sandbox does not get inside: nothing would keep it from the network")


def _positive(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError("must be greater than 0")
    return number


def _target(text: str) -> str:
    from migrator.smoke.telephone.caller import check_target

    try:
        return check_target(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
