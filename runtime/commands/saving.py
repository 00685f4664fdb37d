"""What `listen --save` writes: text, subtitles or JSON, by the name of the file, a final at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from runtime.client import Begin, Listener, Message, StreamingError, Termination, Turn

__all__ = ["FORMATS", "Several", "Transcript"]


class Several(Listener):
    """Tells several listeners of one session, in order."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._listeners = listeners

    def on_begin(self, begin: Begin) -> None:
        """Tell all."""
        for listener in self._listeners:
            listener.on_begin(begin)

    def on_partial(self, turn: Turn) -> None:
        """Tell all."""
        for listener in self._listeners:
            listener.on_partial(turn)

    def on_final(self, turn: Turn) -> None:
        """Tell all."""
        for listener in self._listeners:
            listener.on_final(turn)

    def on_termination(self, termination: Termination) -> None:
        """Tell all."""
        for listener in self._listeners:
            listener.on_termination(termination)

    def on_reconnect(self, error: StreamingError, delay: float) -> None:
        """Tell all; `delay` is in seconds."""
        for listener in self._listeners:
            listener.on_reconnect(error, delay)

    def on_message(self, message: Message) -> None:
        """Tell all."""
        for listener in self._listeners:
            listener.on_message(message)


class Transcript(Listener):
    """A file that grows with every final, so that what was said is kept whatever ends the program.

    Args:
        path: the file; its suffix says the form (see `FORMATS`). One that is there is not replaced.

    Raises:
        ValueError: a suffix nobody knows.
        OSError: the file is there, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._cue = FORMATS[path.suffix.lower()]
        except KeyError:
            raise ValueError(f"--save takes a file in {', '.join(FORMATS)}, not {path}") from None
        self._file: IO[str] = path.open("x", encoding="utf-8", newline="\n")
        self._count, self._end = 0, 0
        begin, self._closed = _FRAMES.get(path.suffix.lower(), ("", ""))
        self._file.write(begin)
        self._finish()

    def on_final(self, turn: Turn) -> None:
        """Write the turn."""
        start = turn.words[0].start if turn.words else self._end
        # Two cues at once would stand upon each other.
        start, self._end = max(start, self._end), max(turn.words[-1].end if turn.words else start, start + 1)
        self._count += 1
        self._file.seek(self._grown)
        self._file.write(self._cue(self._count, start, self._end, turn))
        self._finish()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _finish(self) -> None:
        """Write what the form ends with, for the file can be read at any time, and remember where it stands."""
        self._grown = self._file.tell()
        self._file.write(self._closed)
        self._file.flush()


def _line(text: str) -> str:
    """Return text on one line, without what a subtitle would take for its frame."""
    return " ".join(text.split()).replace("-->", "->")


def _text(number: int, start: int, end: int, turn: Turn) -> str:
    return f"{_line(turn.text)}\n"


def _srt(number: int, start: int, end: int, turn: Turn) -> str:
    return f"{number}\n{_time(start, ',')} --> {_time(end, ',')}\n{_line(turn.text)}\n\n"


def _vtt(number: int, start: int, end: int, turn: Turn) -> str:
    escaped = _line(turn.text).replace("&", "&amp;").replace("<", "&lt;")
    return f"\n{_time(start, '.')} --> {_time(end, '.')}\n{escaped}\n"


def _json_line(number: int, start: int, end: int, turn: Turn) -> str:
    words = [
        {"text": word.text, "start": word.start, "end": word.end, "confidence": word.confidence} for word in turn.words
    ]
    return json.dumps({"start": start, "end": end, "text": turn.text, "words": words}, ensure_ascii=False) + "\n"


def _json(number: int, start: int, end: int, turn: Turn) -> str:
    return f"{',' if number > 1 else ''}{_json_line(number, start, end, turn)}"


def _time(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{rest:03d}"


#: What stands before the first final and after the last.
_FRAMES = {".vtt": ("WEBVTT\n", ""), ".json": ("[\n", "]\n")}

FORMATS: dict[str, Callable[[int, int, int, Turn], str]] = {
    ".txt": _text,
    ".srt": _srt,
    ".vtt": _vtt,
    ".json": _json,
    ".jsonl": _json_line,
}
