"""What every audio source offers."""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Protocol

from runtime.sources.audio import AudioFormat


class SourceError(Exception):
    """The audio source cannot be opened or read."""


class Source(Protocol):
    """Mono audio of one format."""

    @property
    def audio(self) -> AudioFormat:
        """The format of the chunks; known before any is read, for it goes into the connection's URL."""

    @property
    def live(self) -> bool:
        """Whether sound is lost when nobody takes it: a microphone goes on, a file waits."""

    def chunks(self, stop: threading.Event) -> Generator[bytes, None, None]:
        """Yield chunks of 50-1000 ms until the audio ends or `stop` is set.

        Whatever is opened is closed by the generator itself, so close the generator.

        Raises:
            SourceError: the audio cannot be read.
        """
