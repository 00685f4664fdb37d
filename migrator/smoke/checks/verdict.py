"""What a run comes to: checks that passed, failed or did not apply, each with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from migrator.smoke.observation import Observation


class Status(str, Enum):
    """How a check came out."""

    PASS = "pass"
    FAIL = "fail"
    #: Nothing is broken by it; it costs, or is not what was meant.
    WARN = "warning"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        evidence: what was seen.
        advice: what to do if it failed.
        where: the lines of the program that are behind it, if they are known.
        follows: the check whose failure explains that of this one; see `cause`.
    """

    name: str
    status: Status
    evidence: str
    advice: str = ""
    where: str = ""
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks of one run."""

    checks: Sequence[Check]

    @property
    def headline(self) -> Check | None:
        """The failure to be mended first; none if the run passed."""
        return next((check for check in self.checks if check.status is Status.FAIL and not check.follows), None)

    @property
    def passed(self) -> bool:
        """Return whether no check failed."""
        return not self.failed

    @property
    def warnings(self) -> list[Check]:
        """What a careful client would not do."""
        return [check for check in self.checks if check.status is Status.WARN]

    @property
    def failed(self) -> list[str]:
        """The names of the checks that failed."""
        return [check.name for check in self.checks if check.status is Status.FAIL]


#: Looks at a run, and at the run of the original program if there is one.
Rule = Callable[[Observation, "Observation | None"], Iterator[Check]]


def passed(name: str, evidence: str) -> Check:
    """Return a check that passed."""
    return Check(name, Status.PASS, evidence)


def failed(name: str, evidence: str, advice: str, where: str = "") -> Check:
    """Return a check that failed; `where` names the lines behind it."""
    return Check(name, Status.FAIL, evidence, advice, where)


def warned(name: str, evidence: str, advice: str, where: str = "") -> Check:
    """Return a check that passed, but for something that a careful client would not do."""
    return Check(name, Status.WARN, evidence, advice, where)


def skipped(name: str, evidence: str) -> Check:
    """Return a check that says nothing about this run, and why."""
    return Check(name, Status.NOT_APPLICABLE, evidence)
