"""A stand-in for sounddevice whose microphone plays the recording's audio, paced, and then silence.

The names are sounddevice's own (its documentation, 0.5). NumPy is used only where sounddevice itself would need it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from v3_migrate_audio import Playback, report

__version__ = "0.5.0"


class PortAudioError(Exception):
    """What sounddevice raises."""


class CallbackStop(Exception):  # noqa: N818
    """Raised by a callback that wants no more."""


class CallbackAbort(Exception):  # noqa: N818
    """Raised by a callback that wants no more, at once."""


class CallbackFlags:
    """No overflow, ever."""

    input_overflow = input_underflow = output_overflow = output_underflow = priming_output = False

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return ""


class _Time:
    def __init__(self, seconds: float) -> None:
        self.inputBufferAdcTime = self.currentTime = seconds
        self.outputBufferDacTime = 0.0


class _Default:
    def __init__(self) -> None:
        self.device: Any = (0, -1)
        self.samplerate: Any = None
        self.channels: Any = (1, 1)
        self.dtype: Any = ("float32", "float32")


default = _Default()


class RawInputStream:
    """A microphone whose blocks are bytes (16-bit samples)."""

    def __init__(
        self,
        samplerate: float | None = None,
        blocksize: int | None = None,
        device: Any = None,
        channels: int | None = None,
        dtype: Any = None,
        latency: Any = None,
        extra_settings: Any = None,
        callback: Callable[..., Any] | None = None,
        finished_callback: Callable[[], Any] | None = None,
        **_: Any,
    ) -> None:
        self.samplerate = float(samplerate or default.samplerate or 16000)
        self.channels = int(channels or 1)
        self.dtype = str(dtype or "float32")
        self.blocksize = int(blocksize or self.samplerate // 20)
        self._callback, self._finished = callback, finished_callback
        self._playback = Playback(int(self.samplerate), self.channels)
        self.active, self.closed = False, False
        report("microphone", state="opened", rate=self.samplerate, frames=self.blocksize)

    @property
    def stopped(self) -> bool:
        return not self.active

    @property
    def read_available(self) -> int:
        return self._playback.available()

    def _block(self, frames: int) -> Any:
        return self._playback.read(frames)

    def read(self, frames: int) -> tuple[Any, bool]:
        if not self.active:
            raise PortAudioError("Stream is stopped [PaErrorCode -9983]")
        return self._block(frames), False

    def start(self) -> None:
        if not self.active:
            self.active = True
            if self._callback is not None:
                threading.Thread(target=self._call_back, name="microphone", daemon=True).start()

    def _call_back(self) -> None:
        assert self._callback is not None
        try:
            while self.active:
                block = self._block(self.blocksize)
                if self.active:
                    self._callback(block, self.blocksize, _Time(self._playback.time()), CallbackFlags())
        except (CallbackStop, CallbackAbort):
            pass
        finally:
            self.active = False
            if self._finished is not None:
                self._finished()

    def stop(self, ignore_errors: bool = True) -> None:
        self.active = False

    abort = stop

    def close(self, ignore_errors: bool = True) -> None:
        self.active = False
        if not self.closed:
            self.closed = True
            report("microphone", state="closed")

    def __enter__(self) -> RawInputStream:
        self.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()
        self.close()


class InputStream(RawInputStream):
    """A microphone whose blocks are NumPy arrays of shape (frames, channels)."""

    def _block(self, frames: int) -> Any:
        import numpy

        samples = numpy.frombuffer(self._playback.read(frames), dtype="int16").reshape(-1, self.channels)
        return samples.astype(self.dtype) / 32768 if "float" in self.dtype else samples.astype(self.dtype)


Stream, RawStream = InputStream, RawInputStream


def rec(frames: int, samplerate: float | None = None, channels: int | None = None, dtype: Any = None, **_: Any) -> Any:
    """Record `frames` and return them (after the time they take, as `wait` would)."""
    with InputStream(samplerate=samplerate, channels=channels, dtype=dtype) as stream:
        return stream.read(frames)[0]


def wait(ignore_errors: bool = True) -> None:
    """Nothing is pending."""


def play(*_: Any, **__: Any) -> None:
    """Nothing is heard."""


def stop(ignore_errors: bool = True) -> None:
    """Nothing is playing."""


def sleep(msec: float) -> None:
    time.sleep(msec / 1000)


def query_devices(device: Any = None, kind: str | None = None) -> Any:
    info: dict[str, Any] = {
        "name": "recording of the smoke test",
        "index": 0,
        "hostapi": 0,
        "max_input_channels": 1,
        "max_output_channels": 0,
        "default_samplerate": 16000.0,
    }
    devices: list[dict[str, Any]] = [info]
    return devices if device is None and kind is None else info


def check_input_settings(**_: Any) -> None:
    """Everything is supported."""
