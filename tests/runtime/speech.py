"""Audio that is its own transcript, and a server that hears it: what a session lost or sent twice shows at once.

A word is 200 ms of one sample value, its number; 100 ms of silence part words, 500 ms part turns. The server
recognises a word only if it hears all of it, and all of it once.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path

from websockets.sync.server import ServerConnection, serve

from runtime.client.messages import Begin, Termination, Turn, Word, dump
from runtime.sources.audio import AudioFormat, chunked

AUDIO = AudioFormat(8000)
_SILENCE_MS = 300
"""What ends a turn."""


def spoken(turns: list[list[int]]) -> bytes:
    """Return the audio of `turns`, each a list of word numbers from 1."""
    samples: list[int] = []
    for turn in turns:
        for word in turn:
            samples += [word] * 1600 + [0] * 800
        samples += [0] * 4000
    return struct.pack(f"<{len(samples)}h", *samples)


def text(turn: list[int]) -> str:
    """Return the formatted final that the server sends for `turn`."""
    return " ".join(f"w{word}" for word in turn).capitalize() + "."


class Spoken:
    """A source of `data` that knows whether it is open."""

    def __init__(self, data: bytes, live: bool = False, milliseconds: float = 50) -> None:
        self.audio = AUDIO
        self.live = live
        self.opened = 0
        self.is_open = False
        self._data = data
        self._milliseconds = milliseconds

    def chunks(self, stop: threading.Event) -> Generator[bytes, None, None]:
        self.opened += 1
        self.is_open = True
        try:
            for chunk in chunked([self._data], self.audio, self._milliseconds):
                if stop.is_set():
                    return
                yield chunk
        finally:
            self.is_open = False


class Ear:
    """Turns the audio of one session into v3 messages of a variant: F1, F1', F2."""

    def __init__(self, variant: str) -> None:
        self._variant = variant
        self._samples: list[int] = []
        self._turn_start = 0
        self._order = 0
        self._told = 0

    def hear(self, chunk: bytes) -> Iterator[Turn]:
        step = AUDIO.size(50)
        for start in range(0, len(chunk), step):
            yield from self._hear(chunk[start : start + step])

    def _hear(self, chunk: bytes) -> Iterator[Turn]:
        self._samples += struct.unpack(f"<{len(chunk) // 2}h", chunk)
        words, silence = self._words()
        if words and silence * 1000 / AUDIO.sample_rate >= _SILENCE_MS:
            yield from self.end()
        elif len(words) > self._told:
            self._told = len(words)
            yield self._turn(words, formatted=self._variant == "F2", end=False)

    def end(self) -> Iterator[Turn]:
        words, _ = self._words()
        if words:
            if self._variant in ("F1", "F1'"):
                yield self._turn(words, formatted=False, end=True)
            if self._variant != "F1'":
                yield self._turn(words, formatted=True, end=True)
            self._order += 1
        self._turn_start += len(self._samples)
        self._samples.clear()
        self._told = 0

    def _words(self) -> tuple[list[Word], int]:
        words: list[Word] = []
        position = silence = 0
        for value, run in groupby(self._samples):
            length = len(list(run))
            silence = length if value == 0 else 0
            if value and length == 1600:
                start = (self._turn_start + position) // 8
                words.append(Word(f"w{value}", start, start + 200, 1.0, True))
            position += length
        return words, silence

    def _turn(self, words: list[Word], formatted: bool, end: bool) -> Turn:
        transcript = " ".join(word.text for word in words)
        if formatted:
            transcript = transcript.capitalize() + "."
        return Turn(self._order, transcript, end, formatted, 1.0, words)


Fault = Callable[[ServerConnection, int, float], None]
"""Called after each chunk with the connection, the session's number from 0, and the ms of audio it has had."""


class SpeechServer:
    """Listens on loopback; remembers what each session was sent."""

    def __init__(self, variant: str, fault: Fault | None) -> None:
        self.port = 0
        self.audio: list[bytes] = []
        self.paths: list[str] = []
        self.controls: list[str] = []
        self.chunk_sizes: set[int] = set()
        self._variant = variant
        self._fault = fault

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def session(self, connection: ServerConnection) -> None:
        with suppress(Exception):
            self._session(connection)

    def _session(self, connection: ServerConnection) -> None:
        number = len(self.audio)
        self.audio.append(b"")
        self.paths.append(connection.request.path if connection.request else "")
        ear = Ear(self._variant)
        connection.send(dump(Begin(f"session-{number}", 0)))
        for frame in connection:
            if isinstance(frame, str):
                self.controls.append(frame)
                break
            self.audio[number] += frame
            self.chunk_sizes.add(len(frame))
            for turn in ear.hear(frame):
                connection.send(dump(turn))
            if self._fault:
                self._fault(connection, number, AUDIO.duration(len(self.audio[number])))
        for turn in ear.end():
            connection.send(dump(turn))
        connection.send(dump(Termination(AUDIO.duration(len(self.audio[number])) / 1000, 1)))


@contextmanager
def speech_server(variant: str = "F1", fault: Fault | None = None) -> Iterator[SpeechServer]:
    speech = SpeechServer(variant, fault)
    with serve(speech.session, "127.0.0.1", 0, close_timeout=1) as server:
        speech.port = server.socket.getsockname()[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield speech
        finally:
            server.shutdown()
            thread.join()


def reset(connection: ServerConnection) -> None:
    """End the TCP connection without a word."""
    linger = struct.pack("ii", 1, 0)
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.socket.shutdown(socket.SHUT_RDWR)
    connection.socket.close()


def sockets_to(port: int) -> int:
    """Return how many sockets of this process are connected to `port` of this machine."""
    count = 0
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if not str(entry.readlink()).startswith("socket:"):
                continue
            with socket.socket(fileno=os.dup(int(entry.name))) as copy:
                if copy.family in (socket.AF_INET, socket.AF_INET6):
                    count += copy.getpeername()[1] == port
    return count


def client_threads() -> list[str]:
    """Return the names of the client's threads that are alive."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("v3-")]
