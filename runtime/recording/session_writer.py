"""Takes down one session as it passes by, and makes a recording of it."""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from runtime.jsontext import load_json
from runtime.recording import SAMPLE_WIDTH, Audio, Close, Event, Header, Recording, Sender, write
from runtime.recording.redaction import Redactor

__all__ = ["RAW_SUFFIX", "WAV_SUFFIX", "Tape"]

#: What the audio beside a recording is called.
WAV_SUFFIX, RAW_SUFFIX = ".wav", ".raw"


class Tape:
    """The frames of one session with their places on both clocks. `clock` gives seconds."""

    def __init__(self, query: Mapping[str, str], redactor: Redactor, clock: Callable[[], float], recorded: str) -> None:
        self._query, self._redactor, self._clock = query, redactor, clock
        self._recorded = recorded
        self._started = clock()
        self._events: list[Event] = []
        self.audio = bytearray()
        encoding, rate = query.get("encoding", "pcm_s16le"), query.get("sample_rate", "16000")
        self.encoding, self.rate = encoding, int(rate) if rate.isdecimal() else 16000
        # Compressed audio has no length in time without a decoder; then only the wall clock is there to go by.
        self._width = SAMPLE_WIDTH.get(encoding)

    @property
    def position(self) -> int:
        """Milliseconds of audio so far."""
        if self._width is None:
            return self._wall()
        return len(self.audio) * 1000 // (self.rate * self._width)

    def hear(self, audio: bytes) -> None:
        """Note audio of the client."""
        self.audio += audio

    def say(self, sender: Sender, text: str) -> None:
        """Note a text frame."""
        event = Event(self.position, self._wall(), sender)
        try:
            message = load_json(text)
        except ValueError:
            message = None
        if isinstance(message, dict):
            self._events.append(replace(event, message=message))
        else:
            self._events.append(replace(event, text=text))

    def close(self, sender: Sender, code: int, reason: str) -> None:
        """Note the end of the socket; only the first counts, for the other side's is the answer to it."""
        if any(event.close is not None for event in self._events):
            return
        self._events.append(Event(self.position, self._wall(), sender, close=Close(code, reason)))

    def save(self, path: Path, origin: str, *, with_audio: bool = True) -> None:
        """Write the recording and, beside it, its audio: WAV, or raw samples where WAV cannot say the encoding.

        Secrets are taken out only now, since one may stand in a message before it is known to be one.
        """
        redactor = self._redactor
        redactor.learn(self._query)
        for event in self._events:
            redactor.learn(event.message or event.text)
        samples = bytes(self.audio)
        audio = Audio(hashlib.sha256(samples).hexdigest(), self.position)
        if with_audio and samples:
            audio = replace(audio, file=self._save_audio(path, samples))
        header = Header(redactor.pairs(self._query), audio, origin, recorded=self._recorded)
        write(Recording(header, tuple(map(redactor.event, self._events))), path)

    def _save_audio(self, path: Path, samples: bytes) -> str:
        if self.encoding != "pcm_s16le":
            raw = path.with_suffix(RAW_SUFFIX)
            raw.write_bytes(samples)
            return raw.name
        sound = path.with_suffix(WAV_SUFFIX)
        with wave.open(str(sound), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.rate)
            file.writeframes(samples)
        return sound.name

    def _wall(self) -> int:
        return round((self._clock() - self._started) * 1000)
