"""The plain data that `codemods` and its callers exchange. Importing this module never imports libcst."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

SITE = "https://v3-migrate.github.io/v3-migrate"
"""Where the documentation is published (`site_url` of mkdocs.yml)."""


def rule_url(code: str) -> str:
    """Return the address of a rule's page."""
    return f"{SITE}/rules/{code.lower()}/"


BARRIER = "_v3_migrate_cell_"
"""How a name begins that stands alone as a statement where nothing may be moved across: what is above it and what is
below are run one after the other, by hand."""


HARDENING = frozenset(
    {"V3M507", "V3M515", "V3M516", "V3M518", "V3M519", "V3M520", "V3M521", "V3M522", "V3M523", "V3M524"}
)
"""Rules of better habits that v2 did without as well as v3 does: part of a run on request (`Options.harden`)."""


class Safety(str, Enum):
    """How far a rewrite may be trusted."""

    SAFE = "safe"
    """The meaning is kept; applied by default."""
    UNSAFE = "unsafe"
    """Likely right, not proven; applied with `--unsafe`."""
    MANUAL = "manual"
    """No rewrite exists; a person has to act."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact is from: a page of the vendor, of a library or of Python.

    Attributes:
        url: the page.
        read: when it was last read, as an ISO date.
    """

    url: str
    read: str


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of source text. Lines and columns count from 1; the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    def contains(self, other: Span) -> bool:
        """Return whether `other` lies within this span."""
        return (self.line, self.column) <= (other.line, other.column) and (other.end_line, other.end_column) <= (
            self.end_line,
            self.end_column,
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that uses v2: rewritten (`fixed`) or left for a person.

    Attributes:
        message: what is there and what becomes of it; then, after `: ` or `; `, what a person has to know or to do.
        cell: in a notebook, the cell that `span` counts in, from 1.
        in_file: in a notebook, where that stands in the file.
    """

    code: str
    span: Span
    message: str
    safety: Safety
    fixed: bool
    cell: int | None = None
    in_file: Span | None = None

    @property
    def plain(self) -> bool:
        """Whether the diff alone says all there is to say."""
        return self.fixed and self.safety is Safety.SAFE and not any(mark in self.message for mark in (": ", "; "))


ASKED_REQUIREMENTS = ("websockets",)
"""The packages whose declared version some rule asks for. Files whose options differ are analysed apart, so what makes
no difference to any rule is not to be one of the options."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose for a file, as far as rewriting is concerned."""

    speech_model: str = "universal-streaming-english"
    region: str = "us"
    unsafe: bool = False
    todo: bool = True
    harden: bool = False
    """Whether the rules in `HARDENING` take part, and others do more than v3 needs."""
    select: tuple[str, ...] = ()
    """Code prefixes to apply; empty means all."""
    ignore: tuple[str, ...] = ()
    requirements: Mapping[str, str] = field(default_factory=dict)
    """The project's declared dependencies: normalised name to version specifier ('' when unpinned)."""

    def selects(self, code: str) -> bool:
        """Return whether the rule `code` takes part in this run; one of `HARDENING` if it is asked for."""
        chosen = not self.select or code.startswith(self.select)
        if code in HARDENING and not self.harden and code not in self.select:
            return False
        return chosen and not (self.ignore and code.startswith(self.ignore))


class Workspace(Protocol):
    """The modules around the one being migrated, so that facts can follow imports."""

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """Return the path of the project file that `importer` means by `module`, or None if it is not the project's.

        Args:
            importer: path of the importing file.
            module: dotted name after `import` or `from`; may be empty in `from . import x`.
            level: number of leading dots.
        """

    def read(self, path: str) -> str | None:
        """Return the text of a project file, or None if it cannot be read."""

    def environment(self, name: str) -> Sequence[tuple[str, str]]:
        """Return what the project's settings say an environment variable is: constants, as (path, name) of modules.

        Args:
            name: of the variable; with a dot in front a key of a file that the program itself parses.
        """

    def line_length(self, path: str) -> int | None:
        """Return how long the project says that lines may be in a file; None if it says nothing."""

    def is_settings(self, path: str) -> bool:
        """Return whether a module stands for a file of settings: nothing is run there, others read its constants."""


class FilePlan(Protocol):
    """What is to happen to one file."""

    @property
    def findings(self) -> Sequence[Finding]:
        """Every v2 place a rule met, in source order, suppressed and deselected ones left out."""

    @property
    def explained(self) -> Sequence[Span]:
        """Spans of the original text whose v2 words a rule rewrote, reported or was told to leave."""

    @property
    def receivers(self) -> Mapping[str, AbstractSet[str]]:
        """By module of the project the definitions that the vendor's values come into, in this file's whole program."""

    def render(self, extra: Sequence[Finding] = ()) -> str:
        """Return the new text: rewrites applied, a TODO comment above each finding that is left.

        Args:
            extra: findings from outside the rules (accounting), which get a TODO comment too.
        """


class LostTextError(ValueError):
    """An edit reaches characters that libcst does not keep, so that they would be lost.

    Attributes:
        line: where, counted from 1.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


BUDGET = 2_000_000
"""Statements that the analysis of one group of files may run, again and again as more becomes known: about a minute. A
group of 10,000 lines needs some ten thousand."""


class BudgetError(RuntimeError):
    """The analysis of a group of files takes more than is given to it, and was given up: nothing is known of them."""


class ParseError(ValueError):
    """The text is not Python that libcst can parse.

    Attributes:
        line: where, counted from 1.
        column: where, counted from 1.
    """

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
