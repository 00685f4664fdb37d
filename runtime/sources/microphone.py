"""The microphone, through PyAudio and PortAudio (the optional extra `mic`)."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.sources.audio import SHORTEST_CHUNK_MS, AudioFormat, Pacer, chunked
from runtime.sources.base import SourceError

if TYPE_CHECKING:
    import pyaudio

_SILENT_DEVICE_SECONDS = 5.0
_AHEAD_MS = 1000.0
"""Slack for a sound card whose clock runs a little fast: three hours at 90 parts in a million."""

_NOT_INSTALLED = (
    "the microphone needs PyAudio, which is built on PortAudio. Install both:\n"
    "  sudo apt-get install portaudio19-dev    (macOS: brew install portaudio; Windows: nothing)\n"
    "  pip install 'v3-migrate[mic]'"
)


@dataclass(frozen=True, slots=True)
class Device:
    """A device that sound can be recorded from."""

    index: int
    name: str
    sample_rate: int
    """What the device prefers, Hz."""
    is_default: bool


def list_devices() -> list[Device]:
    """Return the devices of this machine that record.

    Raises:
        SourceError: PyAudio is missing.
    """
    with _portaudio() as portaudio:
        return _devices(portaudio)


class Microphone:
    """A microphone, recorded as 16-bit mono.

    Args:
        device: index or part of the name of a device; None for the system's choice.
        sample_rate: Hz; None for 16000 where the device can, else what it prefers.

    Raises:
        SourceError: PyAudio is missing, there is no such device, or it cannot record at this rate.
    """

    live = True

    def __init__(self, device: int | str | None = None, sample_rate: int | None = None) -> None:
        with _portaudio() as portaudio:
            self.device = _choose(_devices(portaudio), device)
            wanted = [sample_rate] if sample_rate else [16_000, self.device.sample_rate]
            rate = next((rate for rate in wanted if _records_at(portaudio, self.device, rate)), None)
        if rate is None:
            raise SourceError(
                f"{self.device.name!r} cannot record at {wanted[0]} Hz; it prefers {self.device.sample_rate} Hz"
            )
        self.audio = AudioFormat(rate)

    def chunks(self, stop: threading.Event) -> Generator[bytes, None, None]:
        """Yield 50 ms chunks as they are recorded; the device is open only while this runs."""
        with closing(self._blocks(stop)) as blocks:
            yield from chunked(blocks, self.audio)

    def _blocks(self, stop: threading.Event) -> Generator[bytes, None, None]:
        rate = self.audio.sample_rate
        frames = self.audio.size(SHORTEST_CHUNK_MS) // self.audio.sample_bytes
        # Sound cards keep time themselves. Devices without a clock (ALSA's file and null plugins, some virtual ones)
        # hand out sound as fast as it is read, which the service refuses.
        pacer = Pacer(ahead_ms=_AHEAD_MS)
        taken = 0
        heard = time.monotonic()
        with _portaudio() as portaudio, _recording(portaudio, self.device, rate, frames) as stream:
            while not stop.is_set():
                # Waiting here and not in a read keeps a device that has stopped delivering from blocking us for ever.
                if (missing := frames - stream.get_read_available()) > 0:
                    if time.monotonic() - heard > _SILENT_DEVICE_SECONDS:
                        raise SourceError(f"{self.device.name!r} has stopped recording")
                    stop.wait(missing / rate)
                    continue
                block = stream.read(frames, exception_on_overflow=False)
                heard = time.monotonic()
                taken += frames
                pacer.wait(taken / rate * 1000, stop)
                yield block


@contextmanager
def _portaudio() -> Iterator[pyaudio.PyAudio]:
    try:
        import pyaudio
    except ImportError as error:
        raise SourceError(_NOT_INSTALLED) from error
    with _quiet():
        portaudio = pyaudio.PyAudio()
    try:
        yield portaudio
    finally:
        portaudio.terminate()


@contextmanager
def _recording(portaudio: pyaudio.PyAudio, device: Device, rate: int, frames: int) -> Iterator[pyaudio.Stream]:
    import pyaudio

    try:
        with _quiet():
            stream = portaudio.open(
                rate, 1, pyaudio.paInt16, input=True, input_device_index=device.index, frames_per_buffer=frames
            )
    except OSError as error:
        raise SourceError(f"{device.name!r} cannot be opened: {error}") from error
    try:
        yield stream
    except OSError as error:
        raise SourceError(f"{device.name!r} has failed: {error}") from error
    finally:
        stream.close()


@contextmanager
def _quiet() -> Iterator[None]:
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


def _devices(portaudio: pyaudio.PyAudio) -> list[Device]:
    try:
        default = int(portaudio.get_default_input_device_info()["index"])
    except OSError:  # there is none
        default = -1
    infos = [portaudio.get_device_info_by_index(index) for index in range(portaudio.get_device_count())]
    return [
        Device(int(info["index"]), str(info["name"]), int(info["defaultSampleRate"]), int(info["index"]) == default)
        for info in infos
        if int(info["maxInputChannels"]) > 0
    ]


def _choose(devices: list[Device], wanted: int | str | None) -> Device:
    if not devices:
        raise SourceError("no device that records was found; `v3-migrate listen --file` needs none")
    if wanted is None:
        return next((device for device in devices if device.is_default), devices[0])
    if isinstance(wanted, int):
        found = [device for device in devices if device.index == wanted]
    else:
        found = [device for device in devices if wanted.lower() in device.name.lower()]
        exact = [device for device in found if wanted.lower() == device.name.lower()]
        found = exact or found
    if len(found) == 1:
        return found[0]
    names = "\n".join(f"  {device.index}  {device.name}" for device in found or devices)
    raise SourceError(f"{'several devices match' if found else 'no device matches'} {wanted!r}:\n{names}")


def _records_at(portaudio: pyaudio.PyAudio, device: Device, rate: int) -> bool:
    import pyaudio

    try:
        with _quiet():
            return bool(
                portaudio.is_format_supported(
                    rate, input_device=device.index, input_channels=1, input_format=pyaudio.paInt16
                )
            )
    except ValueError:
        return False
