"""Audio from a WAV or raw file, or from a pipe such as standard input, at the pace of speech."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from runtime.sources.audio import SHORTEST_CHUNK_MS, AudioFormat, Pacer, chunked
from runtime.sources.base import SourceError
from runtime.sources.riff import WavError, read_header, read_up_to

_BLOCK = 65_536
_POLL_SECONDS = 0.1


_LOOK = 64
_MAGIC = {b"ID3": "an MP3 file", b"fLaC": "a FLAC file", b"OggS": "an Ogg file", b"FORM": "an AIFF file"}


def _other(head: bytes) -> str | None:
    """Return what a file is by its first bytes, if that is surely no raw audio."""
    if head[4:8] == b"ftyp":
        return "an MP4 file"
    if len(head) == _LOOK and all(32 <= byte < 127 or byte in b"\t\r\n" for byte in head):
        return "a text file"
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)


def _start(stream: BinaryIO, raw: AudioFormat) -> tuple[AudioFormat, bytes, int | None]:
    """Return the format, the bytes already taken that are audio, and how many more belong to it (None: all)."""
    magic = read_up_to(stream, 4)
    if magic != b"RIFF":
        return raw, magic, None
    audio, size = read_header(stream)
    return audio, b"", size


def _paced(
    blocks: Iterator[bytes], audio: AudioFormat, milliseconds: float, speed: float, stop: threading.Event
) -> Iterator[bytes]:
    """Yield `blocks` as chunks, each when a microphone would have had it."""
    pacer = Pacer(speed)
    position = 0.0
    for chunk in chunked(blocks, audio, milliseconds):
        position += audio.duration(len(chunk))
        pacer.wait(position, stop)
        if stop.is_set():
            return
        yield chunk


class FileSource:
    """A WAV file (16-bit PCM or mu-law, one channel), or raw samples.

    Args:
        path: the file; that it is WAV is seen from its first bytes.
        raw: the format, should it not be WAV.
        speed: factor on real time; infinite for as fast as it is taken.
        milliseconds: length of a chunk.

    Raises:
        SourceError: the file cannot be read, or its audio is of another kind.
    """

    live = False

    def __init__(
        self, path: Path, raw: AudioFormat | None = None, speed: float = 1.0, milliseconds: float = SHORTEST_CHUNK_MS
    ) -> None:
        self._path = path
        self._raw = raw or AudioFormat()
        self._speed = speed
        self._milliseconds = milliseconds
        try:
            with path.open("rb") as file:
                if kind := _other(file.read(_LOOK)):
                    raise WavError(f"{kind}, neither WAV nor raw samples: convert with `ffmpeg -i IN -ac 1 OUT.wav`")
                file.seek(0)
                self.audio, _, _ = _start(file, self._raw)
        except (OSError, WavError) as error:
            raise SourceError(_why(path, error)) from error

    def chunks(self, stop: threading.Event) -> Generator[bytes, None, None]:
        """Yield the file's audio at real time times `speed`."""
        try:
            with closing(self._blocks()) as blocks:
                yield from _paced(blocks, self.audio, self._milliseconds, self._speed, stop)
        except (OSError, WavError) as error:
            raise SourceError(_why(self._path, error)) from error

    def _blocks(self) -> Generator[bytes, None, None]:
        with self._path.open("rb") as file:
            _, head, left = _start(file, self._raw)
            yield head
            while block := file.read(_BLOCK if left is None else min(_BLOCK, left)):
                left = None if left is None else left - len(block)
                yield block


class PipeSource:
    """Audio that arrives on a pipe: WAV or raw samples.

    The header is read at once, so building this waits for the first bytes. Audio that comes slower than real time is
    passed on as it comes.

    Args:
        pipe: an unbuffered stream with a file descriptor, such as `io.FileIO(0, closefd=False)`.
        raw: the format, should it not be WAV.
        speed: factor on real time.

    Raises:
        SourceError: the audio cannot be read or is of another kind.
    """

    live = False

    def __init__(self, pipe: BinaryIO, raw: AudioFormat | None = None, speed: float = 1.0) -> None:
        self._pipe = pipe
        self._speed = speed
        try:
            self.audio, self._head, self._left = _start(pipe, raw or AudioFormat())
        except (OSError, WavError) as error:
            raise SourceError(_why("standard input", error)) from error

    def chunks(self, stop: threading.Event) -> Generator[bytes, None, None]:
        """Yield what arrives, not faster than real time times `speed`."""
        try:
            yield from _paced(self._blocks(stop), self.audio, SHORTEST_CHUNK_MS, self._speed, stop)
        except OSError as error:
            raise SourceError(_why("standard input", error)) from error

    def _blocks(self, stop: threading.Event) -> Generator[bytes, None, None]:
        yield self._head
        while self._left != 0 and self._wait(stop):
            block = self._pipe.read(_BLOCK if self._left is None else min(_BLOCK, self._left))
            if not block:
                return
            self._left = None if self._left is None else self._left - len(block)
            yield block

    def _wait(self, stop: threading.Event) -> bool:
        """Return whether a read is due; where pipes can be polled, a silent one does not hold up `stop`."""
        while not stop.is_set():
            if os.name != "posix" or select.select([self._pipe], [], [], _POLL_SECONDS)[0]:
                return True
        return False


def _why(name: Path | str, error: OSError | WavError) -> str:
    return f"{name}: {error.strerror if isinstance(error, OSError) and error.strerror else error}"
