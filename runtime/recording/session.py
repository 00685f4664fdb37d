"""What a recording holds: a header, and the events of one session."""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

FORMAT = "v3-migrate-recording"
VERSION = 1

JsonObject = dict[str, object]
Sender = Literal["server", "client"]

#: Codes that say how a connection ended without one (RFC 6455, 7.4.1): a close frame that had none, and no close frame.
NO_CODE, LOST = 1005, 1006

#: Bytes of one sample, per encoding whose duration can be told from its length.
SAMPLE_WIDTH: Mapping[str, int] = {"pcm_s16le": 2, "pcm_mulaw": 1}


class RecordingError(Exception):
    """A recording that cannot be used; the text names the file and the line."""

    def __init__(self, path: Path | str, line: int | None, reason: str) -> None:
        self.path, self.line, self.reason = str(path), line, reason
        super().__init__(f"{path}:{line}: {reason}" if line else f"{path}: {reason}")


@dataclass(frozen=True, slots=True)
class Audio:
    """The audio of a session: a file beside the recording (WAV, or raw samples), or only its length and hash."""

    sha256: str
    milliseconds: int
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """The end of the socket as the sender announced it (1006: the connection was lost)."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One frame of the session. Exactly one of `message`, `text` and `close` is set."""

    at: int
    wall: int
    sender: Sender
    message: JsonObject | None = None
    text: str | None = None
    close: Close | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """What holds for the whole session. `query` is the connection's query string without secrets."""

    query: Mapping[str, str]
    audio: Audio | None
    origin: str
    api: str = "v3"
    recorded: str | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """A session: its header and its events in the order in which they happened."""

    header: Header
    events: tuple[Event, ...]
    path: Path | None = field(default=None, compare=False)

    @property
    def sample_rate(self) -> int:
        """Samples a second (16000 is the service's default)."""
        return int(self.header.query.get("sample_rate", "16000"))

    @property
    def encoding(self) -> str:
        """The encoding of the audio on the wire."""
        return self.header.query.get("encoding", "pcm_s16le")

    def audio_path(self) -> Path | None:
        """Return where the audio is, or None if the recording does not carry it."""
        audio = self.header.audio
        if audio is None or audio.file is None or self.path is None:
            return None
        return self.path.parent / audio.file

    def load_audio(self) -> bytes:
        """Return the samples as the client sent them, after checking them against the hash of the header.

        Raises RecordingError if there is no audio or it is not the audio of this session.
        """
        path, audio = self.audio_path(), self.header.audio
        if path is None or audio is None:
            raise RecordingError(self.path or "recording", 1, "the recording carries no audio file")
        try:
            samples = read_samples(path)
        except (OSError, EOFError, wave.Error) as error:
            raise RecordingError(path, None, f"cannot read the audio: {error}") from error
        if hashlib.sha256(samples).hexdigest() != audio.sha256:
            raise RecordingError(path, None, "the audio is not the one this session was made with (sha256 differs)")
        return samples


def moment(recorded: str) -> datetime:
    """Return the date in a header; raise ValueError if it is none."""
    return datetime.fromisoformat(recorded.replace("Z", "+00:00"))  # Python 3.10 does not read the suffix Z


def is_sendable(code: int) -> bool:
    """Return whether a close frame may carry the code (RFC 6455, 7.4, and the registry it set up)."""
    return code in (1000, 1001, 1002, 1003) or 1007 <= code <= 1014 or 3000 <= code <= 4999


def read_samples(path: Path) -> bytes:
    """Return the samples of a WAV file, or the whole content of any other file."""
    if path.suffix.lower() != ".wav":
        return path.read_bytes()
    with wave.open(str(path), "rb") as file:
        return file.readframes(file.getnframes())
