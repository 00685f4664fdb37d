"""Keeps requests to end from breaking off what has to be finished or taken back first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Ctrl+C; `docker stop`, systemd, CI runners; a terminal that was closed; Ctrl+Break on Windows. What cannot be held
# back (SIGKILL, a power cut) is what the journal is for.
_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


class Interrupted(BaseException):
    """A request to end has arrived."""


class Held:
    """The requests that have arrived so far."""

    def __init__(self) -> None:
        self.first: int | None = None

    def arrived(self, number: int, frame: FrameType | None) -> None:
        """Take note of a signal; a second one adds nothing."""
        if self.first is None:
            self.first = number

    def check(self) -> None:
        """Stop here if a request has arrived.

        Raises:
            Interrupted: one has.
        """
        if self.first is not None:
            raise Interrupted


@contextmanager
def held_back() -> Iterator[Held]:
    """Let no request to end interrupt the block, which asks for them itself; after it the first one is obeyed.

    Unless the block fails: then its error ends the program, and says more.

    A signal that is ignored stays so (`nohup`). Only the main thread can hold signals back; in another nothing is held.

    Raises:
        SystemExit: there was a request to end, and its handler has only taken note of it.
    """
    held = Held()
    before: dict[int, signal.Handlers | object] = {}
    if threading.current_thread() is threading.main_thread():
        for number in _ENDING:
            if signal.getsignal(number) not in (signal.SIG_IGN, None):
                before[number] = signal.signal(number, held.arrived)
    try:
        yield held
    except Interrupted:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what `signal.signal` itself has returned
    if held.first is not None:
        signal.raise_signal(held.first)
        raise SystemExit(128 + held.first)
