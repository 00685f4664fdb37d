"""The arguments of the main command, and a parser with manners: one voice for every error, and what may be meant."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from migrator.settings import meant

FORMATS = ("terminal", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")

_WIDTH = 79

_EPILOG = """commands (v3-migrate COMMAND --help):
{commands}

examples:
  v3-migrate                           preview what becomes of this folder
  v3-migrate src bot.py --write        apply; prints the command that takes it all back
  v3-migrate --check --format github   in CI: annotations, exit 1 if anything speaks v2
  v3-migrate --check --since main      only lines that this branch has changed
  v3-migrate --diff | git apply        the same, as a patch
  v3-migrate smoke --migrate           run your programs before and after, on a copy

exit code: 0 nothing stale left; 1 stale usage found (--check) or left for a person (--write); 2 wrong use,
unreadable or unparsable file, internal error. A preview exits 0 unless there was an error."""


def _form(prog: str) -> argparse.HelpFormatter:
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=28)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and what may be meant."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_form, **options)

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """Parse; what is not known ends the program with a hint."""
        parsed, unknown = self.parse_known_args(args, namespace)
        if unknown:
            word = next((word for word in unknown if word.startswith("-")), unknown[0]).split("=")[0]
            self.error(f"unknown option {word!r}{meant(word, self.options())}")
        return parsed

    def format_help(self) -> str:
        """Return the help, its description wrapped: a command says it in one paragraph."""
        lines = (self.description or "").splitlines()
        self.description = "\n".join(textwrap.fill(line, _WIDTH) for line in lines)
        return super().format_help()

    def options(self) -> list[str]:
        """Return every option, long and short."""
        return [name for action in self._actions for name in action.option_strings]

    def error(self, message: str) -> NoReturn:
        """End the program."""
        hint = "" if "did you mean" in message else f"; see {self.prog} --help"
        fail(f"{message}{hint}")
        sys.exit(2)


def fail(message: str) -> int:
    """Say what is wrong, as every command does, and return the exit code for it."""
    print(f"v3-migrate: error: {message}", file=sys.stderr)
    return 2


def parser(commands: Mapping[str, str]) -> Parser:
    """Return the parser of everything but the commands, which it names with what they do."""
    lines = "\n".join(f"  {name:<9} {text}" for name, text in commands.items())
    result = Parser(
        prog="v3-migrate",
        usage="v3-migrate [PATH...] [--write | --check] [options]\n       v3-migrate COMMAND ...",
        description="Move Python code from AssemblyAI's legacy Streaming API (v2) to Streaming v3.\n"
        "Without --write nothing is changed: you see a preview.",
        epilog=_EPILOG.format(commands=lines),
        add_help=False,
    )
    _what_to_do(result)
    _which_files(result)
    _which_rules(result)
    _new_code(result)
    _report(result)
    _other(result)
    return result


def _what_to_do(parser: Parser) -> None:
    mode = parser.add_argument_group("what to do").add_mutually_exclusive_group()
    mode.add_argument("--write", action="store_true", help="apply the migration")
    mode.add_argument("--check", action="store_true", help="list stale usage, change nothing, exit 1 if there is any")
    add = parser.add_argument_group("with --write").add_argument
    add("--interactive", action="store_true", help="ask about each file, then write those you chose")
    add("--allow-dirty", action="store_true", help="write even over changes that are not committed")
    add("--smoke", action="store_true", help="run the programs before and after, take all back if they fail")
    add("--smoke-options", metavar="OPTIONS", default="", help="options of that test, as for `v3-migrate smoke`")


def _which_files(parser: Parser) -> None:
    add = parser.add_argument_group("which files").add_argument
    add("paths", nargs="*", metavar="PATH", help="files and folders (default: .); `-` is standard input")
    add("--exclude", action="append", metavar="GLOB", help="leave out files and folders, as in .gitignore")
    add("--files-from", metavar="FILE", help="more paths, one a line; `-` is standard input")
    add("--stdin-filename", metavar="PATH", help="what the program on standard input is called")
    add("--since", metavar="REV", help="only lines that changed since HEAD branched off REV")


def _which_rules(parser: Parser) -> None:
    add = parser.add_argument_group("which rules").add_argument
    add("--select", action="append", metavar="CODE,...", help="only rules whose code starts with one of these")
    add("--ignore", action="append", metavar="CODE,...", help="not the rules whose code starts with one of these")
    add("--unsafe", action="store_true", help="also apply rewrites that are likely, not proven")
    add("--harden", action="store_true", help="also better habits that v3 does not ask for: time limits, ...")
    add("--baseline", metavar="FILE", help="tell only what is not in this list of known places")
    add("--write-baseline", action="store_true", help="make that list of what is found now")
    add("--add-ignores", action="store_true", help="write a comment that silences it at each place found now")


def _new_code(parser: Parser) -> None:
    add = parser.add_argument_group("the new code").add_argument
    add("--region", metavar="us|eu", help="(default: us)")
    add("--speech-model", metavar="NAME", help="(default: universal-streaming-english)")
    add("--no-todo", action="store_true", help="no TODO comments at places left for a person")


def _report(parser: Parser) -> None:
    add = parser.add_argument_group("the report").add_argument
    add("--diff", action="store_true", help="a plain unified diff on standard output, fit for `git apply`")
    add(
        "--format",
        action="append",
        type=_format,
        metavar="FORM[:FILE]",
        help=f"{', '.join(FORMATS)}; with a file as often as you like",
    )
    add("--output", metavar="FILE", help="write the report to FILE")
    add("--statistics", action="store_true", help="count by rule instead of listing")
    add(
        "--fail-on",
        choices=("error", "warning", "note"),
        default="warning",
        help="exit 1 for findings of this severity and above (default: warning)",
    )
    add("--exit-zero", action="store_true", help="exit 0 even if stale usage is found")
    add("--color", choices=("auto", "always", "never"), default="auto", help="(default: auto)")


def _other(parser: Parser) -> None:
    group = parser.add_argument_group("other")
    detail = group.add_mutually_exclusive_group()
    detail.add_argument("-q", "--quiet", action="store_true", help="only places and errors, one a line")
    detail.add_argument("-v", "--verbose", action="store_true", help="say what is looked at, on standard error")
    group.add_argument("--jobs", type=_positive, metavar="N", help="worker processes (default: one a core)")
    group.add_argument("--completion", metavar="SHELL", help="print completions: bash, zsh, tcsh")
    group.add_argument("-V", "--version", action=_Version, nargs=0, help="show the version and exit")
    group.add_argument("-h", "--help", action="help", help="show this and exit")


def _format(text: str) -> tuple[str, str]:
    name, _, file = text.partition(":")
    if name not in FORMATS:
        raise argparse.ArgumentTypeError(f"no form {name!r}{meant(name, FORMATS)}; there are {', '.join(FORMATS)}")
    return name, file


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"a number from 1 on, not {text!r}")
    return number


class _Version(argparse.Action):
    """`--version`; the distribution's metadata takes longer to read than a small check, so only this asks for it."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"v3-migrate {version('v3-migrate')}")
        parser.exit()
