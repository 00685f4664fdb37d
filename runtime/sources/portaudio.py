"""PortAudio, through whichever of its two Python packages is installed: PyAudio or sounddevice.

Both wrap the same library and the same devices under the same numbers. PyAudio is the reference, and used where both
are installed. sounddevice needs no compiler: it loads PortAudio when it is imported, and brings it along where systems
have none (macOS, Windows).
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from runtime.sources.base import SourceError

if TYPE_CHECKING:
    import pyaudio
    import sounddevice


def _not_installed() -> str:
    """Return how to get what is missing into the very environment that this runs in, whoever made it."""
    here = Path(sys.prefix)
    if (here / "pipx_metadata.json").exists():
        command = "pipx inject v3-migrate"
    elif (here / "uv-receipt.toml").exists():
        command = f"uv pip install --python {shlex.quote(sys.executable)}"
    else:
        command = f"{shlex.quote(sys.executable)} -m pip install"
    return (
        "the microphone needs PortAudio, and PyAudio or sounddevice, which wrap it. Install\n"
        f"  {command} pyaudio        (on Linux it is built: sudo apt-get install gcc portaudio19-dev)\n"
        f"  {command} sounddevice    (needs no compiler; on Linux: sudo apt-get install libportaudio2)"
    )


@dataclass(frozen=True, slots=True)
class Device:
    """A device that sound can be recorded from."""

    index: int
    name: str
    sample_rate: int
    """What the device prefers, Hz."""
    is_default: bool


class Stream(Protocol):
    """An open device, recorded as 16-bit mono. Its methods raise OSError when it fails."""

    def available(self) -> int:
        """Return how many frames can be read without waiting."""

    def read(self, frames: int) -> bytes:
        """Return the next frames."""

    def close(self) -> None:
        """Free the device."""


class PortAudio(Protocol):
    """The library, for as long as it is used."""

    def devices(self) -> list[Device]:
        """Return the devices that record."""

    def records_at(self, device: Device, rate: int) -> bool:
        """Return whether a device can record 16-bit mono at a rate (Hz)."""

    def open(self, device: Device, rate: int, frames: int) -> Stream:
        """Begin to record, `frames` at a time; raise OSError if that cannot be."""

    def terminate(self) -> None:
        """Free what the library holds."""


@contextmanager
def opened() -> Iterator[PortAudio]:
    """Give the library until the block is left.

    Raises:
        SourceError: neither package is installed, or PortAudio itself is missing.
    """
    with quiet():
        portaudio = _load()
    try:
        yield portaudio
    finally:
        portaudio.terminate()


def _load() -> PortAudio:
    reasons = []
    for make in (_PyAudio, _SoundDevice):
        try:
            return make()
        except ImportError:
            continue
        except OSError as error:  # sounddevice finds no PortAudio
            reasons.append(str(error))
    raise SourceError("\n".join([_not_installed(), *reasons]))


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what PortAudio's back ends (ALSA, JACK) print while they look for devices off the terminal."""
    try:
        screen = os.dup(2)
    except OSError:  # standard error is closed: nothing to keep clean
        yield
        return
    try:
        sys.stderr.flush()
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(screen, 2)
        os.close(screen)


class _PyAudio:
    def __init__(self) -> None:
        import pyaudio

        self._format = pyaudio.paInt16
        self._portaudio = pyaudio.PyAudio()
        self.terminate: Callable[[], None] = self._portaudio.terminate

    def devices(self) -> list[Device]:
        try:
            default = int(self._portaudio.get_default_input_device_info()["index"])
        except OSError:  # there is none
            default = -1
        infos = map(self._portaudio.get_device_info_by_index, range(self._portaudio.get_device_count()))
        return [
            Device(int(info["index"]), str(info["name"]), int(info["defaultSampleRate"]), int(info["index"]) == default)
            for info in infos
            if int(info["maxInputChannels"]) > 0
        ]

    def records_at(self, device: Device, rate: int) -> bool:
        try:
            return bool(
                self._portaudio.is_format_supported(
                    rate, input_device=device.index, input_channels=1, input_format=self._format
                )
            )
        except ValueError:
            return False

    def open(self, device: Device, rate: int, frames: int) -> Stream:
        return _PyAudioStream(
            self._portaudio.open(
                rate, 1, self._format, input=True, input_device_index=device.index, frames_per_buffer=frames
            )
        )


class _PyAudioStream:
    def __init__(self, stream: pyaudio.Stream) -> None:
        self._stream = stream
        self.available: Callable[[], int] = stream.get_read_available
        self.close: Callable[[], None] = stream.close

    def read(self, frames: int) -> bytes:
        return self._stream.read(frames, exception_on_overflow=False)


class _SoundDevice:
    def __init__(self) -> None:
        import sounddevice

        self._sounddevice = sounddevice

    def devices(self) -> list[Device]:
        default = self._sounddevice.default.device[0]
        return [
            Device(info["index"], info["name"], int(info["default_samplerate"]), info["index"] == default)
            for info in self._sounddevice.query_devices()
            if info["max_input_channels"] > 0
        ]

    def records_at(self, device: Device, rate: int) -> bool:
        try:
            self._sounddevice.check_input_settings(device.index, channels=1, dtype="int16", samplerate=rate)
        except (self._sounddevice.PortAudioError, ValueError):
            return False
        return True

    def open(self, device: Device, rate: int, frames: int) -> Stream:
        with self._failures():
            stream = self._sounddevice.RawInputStream(rate, frames, device.index, 1, "int16")
            stream.start()
        return _SoundDeviceStream(stream, self._failures)

    def terminate(self) -> None:
        """Nothing: sounddevice holds PortAudio until the interpreter ends."""

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except self._sounddevice.PortAudioError as error:
            raise OSError(str(error)) from error


class _SoundDeviceStream:
    def __init__(
        self, stream: sounddevice.RawInputStream, failures: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._stream, self._failures = stream, failures
        self.close: Callable[[], None] = stream.close

    def available(self) -> int:
        with self._failures():
            return int(self._stream.read_available)

    def read(self, frames: int) -> bytes:
        with self._failures():
            # A buffer of the library's own, which it uses again.
            return bytes(self._stream.read(frames)[0])
