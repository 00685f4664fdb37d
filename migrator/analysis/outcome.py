"""What became of one file: the plain data that passes from the engine to the report and to the disk."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from codemods.model import Finding


@dataclass(frozen=True, slots=True)
class Outcome:
    """One file before and after.

    Attributes:
        path: relative to the working directory, with `/`.
        before: the bytes that were read; `after` equals them when nothing changes.
        error: why the file could not be looked at or was left alone, in one line.
        target: the file that was read, every link followed; empty if the content came from elsewhere.
        receivers: see `codemods.model.FilePlan`.
    """

    path: str
    before: bytes = b""
    after: bytes = b""
    findings: tuple[Finding, ...] = ()
    error: str | None = None
    target: str = ""
    receivers: Mapping[str, AbstractSet[str]] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return self.error is None and self.before != self.after

    @property
    def left(self) -> tuple[Finding, ...]:
        """The findings that no rewrite takes care of."""
        return tuple(finding for finding in self.findings if not finding.fixed)

    def left_alone(self, reason: str) -> Outcome:
        """Return what becomes of the file if nothing is to be changed after all; its findings are left."""
        findings = tuple(replace(finding, fixed=False) for finding in self.findings)
        return replace(self, after=self.before, findings=findings, error=f"left alone: {reason}")
