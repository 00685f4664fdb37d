"""Where audio comes from: a microphone, a file, standard input, silence."""

from __future__ import annotations

from runtime.sources.base import Source, SourceError
from runtime.sources.files import FileSource, PipeSource
from runtime.sources.microphone import Device, Microphone, list_devices
from runtime.sources.silence import Silence

__all__ = ["Device", "FileSource", "Microphone", "PipeSource", "Silence", "Source", "SourceError", "list_devices"]
