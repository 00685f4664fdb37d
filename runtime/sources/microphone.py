"""The microphone, through PortAudio (the optional extra `mic`)."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager

from runtime.sources.audio import SHORTEST_CHUNK_MS, AudioFormat, Pacer, chunked
from runtime.sources.base import SourceError
from runtime.sources.portaudio import Device, PortAudio, Stream, opened, quiet

__all__ = ["Device", "Microphone", "list_devices"]

_SILENT_DEVICE_SECONDS = 5.0
_AHEAD_MS = 1000.0
"""Slack for a sound card whose clock runs a little fast: three hours at 90 parts in a million."""


def list_devices() -> list[Device]:
    """Return the devices of this machine that record.

    Raises:
        SourceError: PortAudio or a package for it is missing.
    """
    with opened() as portaudio:
        return portaudio.devices()


class Microphone:
    """A microphone, recorded as 16-bit mono.

    Args:
        device: index or part of the name of a device; None for the system's choice.
        sample_rate: Hz; None for 16000 where the device can, else what it prefers.

    Raises:
        SourceError: PortAudio or a package for it is missing, there is no such device, or it cannot record so.
    """

    live = True

    def __init__(self, device: int | str | None = None, sample_rate: int | None = None) -> None:
        with opened() as portaudio:
            self.device = _choose(portaudio.devices(), device)
            wanted = [sample_rate] if sample_rate else [16_000, self.device.sample_rate]
            with quiet():
                rate = next((rate for rate in wanted if portaudio.records_at(self.device, rate)), None)
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
        with opened() as portaudio, _recording(portaudio, self.device, rate, frames) as stream:
            while not stop.is_set():
                # Waiting here and not in a read keeps a device that has stopped delivering from blocking us for ever.
                if (missing := frames - stream.available()) > 0:
                    if time.monotonic() - heard > _SILENT_DEVICE_SECONDS:
                        raise SourceError(f"{self.device.name!r} has stopped recording")
                    stop.wait(missing / rate)
                    continue
                block = stream.read(frames)
                heard = time.monotonic()
                taken += frames
                pacer.wait(taken / rate * 1000, stop)
                yield block


@contextmanager
def _recording(portaudio: PortAudio, device: Device, rate: int, frames: int) -> Iterator[Stream]:
    try:
        with quiet():
            stream = portaudio.open(device, rate, frames)
    except OSError as error:
        raise SourceError(f"{device.name!r} cannot be opened: {error}") from error
    try:
        yield stream
    except OSError as error:
        raise SourceError(f"{device.name!r} has failed: {error}") from error
    finally:
        stream.close()


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
