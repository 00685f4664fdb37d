"""The report of a run: it owns all words, all counts and the exit code. Formats only lay it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.model import Finding
    from migrator.analysis.outcome import Outcome


class Mode(str, Enum):
    """What the user asked for."""

    PREVIEW = "preview"
    CHECK = "check"
    WRITE = "write"


class Severity(str, Enum):
    """How much a finding matters, in the words of SARIF."""

    ERROR = "error"
    """Does not work any more: the service is switched off, the name is gone, the message is not understood."""
    WARNING = "warning"
    """Works, and costs something sooner or later: a session left open, an error that nobody sees."""
    NOTE = "note"
    """Only to be known."""


def severity(code: str) -> Severity:
    """Return how much findings of a rule matter."""
    if code in ("V3M703", "V3M803", "V3M806", "V3M807"):
        return Severity.NOTE
    return Severity.WARNING if code.startswith(("V3M5", "V3M805", "V3M901")) else Severity.ERROR


def _is_note(finding: Finding) -> bool:
    return not finding.fixed and severity(finding.code) is Severity.NOTE


@dataclass
class Report:
    """The outcomes of a run and what they add up to.

    Attributes:
        scanned: how many files were looked at.
        command: the command line without what only concerns this run (`--check`, `--format`, ...).
        apply: the command that writes what this run shows.
        program: how this program is called.
        undo: commands that take back what was written.
        repositories: those with changed files that are none of the one the user stands in.
        marked: whether the code itself remembers what is left, by TODO comments.
        exit_zero: stale usage does not fail the run.
        fail_on: nor does what matters less than this.
        beyond: what the report leaves out on purpose, in words that follow "no v2 usage".
        summaries: by code, what it is about in one line.
    """

    outcomes: Sequence[Outcome]
    mode: Mode = Mode.PREVIEW
    scanned: int = 0
    command: str = "v3-migrate"
    apply: str = "v3-migrate --write"
    program: str = "v3-migrate"
    undo: Sequence[str] = ()
    repositories: Sequence[str] = ()
    marked: bool = True
    exit_zero: bool = False
    fail_on: Severity = Severity.WARNING
    beyond: str = ""
    summaries: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def findings(self) -> list[tuple[Outcome, Finding]]:
        """Every finding with its file."""
        return [(outcome, finding) for outcome in self.outcomes for finding in outcome.findings]

    @property
    def errors(self) -> list[Outcome]:
        """The files that could not be looked at, or were left alone for a reason."""
        return [outcome for outcome in self.outcomes if outcome.error is not None]

    @property
    def changed(self) -> list[Outcome]:
        """The files that are, or would be, rewritten."""
        return [outcome for outcome in self.outcomes if outcome.changed]

    @property
    def fixed(self) -> int:
        """How many places are, or would be, rewritten."""
        return sum(finding.fixed for _, finding in self.findings)

    @property
    def left(self) -> int:
        """How many places are left for a person."""
        return len(self.findings) - self.fixed - self.noted

    @property
    def noted(self) -> int:
        """How many findings are only to be known."""
        return sum(_is_note(finding) for _, finding in self.findings)

    @property
    def by_rule(self) -> dict[str, tuple[int, int]]:
        """Rule code to how many places it rewrites and how many it leaves."""
        fixed = Counter(finding.code for _, finding in self.findings if finding.fixed)
        left = Counter(finding.code for _, finding in self.findings if not finding.fixed)
        return {code: (fixed[code], left[code]) for code in sorted(fixed | left)}

    @property
    def exit_code(self) -> int:
        """0 nothing stale, 1 stale usage found or left, 2 something could not be done."""
        if self.errors:
            return 2
        if self.mode is Mode.PREVIEW or self.exit_zero:
            return 0
        failing = list(Severity)[: list(Severity).index(self.fail_on) + 1]
        return int(
            any(
                severity(finding.code) in failing and not (finding.fixed and self.mode is Mode.WRITE)
                for _, finding in self.findings
            )
        )

    def note(self, finding: Finding) -> str:
        """Return what becomes of a finding, in a word or two."""
        if _is_note(finding):
            return "note"
        if finding.fixed:
            return "rewritten" if self.mode is Mode.WRITE else "rewritable"
        return "with --unsafe" if finding.safety.value == "unsafe" else "by hand"

    def line(self, outcome: Outcome, finding: Finding) -> str:
        """Return a finding as one line of text."""
        message = " ".join(finding.message.split())
        return f"{outcome.path}:{place(finding)} {finding.code} {message} [{self.note(finding)}]"

    def listed(self, outcome: Outcome) -> Sequence[Finding]:
        """Return the findings worth a line: after writing, those that are left."""
        return outcome.left if self.mode is Mode.WRITE else outcome.findings

    def shown(self, outcome: Outcome) -> Sequence[Finding]:
        """Return the findings that belong under their file: those that say more than the diff.

        What is left for a person is told at the end, all of it in one place; a check lists everything where it is.
        """
        if self.mode is Mode.CHECK:
            return outcome.findings
        return tuple(finding for finding in outcome.findings if finding.fixed and not finding.plain)

    @property
    def unresolved(self) -> Sequence[tuple[Outcome, Finding]]:
        """What is left for a person, to be told at the end; a check has told it already."""
        if self.mode is Mode.CHECK:
            return ()
        return [pair for pair in self.findings if not pair[1].fixed and not _is_note(pair[1])]

    @property
    def notes(self) -> Sequence[tuple[Outcome, Finding]]:
        """What is only to be known, told behind what is left for a person."""
        return [] if self.mode is Mode.CHECK else [pair for pair in self.findings if _is_note(pair[1])]

    def counts(self, outcome: Outcome) -> str:
        """Return how much there is in one file, in a few words."""
        fixed = len(outcome.findings) - len(outcome.left)
        parts = [plural(fixed, "rewrite")] if fixed else []
        parts += [f"{plural(len(outcome.left), 'place')} left for a person"] if outcome.left else []
        return ", ".join(parts)

    def headline(self) -> str:
        """Return what the run came to, in one sentence."""
        parts = []
        if self.changed:
            verb = {Mode.PREVIEW: "to migrate", Mode.CHECK: "to migrate", Mode.WRITE: "migrated"}[self.mode]
            parts.append(f"{plural(len(self.changed), 'file')} {verb}")
        if self.fixed:
            parts.append(plural(self.fixed, "rewrite"))
        if self.left:
            parts.append(f"{plural(self.left, 'place')} left for a person")
        if self.errors:
            parts.append(plural(len(self.errors), "error"))
        parts = parts or [f"no AssemblyAI v2 usage{self.beyond}"]
        if self.noted:
            parts.append(plural(self.noted, "note"))
        return f"{plural(self.scanned, 'file')} checked: {', '.join(parts)}."

    def next_steps(self) -> Iterator[tuple[str, str]]:
        """Yield (why, command) of what to do next, in that order; the command is empty where there is none to type."""
        written = self.mode is Mode.WRITE
        if self.changed and not written:
            why = "To fix" if self.mode is Mode.CHECK else "To apply"
            # Without a rewrite all there is to write are comments.
            yield why if self.fixed else "To mark these places with TODO comments", self.apply
        likely = sum(finding.safety.value == "unsafe" and not finding.fixed for _, finding in self.findings)
        if likely:
            write = "" if self.mode is Mode.PREVIEW else " --write"
            yield f"To include {plural(likely, 'likely rewrite')}", f"{self.command}{write} --unsafe"
        if self.left:
            code = next(finding.code for _, finding in self.findings if not finding.fixed and not _is_note(finding))
            yield "To see what to do about a place", f"{self.program} explain {code}"
        if self.mode is Mode.WRITE and self.left and not self.marked:
            yield "Keep this list: without TODO comments a later run need not find these places again", ""
        if self.mode is not Mode.CHECK:
            yield from self._proving()
        if self.repositories:
            yield f"To commit by themselves, repositories of their own: {', '.join(self.repositories)}", ""
        for command in self.undo:
            yield "To undo", command

    def _proving(self) -> Iterator[tuple[str, str]]:
        """Yield what shows that the new code works: its SDK installed, its programs run."""
        required = [
            outcome.path for outcome in self.changed if any(f.code in ("V3M701", "V3M802") for f in outcome.findings)
        ]
        if required:
            yield f"Install again, since another SDK is asked for: {', '.join(required)}", ""
        if self.fixed and any(outcome.path.endswith((".py", ".pyw")) for outcome in self.changed):
            if self.mode is Mode.WRITE:
                yield "To run your programs against a recorded session", f"{self.program} smoke"
            else:
                yield "To run your programs before and after, on a copy", f"{self.program} smoke --migrate"


def place(finding: Finding) -> str:
    """Return where in its file a finding is: line and column, in a notebook those of the cell."""
    where = f"{finding.span.line}:{finding.span.column}"
    return where if finding.cell is None else f"cell {finding.cell}:{where}"


def plural(number: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
