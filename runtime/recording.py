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

import hashlib
import json
import wave
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

__all__ = [
    "LOST",
    "Audio",
    "Close",
    "Event",
    "Header",
    "JsonObject",
    "Recording",
    "RecordingError",
    "is_sendable",
    "read",
    "write",
]

FORMAT = "v3-migrate-recording"
VERSION = 1

JsonObject = dict[str, object]
Sender = Literal["server", "client"]

#: Codes that say how a connection ended without one (RFC 6455, 7.4.1): a close frame that had none, and no close frame.
NO_CODE, LOST = 1005, 1006

#: The end of the year 9999 in Unix seconds: dates end there.
_LATEST = 253_402_300_799

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


def read(path: Path | str) -> Recording:
    """Read a recording; every departure from the format is a RecordingError that names the line."""
    path = Path(path)
    try:
        # Not splitlines(): it also breaks at characters that JSON leaves unescaped inside a text, such as U+0085 and
        # U+2028.
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except OSError as error:
        raise RecordingError(path, None, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise RecordingError(path, None, f"not UTF-8: {error}") from error
    if lines == [""]:
        raise RecordingError(path, None, "empty file; the first line of a recording is its header")
    header = _header(_Line(path, 1, lines[0]))
    events: list[Event] = []
    for number, text in enumerate(lines[1:], start=2):
        line = _Line(path, number, text)
        event = _event(line)
        if events and (event.at < events[-1].at or event.wall < events[-1].wall):
            raise line.error("an event cannot happen before the one above it (`at` and `wall` only grow)")
        if events and events[-1].close and events[-1].sender == event.sender:
            raise line.error(f"the {event.sender} sends nothing after its close")
        events.append(event)
    return Recording(header, tuple(events), path)


def write(recording: Recording, path: Path | str) -> None:
    """Write a recording as `read` reads it. The caller redacts (see `runtime.redaction`)."""
    Path(path).write_text("".join(dump_lines(recording)), encoding="utf-8")


def dump_json(value: JsonObject, separators: tuple[str, str] = (", ", ": ")) -> str:
    """Return JSON that people can read, and that can be encoded.

    Half a surrogate pair has no UTF-8 and stays escaped.
    """
    text = json.dumps(value, ensure_ascii=False, separators=separators)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=separators)
    return text


def dump_lines(recording: Recording) -> Iterable[str]:
    """Yield the lines of the file, each with its newline."""
    yield dump_header(recording.header)
    for event in recording.events:
        yield dump_event(event)


def dump_header(header: Header) -> str:
    """Return the first line of the file."""
    fields: JsonObject = {"format": FORMAT, "version": VERSION, "api": header.api, "query": dict(header.query)}
    if header.audio:
        audio: JsonObject = {"file": header.audio.file} if header.audio.file else {}
        fields["audio"] = audio | {"sha256": header.audio.sha256, "milliseconds": header.audio.milliseconds}
    fields["origin"] = header.origin
    if header.recorded:
        fields["recorded"] = header.recorded
    return dump_json(fields) + "\n"


def dump_event(event: Event) -> str:
    """Return one event's line."""
    fields: JsonObject = {"at": event.at, "wall": event.wall, "from": event.sender}
    if event.message is not None:
        fields["message"] = event.message
    elif event.text is not None:
        fields["text"] = event.text
    elif event.close is not None:
        fields["close"] = {"code": event.close.code, "reason": event.close.reason}
    return dump_json(fields) + "\n"


class _Line:
    """One line being read: typed access to its fields, and errors that say where."""

    def __init__(self, path: Path, number: int, text: str) -> None:
        self.path, self.number = path, number
        try:
            value = json.loads(text)
        except ValueError as error:
            raise self.error(f"not JSON: {error}") from error
        self.fields = self.as_object(value, "the line")

    def error(self, reason: str) -> RecordingError:
        return RecordingError(self.path, self.number, reason)

    def as_object(self, value: object, name: str) -> JsonObject:
        if not isinstance(value, dict):
            raise self.error(f"{name} must be a JSON object")
        return value

    def only(self, fields: JsonObject, allowed: set[str]) -> None:
        if unknown := sorted(fields.keys() - allowed):
            raise self.error(f"unknown field {unknown[0]!r}")

    def string(self, fields: JsonObject, name: str) -> str:
        value = fields.get(name)
        if not isinstance(value, str):
            raise self.error(f"`{name}` must be text")
        return value

    def count(self, fields: JsonObject, name: str) -> int:
        value = fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.error(f"`{name}` must be a whole number, not negative")
        return value


def _header(line: _Line) -> Header:
    fields = line.fields
    if fields.get("format") != FORMAT:
        raise line.error(f'not a recording: the first line must have "format": "{FORMAT}"')
    version = line.count(fields, "version")
    if version != VERSION:
        raise line.error(f"format version {version} is not known here (this program reads version {VERSION})")
    line.only(fields, {"format", "version", "api", "query", "audio", "origin", "recorded"})
    api = line.string(fields, "api")
    if api != "v3":
        raise line.error(f"`api` must be 'v3', not {api!r}; the v2 dialect is derived when playing")
    query = {name: str(value) for name, value in line.as_object(fields.get("query"), "`query`").items()}
    rate = query.get("sample_rate", "16000")
    if not (rate.isdecimal() and int(rate) > 0):
        raise line.error("`query.sample_rate` must be a number of samples a second")
    audio: Audio | None = None
    if "audio" in fields:
        about = line.as_object(fields["audio"], "`audio`")
        line.only(about, {"file", "sha256", "milliseconds"})
        file = line.string(about, "file") if "file" in about else None
        if file is not None and (Path(file).is_absolute() or ".." in Path(file).parts):
            raise line.error("`audio.file` must be beside or below the recording")
        audio = Audio(line.string(about, "sha256"), line.count(about, "milliseconds"), file)
    recorded = line.string(fields, "recorded") if "recorded" in fields else None
    if recorded is not None:
        try:
            moment(recorded)
        except ValueError:
            raise line.error(f"`recorded` must be a date in ISO 8601, not {recorded!r}") from None
    return Header(query, audio, line.string(fields, "origin"), api, recorded)


def _event(line: _Line) -> Event:
    fields = line.fields
    line.only(fields, {"at", "wall", "from", "message", "text", "close"})
    at, wall, sender = line.count(fields, "at"), line.count(fields, "wall"), fields.get("from")
    if sender != "server" and sender != "client":
        raise line.error('`from` must be "server" or "client"')
    if len(fields.keys() & {"message", "text", "close"}) != 1:
        raise line.error("an event has exactly one of `message`, `text` and `close`")
    origin: Sender = "server" if sender == "server" else "client"
    if "message" in fields:
        message = line.as_object(fields["message"], "`message`")
        if check := _CHECKS.get(str(message.get("type"))):
            check(line, message)
        return Event(at, wall, origin, message=message)
    if "text" in fields:
        return Event(at, wall, origin, text=line.string(fields, "text"))
    close = line.as_object(fields["close"], "`close`")
    line.only(close, {"code", "reason"})
    code = line.count(close, "code")
    if not is_sendable(code) and code not in (NO_CODE, LOST):
        raise line.error(f"{code} is no close code ({NO_CODE}: a close without one, {LOST}: a lost connection)")
    return Event(at, wall, origin, close=Close(code, line.string(close, "reason")))


# Playing derives other variants and the v2 dialect from these fields, so they must be what they should be.


def _check_begin(line: _Line, begin: JsonObject) -> None:
    if "expires_at" in begin and line.count(begin, "expires_at") > _LATEST:
        raise line.error("`expires_at` must be Unix seconds")


def _check_speech_started(line: _Line, started: JsonObject) -> None:
    if "timestamp" in started:
        line.count(started, "timestamp")


def _check_turn(line: _Line, turn: JsonObject) -> None:
    line.count(turn, "turn_order")
    line.string(turn, "transcript")
    for name in ("end_of_turn", "turn_is_formatted"):
        if not isinstance(turn.get(name), bool):
            raise line.error(f"`{name}` of a Turn must be true or false")
    words = turn.get("words")
    if not isinstance(words, list):
        raise line.error("`words` of a Turn must be a list")
    for value in words:
        word = line.as_object(value, "a word")
        line.string(word, "text")
        if line.count(word, "start") > line.count(word, "end"):
            raise line.error(f"the word {word['text']!r} ends before it starts")
        if not isinstance(word.get("confidence", 0.0), (int, float)):
            raise line.error(f"`confidence` of the word {word['text']!r} must be a number")


_CHECKS: Mapping[str, Callable[[_Line, JsonObject], None]] = {
    "Begin": _check_begin,
    "SpeechStarted": _check_speech_started,
    "Turn": _check_turn,
}
