"""The recording of one streaming session: a text file, JSON Lines, that people can read, compare and edit.

The first line is the header, every other line is one event::

    {"format": "v3-migrate-recording", "version": 1, "api": "v3", "query": {...}, "audio": {...}, "origin": "..."}
    {"at": 1200, "wall": 1214, "from": "server", "message": {"type": "Turn", ...}}
    {"at": 7400, "wall": 7420, "from": "client", "message": {"type": "Terminate"}}
    {"at": 7400, "wall": 7501, "from": "server", "close": {"code": 1000, "reason": ""}}

``at`` is the position on the audio clock: milliseconds of audio the client had sent. ``wall`` is milliseconds since
the socket opened. Audio itself is a file beside the recording, named in the header with its hash. A text frame that
is no JSON object is kept as ``text`` instead of ``message``.
"""

from __future__ import annotations

from runtime.recording.reader import read
from runtime.recording.session import (
    LOST,
    NO_CODE,
    SAMPLE_WIDTH,
    Audio,
    Close,
    Event,
    Header,
    JsonObject,
    Recording,
    RecordingError,
    Sender,
    is_sendable,
    moment,
)
from runtime.recording.writer import write

__all__ = [
    "LOST",
    "NO_CODE",
    "SAMPLE_WIDTH",
    "Audio",
    "Close",
    "Event",
    "Header",
    "JsonObject",
    "Recording",
    "RecordingError",
    "Sender",
    "is_sendable",
    "moment",
    "read",
    "write",
]
