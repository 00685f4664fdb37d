"""Silence: keeps a session open without any sound, and is what a test of long quiet stretches needs."""

from __future__ import annotations

import threading
from collections.abc import Generator

from runtime.sources.audio import SHORTEST_CHUNK_MS, AudioFormat, Pacer


class Silence:
    """Silence at real time.

    Args:
        seconds: how long, rounded up to whole chunks; None for ever.
        speed: factor on real time.
    """

    live = False

    def __init__(self, audio: AudioFormat, seconds: float | None = None, speed: float = 1.0) -> None:
        self.audio = audio
        self._milliseconds = None if seconds is None else seconds * 1000
        self._speed = speed

    def chunks(self, stop: threading.Event) -> Generator[bytes, None, None]:
        """Yield chunks of 50 ms."""
        chunk = self.audio.silence * self.audio.size(SHORTEST_CHUNK_MS)
        pacer = Pacer(self._speed)
        position = 0.0
        while not stop.is_set() and (self._milliseconds is None or position < self._milliseconds):
            position += self.audio.duration(len(chunk))
            pacer.wait(position, stop)
            yield chunk
