"""The recording's audio as a microphone hears it: paced by the clock, at any sample rate, silence after the end."""

from __future__ import annotations

import array
import itertools
import sys
import threading
import time

import sitecustomize

CONFIG = sitecustomize.CONFIG
report = sitecustomize.report
_sleep = sitecustomize._sleep
_numbers = itertools.count()
#: Seconds (on the wall) of audio that a microphone keeps for a program that reads late.
_SLACK = 0.1


class Playback:
    """Signed 16-bit samples, `channels` interleaved, at `rate` Hz; `speed` times as fast as real time."""

    def __init__(self, rate: int, channels: int = 1) -> None:
        self._samples = resampled(CONFIG["audio"], CONFIG["rate"], rate)
        self._rate, self._channels, self._speed = rate, channels, CONFIG["speed"]
        self._position = 0
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._number, self._told = next(_numbers), 0

    def read(self, frames: int) -> bytes:
        """Return the next `frames`, when they have been spoken."""
        with self._lock:
            chunk = self._samples[self._position : self._position + frames]
            self._position += frames
            self._tell()
            due = self._started + self._position / self._rate / self._speed
            # What a busy machine held up is not made up for in a burst: the recording waits for who reads it.
            late = time.monotonic() - due - _SLACK
            if late > 0:
                self._started += late
        _sleep(max(0.0, due - time.monotonic()))
        chunk.extend([0] * (frames - len(chunk)))
        if self._channels > 1:
            chunk = array.array("h", [sample for sample in chunk for _ in range(self._channels)])
        if sys.byteorder == "big":
            chunk.byteswap()
        return chunk.tobytes()

    def _tell(self) -> None:
        """Report how much was read, at each whole second of audio."""
        seconds = self._position // self._rate
        if seconds > self._told:
            self._told = seconds
            report("recorded", microphone=self._number, seconds=seconds)

    def is_broken(self) -> bool:
        """Return whether the device has failed by now, if the test is about that (`device_fails`: ms of audio)."""
        fails = CONFIG.get("device_fails")
        return fails is not None and self._position * 1000 >= fails * self._rate

    def available(self) -> int:
        """Return how many frames could be read without waiting."""
        spoken = (time.monotonic() - self._started) * self._speed * self._rate
        return max(0, int(spoken) - self._position)

    def time(self) -> float:
        """Return the seconds of audio since the start."""
        return (time.monotonic() - self._started) * float(self._speed)


def resampled(path: str, source: int, target: int) -> array.array[int]:
    """Return the samples of a raw 16-bit file at another rate; the nearest sample is good enough, nobody listens."""
    samples = array.array("h")
    with open(path, "rb") as file:
        samples.frombytes(file.read())
    if sys.byteorder == "big":
        samples.byteswap()
    if source == target:
        return samples
    count = len(samples) * target // source
    return array.array("h", [samples[index * source // target] for index in range(count)])
