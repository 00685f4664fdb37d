"""Where audio comes from: a microphone, a file, standard input, another part of the program, silence."""

from __future__ import annotations

from runtime.sources.audio import AudioFormat
from runtime.sources.base import Source, SourceError
from runtime.sources.files import FileSource, PipeSource
from runtime.sources.microphone import Device, Microphone, list_devices
from runtime.sources.queued import QueueSource
from runtime.sources.silence import Silence

__all__ = [
    "AudioFormat",
    "Device",
    "FileSource",
    "Microphone",
    "PipeSource",
    "QueueSource",
    "Silence",
    "Source",
    "SourceError",
    "list_devices",
]
