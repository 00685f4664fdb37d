"""What the user asked for: typed, checked and frozen at the door. Nothing behind it knows of a command line."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from migrator.files.globs import Globs
from migrator.files.paths import shown
from migrator.reporting.report import Mode, Severity

STDIN = "-"
"""The path that stands for standard input."""

_CODE = re.compile(r"V(3(M\d{0,3})?)?")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class SettingsError(ValueError):
    """Something was asked for that cannot be done; the message says what, in one line."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the one of the `known` words that `word` is most like; empty if it is like none."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), 1, 0.75)), "")


def meant(word: str, known: Iterable[str]) -> str:
    """Return what to add to a complaint about `word` if one of the `known` ones is like it; else nothing."""
    like = nearest(word, known)
    return f": did you mean {like!r}?" if like else ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be said in `[tool.v3-migrate]` and, before that, on the command line; None and empty say nothing.

    Values end up in the user's code, so what is not the plain word it should be is refused here.

    Attributes:
        select, ignore: rule codes, or how they begin.
        exclude: files and folders to leave out.
        per_file_ignores: rule codes that do not apply to the files that match.

    Raises:
        SettingsError: a value means nothing; the message begins with the name of the setting.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: Globs = field(default_factory=Globs)
    per_file_ignores: tuple[tuple[Globs, tuple[str, ...]], ...] = ()
    unsafe: bool | None = None
    harden: bool | None = None
    todo: bool | None = None
    speech_model: str | None = None
    region: str | None = None

    def __post_init__(self) -> None:
        for code in self.codes:
            if not _CODE.fullmatch(code):
                # What the eye takes for digits.
                digits = "V" + code.upper()[1:].translate(str.maketrans("OIL", "011"))
                hint = f": did you mean {digits!r}?" if code and _CODE.fullmatch(digits) else ""
                hint = hint or "; `v3-migrate explain` lists them all"
                raise SettingsError(f"no rule has a code like {code!r}{hint}")
        if self.speech_model is not None and not _MODEL.fullmatch(self.speech_model):
            raise SettingsError(f"speech-model: letters, digits, '.', '_' and '-' only, not {self.speech_model!r}")
        if self.region is not None:
            from codemods.protocol import HOSTS

            if self.region not in HOSTS:
                known = " or ".join(repr(region) for region in HOSTS)
                raise SettingsError(f"region: {known}, not {self.region!r}")

    @property
    def codes(self) -> tuple[str, ...]:
        """Every rule code, or beginning of one, that is named."""
        return (*self.select, *self.ignore, *(code for _, codes in self.per_file_ignores for code in codes))


@dataclass(frozen=True, slots=True)
class Settings:
    """What one run is to do.

    Attributes:
        paths: files and folders as given, or `-` alone for standard input.
        chosen: what the command line says about rewriting; it goes before the configuration of a project.
        interactive: ask about each file before it is written.
        diff: put out a plain patch instead of a report.
        output: file for the report; None is standard output.
        jobs: how many processes may work at once.
        allow_dirty: write over changes that are not committed.
        color: "auto", "always" or "never".
        quiet: only places and errors, one a line.
        verbose: say on standard error what is looked at.
        format: of the report on standard output, or in the file `output`.
        reports: further ones: (format, file).
        fail_on: findings that matter less do not fail the run.
        stdin_filename: what the program on standard input is called.
        since: a revision; lines that are as they were where HEAD branched off it are not told about.
        baseline: file with known places, which are not told about.
        write_baseline: make that file of what is found.
        add_ignores: write a comment that silences it at every place that is found.

    Raises:
        SettingsError: two of them exclude each other.
    """

    paths: tuple[str, ...]
    mode: Mode = Mode.PREVIEW
    chosen: Choices = Choices()
    interactive: bool = False
    diff: bool = False
    format: str = "terminal"
    output: str | None = None
    statistics: bool = False
    reports: tuple[tuple[str, str], ...] = ()
    fail_on: Severity = Severity.WARNING
    exit_zero: bool = False
    jobs: int = 1
    allow_dirty: bool = False
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False
    stdin_filename: str | None = None
    since: str | None = None
    baseline: str | None = None
    write_baseline: bool = False
    add_ignores: bool = False

    def __post_init__(self) -> None:
        if self.mode is not Mode.CHECK and (self.since or self.baseline):
            raise SettingsError(
                f"{'--since' if self.since else '--baseline'} chooses what is told: it goes with --check"
            )
        if STDIN in self.paths and (len(self.paths) > 1 or self.interactive or self.add_ignores):
            raise SettingsError("`-` stands alone: no other path, nobody to ask, no file to write comments to")
        if self.interactive and self.mode is Mode.CHECK:
            raise SettingsError("--check changes nothing: it does not go with --interactive")

    @property
    def stdin(self) -> bool:
        """Whether the program comes on standard input."""
        return self.paths == (STDIN,)

    def command(self, program: str, concerned: Sequence[str] | None = None) -> str:
        """Return the command line that does the same work, without what concerns only how this run shows it.

        Args:
            concerned: the files that have anything to tell; others that were named one by one are left out.
        """
        chosen = self.chosen
        words = [program]
        paths = [path for path in self.paths if concerned is None or shown(path) in concerned or os.path.isdir(path)]
        words += [f"./{path}" if path.startswith("-") and path != STDIN else path for path in paths or self.paths]
        words += [] if self.stdin_filename is None else ["--stdin-filename", self.stdin_filename]
        listed = {"select": chosen.select, "ignore": chosen.ignore, "exclude": chosen.exclude.patterns}
        for name, values in listed.items():
            words += [word for value in values for word in (f"--{name}", value)]
        said = {
            "--unsafe": chosen.unsafe,
            "--harden": chosen.harden,
            "--no-todo": chosen.todo is False,
            "--allow-dirty": self.allow_dirty,
        }
        words += [name for name, value in said.items() if value]
        for name, value in {"--speech-model": chosen.speech_model, "--region": chosen.region}.items():
            words += [name, value] if value is not None else []
        return shlex.join(words)
