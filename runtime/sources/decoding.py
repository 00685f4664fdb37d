"""Files of other formats than WAV, decoded by what is installed: PyAV, or the program ffmpeg."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.sources.audio import AudioFormat
from runtime.sources.base import SourceError

if TYPE_CHECKING:
    import av

__all__ = ["DECODED", "decoder"]

DECODED = AudioFormat(16_000)
"""What is made of any file."""

_BLOCK = 65_536

Blocks = Generator[bytes, None, None]


def decoder() -> Callable[[Path], Blocks] | None:
    """Return what yields the audio of a file in blocks, or None if nothing that could is installed.

    It raises SourceError, in one line, if it cannot read the file or there is no sound in it.
    """
    if importlib.util.find_spec("av") is not None:
        return _pyav
    return _ffmpeg if shutil.which("ffmpeg") else None


def _pyav(path: Path) -> Blocks:
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise SourceError(f"{path}: there is no sound in it")
            resampler = av.AudioResampler("s16", "mono", DECODED.sample_rate)
            for frame in container.decode(container.streams.audio[0]):
                yield _samples(resampler.resample(frame))
            yield _samples(resampler.resample(None))
    except av.FFmpegError as error:
        raise SourceError(f"{path}: {error.strerror}") from error


def _samples(frames: list[av.AudioFrame]) -> bytes:
    """Return the samples of frames; a plane may be longer than what is in it."""
    return b"".join(bytes(frame.planes[0])[: frame.samples * DECODED.sample_bytes] for frame in frames)


def _ffmpeg(path: Path) -> Blocks:
    # A playlist, which is a format too, may name other places: only files are opened.
    reading = ["-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-i", f"file:{path}"]
    writing = ["-map", "0:a:0", "-ac", "1", "-ar", str(DECODED.sample_rate), "-f", "s16le", "-"]
    # Of a broken file it has more to say than a pipe holds.
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            ["ffmpeg", *reading, *writing], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints
        ) as process,
    ):
        assert process.stdout is not None
        try:
            while block := process.stdout.read(_BLOCK):
                yield block
            if process.wait():
                complaints.seek(0)
                said = complaints.read().decode(errors="replace").strip().splitlines()
                raise SourceError(f"{path}: {said[-1] if said else 'ffmpeg cannot read it'}")
        finally:
            process.kill()
