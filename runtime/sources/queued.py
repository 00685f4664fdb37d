"""Audio that another part of the program hands over: a telephone line, a browser, a room."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from contextlib import closing

from runtime.sources.audio import AudioFormat, chunked

_POLL_SECONDS = 0.1


class QueueSource:
    """Audio in pieces of any length, from any thread, also from a coroutine: `put` never waits.

    Args:
        audio: the format of the pieces.
        most: how many may wait; the oldest is given up for a new one, as a microphone does.
    """

    live = True

    def __init__(self, audio: AudioFormat, most: int = 1000) -> None:
        self.audio = audio
        self.dropped = 0
        """Pieces that were given up."""
        self._pieces: queue.Queue[bytes | None] = queue.Queue(most)

    def put(self, piece: bytes) -> None:
        """Hand over the next piece."""
        self._put(piece)

    def end(self) -> None:
        """Say that no more comes; the session ends when all has been sent."""
        self._put(None)

    def _put(self, piece: bytes | None) -> None:
        while True:
            try:
                self._pieces.put_nowait(piece)
                return
            except queue.Full:
                try:
                    self._pieces.get_nowait()
                    self.dropped += 1
                except queue.Empty:
                    continue

    def chunks(self, stop: threading.Event) -> Generator[bytes, None, None]:
        """Yield what is handed over, in chunks that the service takes."""
        with closing(self._blocks(stop)) as blocks:
            yield from chunked(blocks, self.audio)

    def _blocks(self, stop: threading.Event) -> Generator[bytes, None, None]:
        while not stop.is_set():
            try:
                piece = self._pieces.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                continue
            if piece is None:
                return
            yield piece
