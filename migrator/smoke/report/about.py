"""What a report is about: which project, run how, when, and with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from migrator import __version__


@dataclass(slots=True)
class About:
    """The circumstances of all runs of a report.

    Attributes:
        project: the folder of the user, as an absolute path.
        command: the command line, as it was typed.
        interpreter: of the program; `interpreter_before` is that of the original, if there is one.
        migrated: the files of the copy that a migration changed.
        notes: what else was done for the run.
    """

    project: str = ""
    command: str = ""
    interpreter: str = ""
    interpreter_before: str = ""
    migrated: Sequence[str] = ()
    date: datetime = field(default_factory=lambda: datetime.now().astimezone())
    version: str = __version__

    def rows(self) -> list[tuple[str, str]]:
        """Return what to tell, each with its name."""
        rows = [
            ("project", self.project),
            ("command", self.command),
            ("date", f"{self.date:%Y-%m-%d %H:%M %Z}"),
            ("interpreter", self.interpreter),
            ("of the original", self.interpreter_before if self.interpreter_before != self.interpreter else ""),
            ("migrated", ", ".join(self.migrated)),
            ("v3-migrate", self.version),
        ]
        return [(name, value) for name, value in rows if value]
