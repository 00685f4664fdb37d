"""A stand-in for PyAudio whose microphone plays the recording's audio, paced, and then silence.

The names are PyAudio's own (its documentation, 0.2.14). Standard library only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from v3_migrate_audio import Playback, report

__version__ = "0.2.14"

paFloat32, paInt32, paInt24, paInt16, paInt8, paUInt8 = 1, 2, 4, 8, 16, 32  # noqa: N816
paContinue, paComplete, paAbort = 0, 1, 2  # noqa: N816
paFramesPerBufferUnspecified = 0  # noqa: N816
paInputOverflowed, paALSA = -9981, 8  # noqa: N816

_WIDTHS = {paFloat32: 4, paInt32: 4, paInt24: 3, paInt16: 2, paInt8: 1, paUInt8: 1}
_DEVICE: dict[str, Any] = {
    "index": 0,
    "structVersion": 2,
    "name": "recording of the smoke test",
    "hostApi": 0,
    "maxInputChannels": 1,
    "maxOutputChannels": 0,
    "defaultLowInputLatency": 0.01,
    "defaultLowOutputLatency": 0.01,
    "defaultHighInputLatency": 0.04,
    "defaultHighOutputLatency": 0.04,
    "defaultSampleRate": 16000.0,
}


def get_sample_size(format: int) -> int:
    return _WIDTHS[format]


def get_portaudio_version_text() -> str:
    return "none: the smoke test's recording"


class Stream:
    """A microphone (or a loudspeaker that swallows everything)."""

    def __init__(
        self,
        PA_manager: Any,  # noqa: N803
        rate: int,
        channels: int,
        format: int,
        input: bool = False,
        output: bool = False,
        input_device_index: int | None = None,
        output_device_index: int | None = None,
        frames_per_buffer: int = 0,
        start: bool = True,
        stream_callback: Callable[..., Any] | None = None,
        **_: Any,
    ) -> None:
        if not (input or output):
            raise ValueError("Must specify an input or output stream.")
        if input and format != paInt16:
            raise ValueError("the microphone of the smoke test has 16-bit samples only")
        self._frames = frames_per_buffer or 1024
        self._playback = Playback(int(rate), int(channels)) if input else None
        self._callback = stream_callback
        self._open = True
        self._active = False
        self._thread: threading.Thread | None = None
        report("microphone", state="opened", rate=rate, frames=frames_per_buffer)
        if start:
            self.start_stream()

    def read(self, num_frames: int, exception_on_overflow: bool = True) -> bytes:
        if not self._open:
            raise OSError(-9988, "Stream closed")
        if not self._active:
            raise OSError(-9983, "Stream is stopped")
        if self._playback is None:
            raise OSError(-9975, "Not input stream")
        if self._playback.is_broken():
            report("microphone", state="failed")
            raise OSError(-9999, "Unanticipated host error")
        return self._playback.read(num_frames)

    def write(self, frames: bytes, *_: Any, **__: Any) -> None:
        """Swallow what would be played."""

    def get_read_available(self) -> int:
        return self._playback.available() if self._playback else 0

    def start_stream(self) -> None:
        if self._active:
            return
        self._active = True
        if self._callback is not None and self._playback is not None:
            self._thread = threading.Thread(target=self._call_back, name="microphone", daemon=True)
            self._thread.start()

    def _call_back(self) -> None:
        assert self._callback is not None and self._playback is not None
        while self._active:
            data = self._playback.read(self._frames)
            if not self._active or self._callback(data, self._frames, {}, 0)[1] != paContinue:
                break
        self._active = False

    def stop_stream(self) -> None:
        self._active = False

    def close(self) -> None:
        self._active = False
        if self._open:
            self._open = False
            report("microphone", state="closed")

    def is_active(self) -> bool:
        return self._active

    def is_stopped(self) -> bool:
        return not self._active

    def get_input_latency(self) -> float:
        return 0.01

    def get_time(self) -> float:
        return self._playback.time() if self._playback else 0.0


class PyAudio:
    """PortAudio with one input device."""

    Stream = Stream

    def __init__(self) -> None:
        self._streams: list[Stream] = []

    def open(self, *args: Any, **kwargs: Any) -> Stream:
        stream = Stream(self, *args, **kwargs)
        self._streams.append(stream)
        return stream

    def close(self, stream: Stream) -> None:
        stream.close()

    def terminate(self) -> None:
        """Close every stream, as the real one does."""
        for stream in self._streams:
            stream.close()

    def get_sample_size(self, format: int) -> int:
        return get_sample_size(format)

    def get_format_from_width(self, width: int, unsigned: bool = True) -> int:
        return {1: paUInt8 if unsigned else paInt8, 2: paInt16, 3: paInt24, 4: paFloat32}[width]

    def is_format_supported(self, rate: float, **_: Any) -> bool:
        return True

    def get_device_count(self) -> int:
        return 1

    def get_host_api_count(self) -> int:
        return 1

    def get_host_api_info_by_index(self, host_api_index: int) -> dict[str, Any]:
        return {"index": 0, "name": "smoke test", "deviceCount": 1, "defaultInputDevice": 0, "defaultOutputDevice": -1}

    get_default_host_api_info = get_host_api_info_by_type = lambda self, *_: self.get_host_api_info_by_index(0)

    def get_device_info_by_index(self, device_index: int) -> dict[str, Any]:
        return dict(_DEVICE)

    def get_device_info_by_host_api_device_index(
        self, host_api_index: int, host_api_device_index: int
    ) -> dict[str, Any]:
        return dict(_DEVICE)

    def get_default_input_device_info(self) -> dict[str, Any]:
        return dict(_DEVICE)
