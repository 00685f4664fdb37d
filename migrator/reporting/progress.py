"""A progress bar on standard error, for work that turns out to be long."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

PATIENCE = 1.0
"""Seconds of work without a bar."""

Progress = Callable[[int, int], None]
"""Told how many files are done, and how many there are."""


class Bar:
    """Draws itself once its time has come, and goes when all is done."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._drawn = False

    def __call__(self, done: int, total: int) -> None:
        """Show how far the work is."""
        if done < total and time.monotonic() - self._start > PATIENCE:
            width = 30
            filled = width * done // total
            self._drawn = True
            sys.stderr.write(f"\r[{'#' * filled}{'.' * (width - filled)}] {done}/{total} files")
        elif self._drawn:
            sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def progress() -> Progress:
    """Return a bar where somebody can see it, else what draws nothing."""
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return Bar()
    return lambda done, total: None
