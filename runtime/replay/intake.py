"""How fast the service takes audio in.

It transcribes at about 1.25 times real time. What comes faster waits, unheard and unanswered, and only when more than
five minutes wait is the session ended.

Source, read 2026-11-29: https://www.assemblyai.com/docs/streaming/message-sequence
"""

from __future__ import annotations

__all__ = ["MOST_WAITING", "Intake"]

RATE = 1.25

MOST_WAITING = 5 * 60_000.0
"""Milliseconds of audio."""

JITTER = 50.0
"""Late delivery of a paced chunk, as milliseconds on the wall: at a higher speed each of them is worth more audio."""


class Intake:
    """The audio of one session: what came, and what of it has been heard. All in milliseconds of audio.

    Args:
        speed: how much faster than the wall the server's clock runs.
        burst: what may come at once and is heard at once. A client that was held up for a moment, or that opens its
            microphone before its socket, is no offender, and a replay of paced audio stays exact.
        now: seconds, monotonic, as in every method.
    """

    def __init__(self, speed: float, burst: float, now: float) -> None:
        self._rate = RATE * speed * 1000
        self._slack = burst + JITTER * speed
        self._waiting, self._looked = 0.0, now
        self.received = 0.0

    def receive(self, milliseconds: float, now: float) -> None:
        """Take in more audio."""
        self._drain(now)
        self.received += milliseconds
        self._waiting += milliseconds

    def keep_up(self, position: float) -> None:
        """Take all audio up to `position` as heard, for audio whose length in time is not known."""
        self.received = position

    def heard(self, now: float) -> float:
        """Return up to where the audio has been heard."""
        self._drain(now)
        return self.received - self.excess

    @property
    def excess(self) -> float:
        """How much has come too early, at the last look; less than a millisecond is rounding."""
        excess = self._waiting - self._slack
        return excess if excess >= 1 else 0.0

    def moment(self, position: float) -> float:
        """Return when the audio up to `position` will have been heard."""
        return self._looked + max(0.0, position - (self.received - self.excess)) / self._rate

    def _drain(self, now: float) -> None:
        self._waiting = max(0.0, self._waiting - (now - self._looked) * self._rate)
        self._looked = now
