"""The header of a WAV file, read from a stream that cannot seek (so the standard library's `wave` will not do).

Facts: Microsoft's "Multimedia Programming Interface and Data Specifications 1.0" and the WAVE_FORMAT_EXTENSIBLE note.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from runtime.sources.audio import PCM_MULAW, PCM_S16LE, AudioFormat

_PCM, _MULAW, _EXTENSIBLE = 1, 7, 0xFFFE
_UNTIL_THE_END = 0xFFFFFFFF


class WavError(ValueError):
    """A WAV header that is broken, or audio the service does not take."""


class OtherAudioError(WavError):
    """Audio that is sound, and of a kind the service does not take."""


def read_header(stream: BinaryIO) -> tuple[AudioFormat, int | None]:
    """Read up to the first sample and return the format and the bytes of audio, None for "until the end".

    The four letters `RIFF` have been read before. Writers that cannot seek back leave the length 0 or all ones.

    Raises:
        WavError: see there.
    """
    if _exactly(stream, 8)[4:] != b"WAVE":
        raise WavError("a RIFF file, but not a WAV file")
    audio: AudioFormat | None = None
    while True:
        name, size = struct.unpack("<4sI", _exactly(stream, 8))
        if name == b"data":
            if audio is None:
                raise WavError("the WAV file has no format before its audio")
            return audio, None if size in (0, _UNTIL_THE_END) else size
        body = _exactly(stream, size + size % 2)
        if name == b"fmt ":
            audio = _format(body)


def _format(body: bytes) -> AudioFormat:
    if len(body) < 16:
        raise WavError("the WAV file's format is cut short")
    code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if code == _EXTENSIBLE and len(body) >= 26:
        (code,) = struct.unpack_from("<H", body, 24)
    if not rate:
        raise WavError("the WAV file's sample rate is 0")
    if channels != 1:
        raise OtherAudioError(
            f"the WAV file has {channels} channels, need one: convert with `ffmpeg -i IN -ac 1 OUT.wav`"
        )
    if (code, bits) == (_PCM, 16):
        return AudioFormat(rate, PCM_S16LE)
    if (code, bits) == (_MULAW, 8):
        return AudioFormat(rate, PCM_MULAW)
    raise OtherAudioError(
        f"the WAV file's samples (format {code}, {bits} bits) are neither 16-bit PCM nor mu-law: "
        "convert with `ffmpeg -i IN -ac 1 -c:a pcm_s16le OUT.wav`"
    )


def read_up_to(stream: BinaryIO, size: int) -> bytes:
    """Return `size` bytes, fewer only at the end of the stream; a pipe hands them out in pieces."""
    body = b""
    while len(body) < size and (block := stream.read(size - len(body))):
        body += block
    return body


def _exactly(stream: BinaryIO, size: int) -> bytes:
    body = read_up_to(stream, size)
    if len(body) < size:
        raise WavError("the WAV file's header is cut short")
    return body
