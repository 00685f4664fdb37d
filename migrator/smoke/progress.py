"""Says on a terminal which runs go on, for how long already, and what they wait for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

#: Seconds between two looks at the clock.
_TICK = 0.2


class Watch(Protocol):
    """Somebody who looks on."""

    def expect(self, runs: int) -> None:
        """Note that so many runs are to come."""

    @contextmanager
    def run(self, label: str) -> Iterator[Callable[[str], None]]:
        """Look on while the block runs a program; yield what is to be told the state of it."""


class Nobody:
    """Looks away."""

    def expect(self, runs: int) -> None:
        """Nobody wants to know."""

    @contextmanager
    def run(self, label: str) -> Iterator[Callable[[str], None]]:
        """Give what takes the state of a run, and shows it nobody."""
        yield lambda _: None


class Progress:
    """Writes a line for each run to a terminal; the last line, about those that go on, is written again and again."""

    def __init__(self, terminal: TextIO, columns: int) -> None:
        self._terminal, self._columns = terminal, columns
        self._lock = threading.Lock()
        self._total = self._begun = 0
        self._running: dict[int, tuple[str, float, str]] = {}

    def expect(self, runs: int) -> None:
        """Count on that many further runs."""
        self._total += runs

    @contextmanager
    def run(self, label: str) -> Iterator[Callable[[str], None]]:
        """Give what takes the state of a run, in a few words, and shows it until the block is left."""
        with self._lock:
            self._begun += 1
            number, started = self._begun, time.monotonic()
            self._running[number] = label, started, "starts"
        over = threading.Event()
        clock = threading.Thread(target=self._keep_telling, args=(over,), name="progress", daemon=True)
        clock.start()

        def tell(state: str) -> None:
            self._running[number] = label, started, state

        try:
            yield tell
        finally:
            over.set()
            clock.join()
            with self._lock:
                del self._running[number]
                self._write(f"[{number}/{self._total}] {label}  {time.monotonic() - started:.1f} s\n")

    def _keep_telling(self, over: threading.Event) -> None:
        while not over.wait(_TICK):
            with self._lock:
                first, *others = self._running
                label, started, state = self._running[first]
                numbers = f"{first}-{others[-1]}" if others else str(first)
                beside = f" and {len(others)} more" if others else ""
                self._write(f"[{numbers}/{self._total}] {label}{beside}  {time.monotonic() - started:.1f} s, {state}")

    def _write(self, line: str) -> None:
        end = "\n" if line.endswith("\n") else ""
        text = line.rstrip("\n")[: self._columns - 1]
        self._terminal.write(f"\r\x1b[K{text}{end}")
        self._terminal.flush()
