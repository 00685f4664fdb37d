"""The bounded queue between whoever records audio and whoever sends it.

For a client that reconnects it also keeps what was sent but is not yet part of a final: should the connection be
lost, that audio is sent again, so that a turn broken in the middle is heard whole by the next session.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque

from runtime.sources.audio import SHORTEST_CHUNK_MS, AudioFormat

_RESENT_CHUNK_MS = 100
_POLL_SECONDS = 0.1


class AudioBuffer:
    """Chunks on their way to the service; positions are milliseconds of the present session's audio.

    Args:
        capacity_ms: audio held at most, sent and unsent together.
        keep_sent: whether sent audio is kept until it is acknowledged.
        live: whether a full buffer drops its oldest audio; otherwise whoever puts has to wait.
    """

    def __init__(self, audio: AudioFormat, capacity_ms: float, keep_sent: bool, live: bool) -> None:
        self._audio = audio
        self._capacity = audio.size(capacity_ms)
        self._keep_sent = keep_sent
        self._live = live
        self._changed = threading.Condition()
        self._sent: deque[bytes] = deque()
        self._unsent: deque[bytes] = deque()
        self._sent_bytes = 0
        self._unsent_bytes = 0
        self._start = 0  # bytes of this session's audio before the first that is kept
        self._origin = 0  # bytes of all audio before this session's
        self._dropped = 0
        self._ended = False

    @property
    def dropped_ms(self) -> float:
        """Audio that was never sent, because the buffer was full or was given up."""
        return self._audio.duration(self._dropped)

    @property
    def origin_ms(self) -> float:
        """Audio before the present session's; 0 until the first `rewind`."""
        return self._audio.duration(self._origin)

    @property
    def finished(self) -> bool:
        """Whether the audio has ended and all of it was taken."""
        with self._changed:
            return self._ended and not self._unsent

    def put(self, chunk: bytes, stop: threading.Event) -> None:
        """Append `chunk`; waits for room if the source can wait, until `stop` is set."""
        with self._changed:
            while not self._live and self._unsent_bytes + len(chunk) > self._capacity and not stop.is_set():
                self._changed.wait(_POLL_SECONDS)
            if self._ended:
                self._dropped += len(chunk)
                return
            self._unsent.append(chunk)
            self._unsent_bytes += len(chunk)
            self._make_room()
            self._changed.notify_all()

    def end(self) -> None:
        """Say that no more audio comes."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def take(self, timeout: float) -> bytes | None:
        """Return the next chunk to send, or None after `timeout` seconds or at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._unsent or self._ended, timeout)
            if not self._unsent:
                return None
            chunk = self._unsent.popleft()
            self._unsent_bytes -= len(chunk)
            if self._keep_sent:
                self._sent.append(chunk)
                self._sent_bytes += len(chunk)
            self._changed.notify_all()
            return chunk

    def acknowledge(self, position_ms: float) -> None:
        """Forget sent audio before `position_ms`, to the sample."""
        position = int(position_ms * self._audio.sample_rate / 1000) * self._audio.sample_bytes
        with self._changed:
            while self._sent and self._start < position:
                self._forget(min(position - self._start, len(self._sent[0])))

    def rewind(self) -> None:
        """Make everything that is kept unsent again; positions count from its first sample."""
        with self._changed:
            kept = b"".join(self._sent) + b"".join(self._unsent)
            self._origin += self._start
            self._start = self._sent_bytes = 0
            self._sent.clear()
            self._unsent = deque(self._split(kept))
            self._unsent_bytes = sum(map(len, self._unsent))

    def discard(self) -> None:
        """Give up all unsent audio and take no more."""
        with self._changed:
            self._dropped += self._unsent_bytes
            self._unsent.clear()
            self._unsent_bytes = 0
            self._ended = True
            self._changed.notify_all()

    def _make_room(self) -> None:
        # What was sent already goes first: losing it costs something only if the connection is lost as well.
        while self._sent and self._sent_bytes + self._unsent_bytes > self._capacity:
            self._forget(len(self._sent[0]))
        while self._live and len(self._unsent) > 1 and self._unsent_bytes > self._capacity:
            oldest = self._unsent.popleft()
            self._unsent_bytes -= len(oldest)
            self._dropped += len(oldest)

    def _forget(self, size: int) -> None:
        oldest = self._sent.popleft()
        if size < len(oldest):
            self._sent.appendleft(oldest[size:])
        self._sent_bytes -= size
        self._start += size

    def _split(self, data: bytes) -> list[bytes]:
        """Cut `data` into chunks of 100 ms; the last takes the remainder, so that none is shorter than 50 ms."""
        if not data:
            return []
        size = self._audio.size(_RESENT_CHUNK_MS)
        cuts = [*range(0, max(len(data) - size, 0) + 1, size), len(data)]
        chunks = [data[start:end] for start, end in itertools.pairwise(cuts)]
        shortest = self._audio.size(SHORTEST_CHUNK_MS)
        return [chunk.ljust(shortest, self._audio.silence) for chunk in chunks]
