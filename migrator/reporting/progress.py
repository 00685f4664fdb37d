"""What a run is at, on standard error, once the work turns out to be long."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

PATIENCE = 0.5
"""Seconds of work without a word."""


class Progress:
    """Knows how far the work is, group by group, and says nothing."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self.groups = groups
        self.finished = 0

    def done(self) -> None:
        """Take note that one more group is done."""
        self.finished += 1

    def waiting(self) -> None:
        """Take note that nothing has ended for a while."""

    def end(self) -> None:
        """Take note that all is done."""


class Bar(Progress):
    """One line of a terminal that is drawn again and again, and goes in the end."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        super().__init__(groups)
        self._start = time.monotonic()
        self._drawn = False

    def done(self) -> None:
        """Draw the line, if it is time to."""
        super().done()
        self.waiting()

    def waiting(self) -> None:
        """Draw the line, if it is time to."""
        if time.monotonic() - self._start < PATIENCE or self.finished == len(self.groups):
            return
        width = 30
        filled = width * self.finished // len(self.groups)
        line = f"[{'#' * filled}{'.' * (width - filled)}] {self.finished}/{len(self.groups)}"
        sys.stderr.write(f"\r\x1b[K{line} analysing {described(self.groups[self.finished])}")
        sys.stderr.flush()
        self._drawn = True

    def end(self) -> None:
        """Wipe the line away."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


class Log(Progress):
    """A line for each group that is done."""

    def done(self) -> None:
        """Say so."""
        super().done()
        print(f"{self.finished} of {len(self.groups)} groups of modules analysed", file=sys.stderr)


def described(group: Sequence[str]) -> str:
    """Return a group of files in a few words."""
    others = len(group) - 1
    return group[0] if not others else f"{group[0]} and {others} module{'s' * (others > 1)} around it"


def progress(groups: Sequence[Sequence[str]], verbose: bool) -> Progress:
    """Return what tells the user how far the analysis of some groups of files is."""
    if verbose:
        print(*(f"to analyse: {described(group)}" for group in groups), sep="\n", file=sys.stderr)
        return Log(groups)
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return Bar(groups)
    return Progress(groups)
