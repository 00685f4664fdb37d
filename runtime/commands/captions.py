"""Live captions: what `v3-migrate listen` shows, in a terminal, as plain text, or as JSON Lines."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import asdict

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from runtime.client import Begin, Listener, Statistics, StreamingClient, StreamingError, StreamingOptions, Turn
from runtime.client.messages import Json
from runtime.commands.saving import Several
from runtime.sources import Source, SourceError

_REDRAWS_A_SECOND = 12
_METER_CELLS = 16
_QUIETEST_DB = -48.0
_PARTIAL_LINES = 4
INTERRUPTED = 130
"""The exit code of a program that Ctrl+C has ended, by the custom of shells."""


class Metered:
    """A source whose chunks' loudness is told on the way."""

    def __init__(self, source: Source, tell: Callable[[float], None]) -> None:
        self.audio = source.audio
        self.live = source.live
        self._source = source
        self._tell = tell

    def chunks(self, stop: threading.Event) -> Generator[bytes, None, None]:
        """Yield the source's chunks."""
        with closing(self._source.chunks(stop)) as chunks:
            for chunk in chunks:
                self._tell(self.audio.peak(chunk))
                yield chunk


class JsonLines(Listener):
    """One JSON object a line on standard output, written at once."""

    def on_begin(self, begin: Begin) -> None:
        """Write `begin`."""
        self._write("begin", {"id": begin.id, "expires_at": begin.expires_at})

    def on_partial(self, turn: Turn) -> None:
        """Write `partial`."""
        self._write("partial", _caption(turn))

    def on_final(self, turn: Turn) -> None:
        """Write `final`, with its words."""
        words: list[Json] = [
            {"text": word.text, "start": word.start, "end": word.end, "confidence": word.confidence}
            for word in turn.words
        ]
        self._write("final", {**_caption(turn), "words": words})

    def on_reconnect(self, error: StreamingError, delay: float) -> None:
        """Write `reconnect`; `delay` is in seconds."""
        self._write("reconnect", {**_trouble(error), "delay": round(delay, 3)})

    def end(self, statistics: Statistics, error: BaseException | None) -> None:
        """Write `error`, should there be one, and `end`."""
        if error is not None:
            self._write("error", _trouble(error))
        self._write("end", {name: round(value, 3) for name, value in asdict(statistics).items()})

    def _write(self, event: str, fields: dict[str, Json]) -> None:
        print(json.dumps({"event": event, **fields}, ensure_ascii=False), flush=True)


class PlainText(Listener):
    """Finals only, one a line: what a pipe or a file wants."""

    def on_final(self, turn: Turn) -> None:
        """Write the turn."""
        print(_printable(turn.text), flush=True)


class Captions(Listener):
    """Finals scroll; under them the turn that still grows, and a line of state with a level meter."""

    def __init__(self, console: Console, where: str) -> None:
        self._console = console
        self._where = where
        self._partial = ""
        self._state = "connecting"
        self._peak = 0.0
        self._client: StreamingClient | None = None

    def watch(self, client: StreamingClient) -> None:
        """Take the numbers that are shown from `client`."""
        self._client = client

    def level(self, peak: float) -> None:
        """Show a chunk's loudest sample, 0 to 1; it fades, so that a short sound can be seen."""
        self._peak = max(peak, self._peak * 0.8)

    def on_begin(self, begin: Begin) -> None:
        """Show that someone listens."""
        self._state = "listening"

    def on_partial(self, turn: Turn) -> None:
        """Replace the growing turn."""
        self._partial = _printable(turn.text)

    def on_final(self, turn: Turn) -> None:
        """Let the turn scroll, with the time of its first word."""
        self._partial = ""
        line = Text()
        if turn.words:
            line.append(f"{_clock(turn.words[0].start)}  ", "dim")
        line.append(_printable(turn.text))
        self._console.print(line)

    def on_reconnect(self, error: StreamingError, delay: float) -> None:
        """Show that the connection is gone for `delay` seconds; nothing that is said meanwhile is lost."""
        self._state = "reconnecting"
        self._console.print(Text(f"{_printable(str(error))}; trying again", "yellow"))

    def render(self) -> Group:
        """Return what stands under the finals."""
        partial = Text(self._partial, "italic dim")
        lines = partial.wrap(self._console, max(self._console.width, 1))
        return Group(*lines[-_PARTIAL_LINES:], self._status())

    def _status(self) -> Text:
        state, sent = self._state, 0.0
        if self._client is not None:
            sent = self._client.statistics.audio_sent_ms
            state = "finishing" if self._client.stopping else state
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append("● " if state == "listening" else "○ ", "red" if state == "listening" else "yellow")
        line.append(_clock(sent), "bold")
        line.append("  ").append_text(_meter(self._peak))
        line.append(f"  {state}", "" if state == "listening" else "yellow")
        end = "Ctrl+C leaves at once" if state == "finishing" else "Ctrl+C ends"
        return line.append(f"  {self._where}  {end}", "dim")


def listen(source: Source, options: StreamingOptions, as_json: bool, also: Sequence[Listener] = ()) -> int:
    """Show captions of `source` until it ends or Ctrl+C is pressed, and return the exit code.

    `also` are told of everything as well. The form is chosen by where standard output goes: captions for a terminal,
    finals for a pipe, or JSON Lines.

    Returns:
        0; 1 if the session failed; 130 after a second Ctrl+C, when the end was not waited for.
    """
    console, errors = Console(highlight=False), Console(stderr=True, highlight=False)
    if as_json:
        lines = JsonLines()
        client = StreamingClient(source, Several([lines, *also]), options)
        error = _run(client)
        lines.end(client.statistics, error)
    elif console.is_terminal:
        captions = Captions(console, _host(options.url))
        client = StreamingClient(Metered(source, captions.level), Several([captions, *also]), options)
        captions.watch(client)
        with Live(
            console=console, refresh_per_second=_REDRAWS_A_SECOND, transient=True, get_renderable=captions.render
        ):
            error = _run(client)
    else:
        client = StreamingClient(source, Several([PlainText(), *also]), options)
        error = _run(client)
    if not as_json and client.statistics.sessions:
        errors.print(_summary(client.statistics))
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if error is not None:
        errors.print(Text(f"v3-migrate: error: {_printable(str(error))}", "red"), soft_wrap=True)
        return 1
    return 0


def _run(client: StreamingClient) -> StreamingError | SourceError | KeyboardInterrupt | None:
    try:
        client.run()
    except (StreamingError, SourceError, KeyboardInterrupt) as error:
        return error
    return None


def _summary(statistics: Statistics) -> Text:
    sent = statistics.audio_sent_ms / 1000
    parts = [f"{sent:.1f} s of audio", f"{statistics.finals} finals", f"{statistics.partials} partials"]
    if statistics.session_duration_seconds:
        parts.append(f"session of {statistics.session_duration_seconds:g} s")
    if statistics.sessions > 1:
        parts.append(f"{statistics.sessions} connections")
    if statistics.malformed:
        parts.append(f"{statistics.malformed} unreadable messages")
    if statistics.audio_dropped_ms:
        parts.append(f"{statistics.audio_dropped_ms / 1000:.1f} s of audio not sent")
    return Text(", ".join(parts), "dim")


def _caption(turn: Turn) -> dict[str, Json]:
    start, end = (turn.words[0].start, turn.words[-1].end) if turn.words else (None, None)
    return {"turn": turn.turn_order, "start": start, "end": end, "text": turn.text}


def _trouble(error: BaseException) -> dict[str, Json]:
    code = error.code if isinstance(error, StreamingError) else None
    return {"type": type(error).__name__, "message": str(error), "code": code}


def _meter(peak: float) -> Text:
    decibel = 20 * math.log10(peak) if peak > 0 else _QUIETEST_DB
    lit = round(_METER_CELLS * min(max(1 - decibel / _QUIETEST_DB, 0), 1))
    hot = "green" if decibel < -12 else "yellow" if decibel < -3 else "red"
    return Text().append("█" * lit, hot).append("░" * (_METER_CELLS - lit), "dim")


def _clock(milliseconds: float) -> str:
    minutes, seconds = divmod(int(milliseconds / 1000), 60)
    return f"{minutes:02d}:{seconds:02d}"


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _printable(text: str) -> str:
    """Return `text` without anything that could steer a terminal: it comes from another machine."""
    return "".join(character if character.isprintable() else " " for character in text)
