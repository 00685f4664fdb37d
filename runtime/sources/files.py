"""Audio from a file, or from a pipe such as standard input, at the pace of speech."""

from __future__ import annotations

import codecs
import os
import select
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from runtime.sources.audio import SHORTEST_CHUNK_MS, AudioFormat, Pacer, chunked
from runtime.sources.base import SourceError
from runtime.sources.decoding import DECODED, decoder
from runtime.sources.riff import OtherAudioError, WavError, read_header, read_up_to

_BLOCK = 65_536
_POLL_SECONDS = 0.1
_CONVERT = "convert it with `ffmpeg -i IN -ac 1 OUT.wav`"
_INSTALL = "`pip install 'v3-migrate[files]'` or ffmpeg reads it as it is"


_LOOK = 64
_MAGIC = {
    b"ID3": "an MP3 file",
    b"fLaC": "a FLAC file",
    b"OggS": "an Ogg file",
    b"FORM": "an AIFF file",
    b"caff": "a Core Audio file",
    b".snd": "an AU file",
    b"#!AMR": "an AMR file",
    b"\x1aE\xdf\xa3": "a Matroska or WebM file",
}
#: Formats that no first bytes tell from samples.
_SUFFIXES = {".mp3": "an MP3 file", ".aac": "an AAC file", ".wma": "a WMA file", ".mp4": "an MP4 file"}


def _encoded(path: Path, head: bytes) -> str | None:
    """Return what a file is, by its first bytes or its name, if that is surely neither WAV nor samples."""
    if head[4:8] == b"ftyp":
        return "an MP4 file"
    found = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    return found or (None if head.startswith(b"RIFF") else _SUFFIXES.get(path.suffix.lower()))


def _is_text(head: bytes) -> bool:
    """Return whether the first bytes of a file are text: a letter that is cut off at their end does not count."""
    text = codecs.getincrementaldecoder("utf-8")(errors="ignore").decode(head)
    readable = all(letter.isprintable() or letter in "\t\r\n\ufeff" for letter in text)
    return bool(head) and readable and len(text.encode()) > len(head) - 4


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
    """A WAV file (16-bit PCM or mu-law, one channel), or raw samples; what is of another format is decoded.

    Args:
        path: the file; that it is WAV is seen from its first bytes.
        raw: the format, should it not be WAV nor any that is known.
        speed: factor on real time; infinite for as fast as it is taken.
        milliseconds: length of a chunk.

    Raises:
        SourceError: the file cannot be read, or its audio is of another kind and nothing that decodes is installed.
    """

    live = False

    def __init__(
        self, path: Path, raw: AudioFormat | None = None, speed: float = 1.0, milliseconds: float = SHORTEST_CHUNK_MS
    ) -> None:
        self._path = path
        self._raw = raw or AudioFormat()
        self._speed = speed
        self._milliseconds = milliseconds
        self._decode: Callable[[Path], Generator[bytes, None, None]] | None = None
        try:
            with path.open("rb") as file:
                head = file.read(_LOOK)
                if _is_text(head):
                    raise WavError("a text file: there is no sound in it")
                if kind := _encoded(path, head):
                    raise OtherAudioError(f"{kind}, neither WAV nor raw samples: {_CONVERT}")
                file.seek(0)
                self.audio, _, _ = _start(file, self._raw)
        except OtherAudioError as error:
            self._decode = decoder()
            if self._decode is None:
                raise SourceError(f"{_why(path, error)}; {_INSTALL}") from error
            self.audio = DECODED
            # What cannot be decoded is said before there is a session.
            with closing(self._blocks()) as blocks:
                next(blocks, b"")
        except (OSError, WavError) as error:
            raise SourceError(_why(path, error)) from error

    def chunks(self, stop: threading.Event) -> Generator[bytes, None, None]:
        """Yield the file's audio at real time times `speed`.

        Raises:
            SourceError: it cannot be read on.
        """
        try:
            with closing(self._blocks()) as blocks:
                yield from _paced(blocks, self.audio, self._milliseconds, self._speed, stop)
        except (OSError, WavError) as error:
            raise SourceError(_why(self._path, error)) from error

    def _blocks(self) -> Generator[bytes, None, None]:
        if self._decode is not None:
            yield from self._decode(self._path)
            return
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
        """Yield what arrives, not faster than real time times `speed`.

        Raises:
            SourceError: it cannot be read on.
        """
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
