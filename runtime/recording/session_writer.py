"""Takes down one session as it passes by, and makes a recording of it."""

from __future__ import annotations

import hashlib
import json
import wave
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO

from runtime.jsontext import load_json
from runtime.recording import SAMPLE_WIDTH, Audio, Close, Event, Header, Sender
from runtime.recording.redaction import Redactor
from runtime.recording.writer import dump_event, dump_header

__all__ = ["RAW_SUFFIX", "WAV_SUFFIX", "Tape"]

#: What the audio beside a recording is called.
WAV_SUFFIX, RAW_SUFFIX = ".wav", ".raw"


class Tape:
    """The frames of one session with their places on both clocks. `clock` gives seconds.

    What passes is kept in files without a name, which end with this process: a session may last three hours, and its
    other side may send without end.
    """

    def __init__(self, query: Mapping[str, str], redactor: Redactor, clock: Callable[[], float], recorded: str) -> None:
        self._query, self._redactor, self._clock = query, redactor, clock
        self._recorded = recorded
        self._started = clock()
        self._events, self._audio = TemporaryFile(), TemporaryFile()  # noqa: SIM115 - closed by save()
        self._heard, self._digest = 0, hashlib.sha256()
        self._closed = False
        self._failure: OSError | None = None
        encoding, rate = query.get("encoding", "pcm_s16le"), query.get("sample_rate", "16000")
        self.encoding, self.rate = encoding, int(rate) if rate.isdecimal() else 16000
        # Compressed audio has no length in time without a decoder; then only the wall clock is there to go by.
        self._width = SAMPLE_WIDTH.get(encoding)

    @property
    def position(self) -> int:
        """Milliseconds of audio so far."""
        if self._width is None:
            return self._wall()
        return self._heard * 1000 // (self.rate * self._width)

    def hear(self, audio: bytes) -> None:
        """Note audio of the client."""
        self._heard += len(audio)
        self._digest.update(audio)
        self._keep(self._audio, audio)

    def say(self, sender: Sender, text: str) -> None:
        """Note a text frame."""
        event = Event(self.position, self._wall(), sender)
        try:
            message = load_json(text)
        except ValueError:
            message = None
        self._note(replace(event, message=message) if isinstance(message, dict) else replace(event, text=text))

    def close(self, sender: Sender, code: int, reason: str) -> None:
        """Note the end of the socket; only the first counts, for the other side's is the answer to it."""
        if not self._closed:
            self._note(Event(self.position, self._wall(), sender, close=Close(code, reason)))
        self._closed = True

    def save(self, path: Path, origin: str, *, with_audio: bool = True) -> None:
        """Write the recording and, beside it, its audio: WAV, or raw samples where WAV cannot say the encoding.

        Secrets are taken out only now, since one may stand in a message before it is known to be one.

        Raises:
            OSError: it cannot be written, or something could not be kept when it came.
        """
        with self._events, self._audio:
            if self._failure is not None:
                raise self._failure
            redactor = self._redactor
            redactor.learn(self._query)
            for event in self._noted():
                redactor.learn(event.message or event.text)
            audio = Audio(self._digest.hexdigest(), self.position)
            if with_audio and self._heard:
                audio = replace(audio, file=self._save_audio(path))
            header = Header(redactor.pairs(self._query), audio, origin, recorded=self._recorded)
            with path.open("w", encoding="utf-8") as file:
                file.write(dump_header(header))
                file.writelines(dump_event(redactor.event(event)) for event in self._noted())

    def _note(self, event: Event) -> None:
        self._keep(self._events, dump_event(event).encode())

    def _keep(self, file: IO[bytes], data: bytes) -> None:
        try:
            file.write(data)
        except OSError as error:  # the session goes on all the same
            self._failure = error

    def _noted(self) -> Iterator[Event]:
        self._events.seek(0)
        for line in self._events:
            fields = json.loads(line)
            close = fields.get("close")
            yield Event(
                fields["at"],
                fields["wall"],
                fields["from"],
                fields.get("message"),
                fields.get("text"),
                Close(**close) if close else None,
            )

    def _save_audio(self, path: Path) -> str:
        self._audio.seek(0)
        if self.encoding != "pcm_s16le":
            raw = path.with_suffix(RAW_SUFFIX)
            with raw.open("wb") as copy:
                copyfileobj(self._audio, copy)
            return raw.name
        sound = path.with_suffix(WAV_SUFFIX)
        with wave.open(str(sound), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.rate)
            while piece := self._audio.read(1 << 16):
                file.writeframesraw(piece)
        return sound.name

    def _wall(self) -> int:
        return round((self._clock() - self._started) * 1000)
