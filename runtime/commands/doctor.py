"""The command `doctor`: what a program meets at the service today, by the addresses in its text, or by asking.

Only text is read: an address that is put together at run time is seen by `smoke` alone.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    import threading

    from runtime.client import Message
    from runtime.recording import Event
    from runtime.sources.audio import AudioFormat

__all__ = ["Address", "addresses", "answer", "configure", "run"]

_URL = re.compile(r"(?:wss?|https?)://[\w.-]*assemblyai\.com(?::\d+)?(?:/[^\s\"'`<>)\\]*)?", re.IGNORECASE)
_SUFFIXES = (".py", ".ipynb", ".md", ".toml", ".cfg", ".ini", ".yaml", ".yml", ".json", ".env", ".js", ".ts")
_PLACEHOLDER = re.compile(r"[{}%$]")
_SECONDS = 2.5
"""Of audio in a live session: the first turn of the bundled dictation, and the pause that ends it."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address of the vendor in a text; `line` counts from 1."""

    file: str
    line: int
    url: str


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.description = (
        "Say what the addresses of the vendor in files and folders answer today. With --live, and a key of your own, "
        "open one short session and print what came: which model an account gets, and how it reports turns."
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files and folders to look through")
    live = parser.add_argument_group("asking the service")
    live.add_argument(
        "--live", action="store_true", help=f"open one session of {_SECONDS:g} seconds; your account is billed for it"
    )
    live.add_argument("--key-env", metavar="NAME", help="take the key from this variable instead of asking for it")
    live.add_argument("--url", metavar="URL", help="another server, such as ws://127.0.0.1:8765")
    live.add_argument("--speech-model", metavar="NAME", help="a model; by default the service chooses, which is told")
    live.add_argument("--no-format", action="store_true", help="do not ask for formatted turns")


def run(arguments: argparse.Namespace) -> int:
    """Return 0; 1 if an address is of v2, or the session failed; 2 if nothing could be asked."""
    if not arguments.live and not arguments.paths:
        print("v3-migrate: error: name files or folders, or ask the service with --live", file=sys.stderr)
        return 2
    if missing := [path for path in arguments.paths if not path.exists()]:
        print(f"v3-migrate: error: there is no {missing[0]}", file=sys.stderr)
        return 2
    stale = False
    found = list(addresses(arguments.paths))
    for address in found:
        said, good = answer(address.url)
        stale |= not good
        print(f"{address.file}:{address.line}: {_without_query(address.url)}")
        for line in said:
            print(f"    {line}")
    if arguments.paths and not found:
        print("no address of the vendor is written out there; `v3-migrate smoke` sees where a program really connects")
    if not arguments.live:
        return int(stale)
    return max(int(stale), _live(arguments))


def addresses(paths: Iterable[Path]) -> Iterator[Address]:
    """Yield the vendor's addresses in files, and in the files of folders, in order."""
    for path in paths:
        files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if _is_text(file, path))
        for file in files:
            text = file.read_text(encoding="utf-8", errors="replace")
            for number, line in enumerate(text.splitlines(), start=1):
                for match in _URL.finditer(line):
                    yield Address(str(file), number, match[0].rstrip(".,;:"))


def _is_text(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") or part == "node_modules" for part in file.relative_to(folder).parts[:-1])
    return not hidden and file.suffix in _SUFFIXES and file.is_file()


def answer(url: str) -> tuple[list[str], bool]:
    """Return what the service answers at an address, line by line, and whether that is of use."""
    from runtime.hosts import DOMAIN, V2_HOSTS, V3_HOSTS, V3_REGIONS

    parts = urlsplit(url)
    host, path = (parts.hostname or "").lower(), parts.path.rstrip("/").lower()
    match path:
        case "/v2/realtime/ws":
            return ["v2, switched off: the handshake is answered with HTTP 410"], False
        case "/v2/realtime/token":
            return ["v2, switched off: answered with HTTP 404"], False
        case "/v3/ws" | "/v3/token" if host not in V3_HOSTS:
            return [f"v3 is not at {host}: it is at {', '.join(V3_HOSTS)}"], False
        case "/v3/token":
            return ["v3: GET, with expires_in_seconds from 1 to 600; a token opens sessions until it expires"], True
        case "/v3/ws":
            zone = next((name.upper() for name, zone_host in V3_REGIONS.items() if zone_host == host), None)
            where = f"in the {zone}" if zone else "in the nearest region"
            return [f"v3, {where}", *_judged(parts.query)], True
        case _ if host in V3_HOSTS:
            return ["a host of v3, whose sessions are at /v3/ws"], True
        case _ if host in V2_HOSTS or host.endswith(DOMAIN):
            return ["not of the streaming service"], True
        case _:
            return ["not a host of the vendor"], True


def _judged(query: str) -> Iterator[str]:
    """Yield what the service refuses, or passes over, in a query; placeholders are left out."""
    from runtime.replay.query import parse_query
    from runtime.replay.refusal import Refusal

    pairs = [pair for pair in parse_qsl(query, keep_blank_values=True) if not _PLACEHOLDER.search(pair[1])]
    if not pairs:
        return
    try:
        _, notes = parse_query(pairs)
    except Refusal as refusal:
        yield f"refused, close code {int(refusal.code)}: {refusal.reason}"
        return
    left_out = len(pairs) < len(parse_qsl(query, keep_blank_values=True))
    yield from (note for note in notes if not (left_out and "is not given" in note))


def _without_query(url: str) -> str:
    return url.partition("?")[0]


# Asking


class _Excerpt:
    """The beginning of the bundled dictation."""

    live = False

    def __init__(self) -> None:
        from runtime.recording import read
        from runtime.recording.bundled import default_recording
        from runtime.sources import FileSource

        path = read(default_recording()).audio_path()
        assert path is not None  # the bundled one has its audio
        self._source = FileSource(path)

    @property
    def audio(self) -> AudioFormat:
        """The format of the dictation."""
        return self._source.audio

    def chunks(self, stop: threading.Event) -> Generator[bytes, None, None]:
        """Yield the chunks of the first seconds."""
        sent = 0.0
        for chunk in self._source.chunks(stop):
            yield chunk
            sent += self.audio.duration(len(chunk))
            if sent >= _SECONDS * 1000:
                return


def _live(arguments: argparse.Namespace) -> int:
    from runtime.client import Listener, StreamingClient, StreamingError, StreamingOptions
    from runtime.client.options import DEFAULT_URL

    key = _key(arguments.key_env)
    if not key:
        print(
            "v3-migrate: error: --live needs a key: type it when asked, or name its variable with --key-env",
            file=sys.stderr,
        )
        return 2
    heard: list[Message] = []

    class Everything(Listener):
        def on_message(self, message: Message) -> None:
            heard.append(message)
            print(f"  {_described(message)}")

    options = StreamingOptions(
        api_key=key,
        url=arguments.url or DEFAULT_URL,
        speech_model=arguments.speech_model,
        format_turns=not arguments.no_format,
    )
    print(f"one session with {options.url}, {_SECONDS:g} s of audio:")
    try:
        StreamingClient(_Excerpt(), Everything(), options).run()
    except StreamingError as error:
        print(f"the session failed: {type(error).__name__}: {error}")
        return 1
    for line in _settled(heard):
        print(line)
    return 0


def _key(variable: str | None) -> str:
    if variable is not None:
        return os.environ.get(variable, "").strip()
    if not sys.stdin.isatty():
        return ""
    from getpass import getpass

    return getpass("API key (it is sent to the service only): ").strip()


def _described(message: Message) -> str:
    from runtime.client import Turn
    from runtime.client.messages import dump

    match message:
        case Turn():
            formatted = "formatted" if message.turn_is_formatted else "raw"
            kind = "end of turn" if message.end_of_turn else "partial"
            return f"Turn {message.turn_order}: {formatted} {kind}, {len(message.words)} words: {message.transcript!r}"
        case _:
            return dump(message)


def _settled(heard: Iterable[Message]) -> Iterator[str]:
    """Yield what a session tells that no page does: the model, the variant, the end after `Terminate`."""
    from runtime.client import Begin, Turn
    from runtime.replay.turns import variant_of

    messages = list(heard)
    for message in messages:
        if isinstance(message, Begin) and message.configuration is not None:
            yield f"the model is {message.configuration.model}"
    turns = [message for message in messages if isinstance(message, Turn)]
    if any(turn.end_of_turn and turn.words for turn in turns):
        yield f"turns are reported as {variant_of(_events(messages)).value} (see `v3-migrate replay --help`)"
    empty = [turn for turn in turns if turn.end_of_turn and not turn.words]
    kinds = ", ".join("formatted" if turn.turn_is_formatted else "raw" for turn in empty)
    yield f"ends of turn without a word: {kinds or 'none'}"


def _events(messages: Iterable[Message]) -> list[Event]:
    import json

    from runtime.client.messages import dump
    from runtime.recording import Event

    return [Event(0, 0, "server", message=json.loads(dump(message))) for message in messages]
