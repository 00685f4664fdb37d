"""What the server saw: one record per session and per token request, and the log they are written to."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import IO

from runtime.jsontext import dump_json
from runtime.recording import JsonObject

__all__ = ["Frame", "Log", "SessionRecord", "TokenRequest"]

MOST = 250_000
"""Frames, and messages, of one session that are kept: three hours of frames of 50 ms."""

MOST_TEXT = 8 << 20
"""Bytes of control messages whose content is kept; no program has so much to say in earnest."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message the client sent. `at` is milliseconds since the handshake, `milliseconds` the length of its audio."""

    at: int
    kind: str
    size: int
    milliseconds: float | None = None
    control: JsonObject | None = None


@dataclass(slots=True)
class SessionRecord:
    """A session as the server saw it. Keys and tokens are not in it.

    `violations` ended the session or broke its rules; `notes` tell what it passes over, though a careful client
    would not send it. `status` is the HTTP status of a handshake that was refused. `sent_at` tells when each message
    of `sent` went out (milliseconds since the handshake). `tell` is told of every message, as a `Log` is. A record
    that nobody will look at is not `detailed`: it counts frames and messages and keeps none, for a session may last
    three hours.
    """

    number: int
    api: str
    host: str
    path: str
    query: dict[str, str]
    headers: list[tuple[str, str]]
    authorized_by: str | None = None
    detailed: bool = True
    frames: list[Frame] = field(default_factory=list)
    audio_frames: int = 0
    messages_sent: int = 0
    sent: list[str] = field(default_factory=list)
    sent_at: list[int] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    audio_milliseconds: float = 0.0
    audio: bytearray | None = None
    terminated: bool = False
    closed_by: str | None = None
    close_code: int | None = None
    close_reason: str = ""
    status: int | None = None
    seconds: float = 0.0
    _text: int = field(default=0, repr=False)
    digest: hashlib._Hash = field(default_factory=hashlib.sha256, repr=False)
    tell: Callable[..., None] | None = field(default=None, repr=False)

    @property
    def audio_sha256(self) -> str:
        """The hash of all audio the client sent."""
        return self.digest.hexdigest()

    def note_frame(self, frame: Frame) -> None:
        """Record a message of the client."""
        self.audio_frames += frame.milliseconds is not None
        if self.tell is not None:
            facts = {"at": frame.at, "size": frame.size, "milliseconds": frame.milliseconds, "control": frame.control}
            self.tell("heard", session=self.number, **facts)
        if self.detailed and len(self.frames) < MOST:
            self._text += frame.size if frame.control is not None else 0
            self.frames.append(frame if self._text <= MOST_TEXT else replace(frame, control=None))

    def note_sent(self, text: str, seconds: float) -> None:
        """Record a message of the server, sent so many seconds after the handshake."""
        self.messages_sent += 1
        if self.tell is not None:
            self.tell("said", session=self.number, at=round(seconds * 1000), text=text)
        if self.detailed and len(self.sent) < MOST:
            self.sent.append(text)
            self.sent_at.append(round(seconds * 1000))

    @property
    def messages(self) -> list[JsonObject]:
        """What the server sent, parsed; frames that are no JSON (faults) are left out."""
        parsed: list[JsonObject] = []
        for text in self.sent:
            try:
                value = json.loads(text)
            except ValueError:
                continue
            if isinstance(value, dict):
                parsed.append(value)
        return parsed

    @property
    def finals(self) -> list[str]:
        """The text of every finished turn the server sent, once each, as a correct client shows it."""
        finals: dict[object, str] = {}
        for number, message in enumerate(self.messages):
            if message.get("type") == "Turn" and message.get("end_of_turn") and message.get("transcript"):
                finals[message.get("turn_order")] = str(message.get("transcript"))
            elif message.get("message_type") == "FinalTranscript":
                finals[("v2", number)] = str(message.get("text"))
        return list(finals.values())

    def summary(self) -> JsonObject:
        """Return the record for the log, without the frames."""
        return {
            "session": self.number,
            "api": self.api,
            "host": self.host,
            "path": self.path,
            "query": self.query,
            "authorized_by": self.authorized_by,
            "audio_frames": self.audio_frames,
            "audio_milliseconds": round(self.audio_milliseconds),
            "audio_sha256": self.audio_sha256,
            "messages_sent": self.messages_sent,
            "terminated": self.terminated,
            "violations": self.violations,
            "notes": self.notes,
            "faults": self.faults,
            "closed_by": self.closed_by,
            "close_code": self.close_code,
            "close_reason": self.close_reason,
            "status": self.status,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """One request for a temporary token; `problem` says why it was refused."""

    api: str
    method: str
    host: str
    path: str
    parameters: Mapping[str, object]
    authorized: bool
    status: int
    problem: str | None = None


class Log:
    """JSON Lines, one per happening, written at once. Goes to a file, to a function, or nowhere."""

    def __init__(self, target: str | Path | Callable[[JsonObject], None] | None) -> None:
        self._file: IO[str] | None = None
        self._call: Callable[[JsonObject], None] | None = None
        self._lock = threading.Lock()
        if callable(target):
            self._call = target
        elif target is not None:
            self._file = Path(target).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115 - closed by close()

    def __call__(self, event: str, **fields: object) -> None:
        if self._call is None and self._file is None:
            return
        entry: JsonObject = {
            "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            "event": event,
        } | fields
        with self._lock:
            if self._call is not None:
                self._call(entry)
            elif self._file is not None:
                self._file.write(dump_json(entry) + "\n")

    def close(self) -> None:
        """Close the file; later entries are dropped."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
