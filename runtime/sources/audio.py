"""What audio looks like on the wire, and how it is cut into chunks the service takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SHORTEST_CHUNK_MS = 50
LONGEST_CHUNK_MS = 1000
"""The service closes the connection (3007) on a chunk outside these."""

PCM_S16LE = "pcm_s16le"
PCM_MULAW = "pcm_mulaw"

_SAMPLE_BYTES = {PCM_S16LE: 2, PCM_MULAW: 1}
_SILENCE = {PCM_S16LE: b"\x00", PCM_MULAW: b"\xff"}


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """Mono audio: `sample_rate` in Hz, `encoding` as the service names it.

    Raises:
        ValueError: an encoding that is not known here, or a rate that is not positive.
    """

    sample_rate: int = 16_000
    encoding: str = PCM_S16LE

    def __post_init__(self) -> None:
        if self.encoding not in _SAMPLE_BYTES:
            raise ValueError(f"unknown encoding {self.encoding!r}, expected one of {', '.join(_SAMPLE_BYTES)}")
        if self.sample_rate <= 0:
            raise ValueError(f"the sample rate must be positive, not {self.sample_rate}")

    @property
    def sample_bytes(self) -> int:
        """Bytes of one sample."""
        return _SAMPLE_BYTES[self.encoding]

    @property
    def silence(self) -> bytes:
        """The byte that silence consists of."""
        return _SILENCE[self.encoding]

    def size(self, milliseconds: float) -> int:
        """Return the bytes of at least `milliseconds`: whole samples, rounded up, for 50 ms must not become 49.98."""
        return -int(-milliseconds * self.sample_rate // 1000) * self.sample_bytes

    def duration(self, size: int) -> float:
        """Return the milliseconds that `size` bytes last."""
        return size * 1000 / (self.sample_bytes * self.sample_rate)  # one division: whole milliseconds stay whole

    def peak(self, chunk: bytes) -> float:
        """Return the loudest sample of `chunk`, 0 to 1."""
        if not chunk:
            return 0.0
        if self.encoding == PCM_MULAW:
            return max(map(_MULAW_PEAK.__getitem__, chunk))
        samples = memoryview(chunk[: len(chunk) // 2 * 2]).cast("h")
        return max(max(samples), -min(samples)) / 32768 if samples else 0.0


def _mulaw_peak(code: int) -> float:
    """Return the size of one mu-law sample (ITU-T G.711), 0 to 1."""
    code = ~code & 0xFF
    return ((((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84) / 32768


_MULAW_PEAK = tuple(_mulaw_peak(code) for code in range(256))


def chunked(blocks: Iterable[bytes], audio: AudioFormat, milliseconds: float = SHORTEST_CHUNK_MS) -> Iterator[bytes]:
    """Yield `blocks` again as chunks of `milliseconds`; what remains at the end is padded with silence to 50 ms.

    Raises:
        ValueError: chunks of a length that the service refuses.
    """
    if not SHORTEST_CHUNK_MS <= milliseconds <= LONGEST_CHUNK_MS:
        raise ValueError(f"a chunk must last {SHORTEST_CHUNK_MS}-{LONGEST_CHUNK_MS} ms, not {milliseconds}")
    size = audio.size(milliseconds)
    pending = bytearray()
    for block in blocks:
        pending += block
        while len(pending) >= size:
            yield bytes(pending[:size])
            del pending[:size]
    whole = len(pending) // audio.sample_bytes * audio.sample_bytes  # half a sample would shift all that follows
    if whole:
        yield bytes(pending[:whole]).ljust(audio.size(SHORTEST_CHUNK_MS), audio.silence)


class Pacer:
    """Holds a sender to the clock.

    Args:
        speed: audio seconds a second; infinite for no limit.
        ahead_ms: how far audio may run ahead of the clock.
    """

    def __init__(self, speed: float = 1.0, ahead_ms: float = 0.0) -> None:
        self._speed = speed
        self._ahead_ms = ahead_ms
        self._start: float | None = None

    def wait(self, position_ms: float, stop: threading.Event) -> None:
        """Return when audio up to `position_ms` may pass, or when `stop` is set. The first call starts the clock."""
        if self._start is None:
            self._start = time.monotonic()
        due = self._start + (position_ms - self._ahead_ms) / 1000 / self._speed
        if (delay := due - time.monotonic()) > 0:
            stop.wait(delay)
