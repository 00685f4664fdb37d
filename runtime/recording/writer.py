"""Writes a recording, so that people can read it and `reader` reads the same."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from runtime.jsontext import dump_json
from runtime.recording.session import FORMAT, VERSION, Event, Header, JsonObject, Recording


def write(recording: Recording, path: Path | str) -> None:
    """Write a recording as `read` reads it. The caller redacts (see `runtime.recording.redaction`)."""
    Path(path).write_text("".join(dump_lines(recording)), encoding="utf-8")


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
