"""Reads a recording, strictly: every departure from the format is an error that names file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from runtime.jsontext import load_json
from runtime.recording.session import (
    FORMAT,
    LOST,
    NO_CODE,
    VERSION,
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

#: The end of the year 9999 in Unix seconds: dates end there.
_LATEST = 253_402_300_799


def read(path: Path | str) -> Recording:
    """Read a recording; every departure from the format is a RecordingError that names the line."""
    path = Path(path)
    return Recording(header(path), tuple(events(path)), path)


def header(path: Path) -> Header:
    """Read the first line of a recording.

    Raises:
        RecordingError: it is none.
    """
    for line in _lines(path):
        return _header(line)
    raise RecordingError(path, None, "empty file; the first line of a recording is its header")


def events(path: Path) -> Iterator[Event]:
    """Read what happened in a recording, one event at a time, however many there are.

    Raises:
        RecordingError: a line departs from the format.
    """
    last: Event | None = None
    for line in islice(_lines(path), 1, None):
        event = _event(line)
        if last and (event.at < last.at or event.wall < last.wall):
            raise line.error("an event cannot happen before the one above it (`at` and `wall` only grow)")
        if last and last.close and last.sender == event.sender:
            raise line.error(f"the {event.sender} sends nothing after its close")
        yield event
        last = event


def _lines(path: Path) -> Iterator[_Line]:
    try:
        # A line ends with this one character: JSON leaves others, such as U+0085 and U+2028, unescaped inside a text.
        with path.open(encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file, 1):
                yield _Line(path, number, line.removesuffix("\n"))
    except OSError as error:
        raise RecordingError(path, None, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise RecordingError(path, None, f"not UTF-8: {error}") from error


class _Line:
    """One line being read: typed access to its fields, and errors that say where."""

    def __init__(self, path: Path, number: int, text: str) -> None:
        self.path, self.number = path, number
        try:
            value = load_json(text)
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
