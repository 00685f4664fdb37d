"""A microphone for programs that run outside of `smoke`: it plays a file, paced, and then silence.

RECORDED is the file (WAV, 16-bit mono), PACE how many times real time. The names are PyAudio's.
"""

from __future__ import annotations

import os
import time
import wave
from typing import Any

paInt16, paContinue = 8, 0  # noqa: N816


class Stream:
    """What was opened."""

    def __init__(self, rate: int) -> None:
        with wave.open(os.environ["RECORDED"]) as sound:
            samples, recorded = memoryview(sound.readframes(sound.getnframes())).cast("h"), sound.getframerate()
        self._samples = [samples[place * recorded // rate] for place in range(len(samples) * rate // recorded)]
        self._rate, self._place, self._began = rate, 0, time.monotonic()

    def read(self, frames: int, exception_on_overflow: bool = True) -> bytes:
        """Return the next frames, when they have been spoken."""
        block = self._samples[self._place : self._place + frames]
        self._place += frames
        due = self._began + self._place / self._rate / float(os.environ["PACE"])
        time.sleep(max(0.0, due - time.monotonic()))
        return b"".join(sample.to_bytes(2, "little", signed=True) for sample in block).ljust(frames * 2, b"\0")

    def get_read_available(self) -> int:
        """Return what PyAudio returns when there is always enough."""
        return self._rate

    def is_active(self) -> bool:
        """Return whether it records."""
        return True

    def close(self) -> None:
        """Do nothing, as the rest."""

    start_stream = stop_stream = close


class PyAudio:
    """The library."""

    def open(self, rate: int, *_: Any, **__: Any) -> Stream:
        """Open the microphone."""
        return Stream(int(rate))

    def terminate(self) -> None:
        """Do nothing."""

    def get_sample_size(self, _: int) -> int:
        """Return the bytes of a sample."""
        return 2

    def get_default_input_device_info(self) -> dict[str, Any]:
        """Return the one there is."""
        return {"index": 0, "name": "a file", "maxInputChannels": 1, "defaultSampleRate": 16000.0}
