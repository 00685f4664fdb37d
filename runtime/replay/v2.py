"""The v2 dialect: the legacy service, so that a program can be run before its migration as well as after.

Close codes and their words are those of the vendor's old API reference.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runtime.jsontext import load_json
from runtime.recording import SAMPLE_WIDTH, JsonObject
from runtime.replay.records import Frame, SessionRecord
from runtime.replay.refusal import Refusal
from runtime.replay.script import Script, dump
from runtime.replay.session import Action, Limits, Session

__all__ = ["LegacyParameters", "V2Session", "parse_legacy_query"]

#: Sessions that send no audio for a minute were ended (4031).
IDLE_SECONDS = 60.0

#: Limits of a chunk, in milliseconds.
SHORTEST, LONGEST = 100.0, 2000.0
#: Telephone audio was taken as it comes from the line: the vendor's own Twilio example passed each 20 ms frame on.
SHORTEST_TELEPHONE = 20.0


@dataclass(frozen=True, slots=True)
class LegacyParameters:
    """What the session needs to know of its query."""

    sample_rate: int
    encoding: str = "pcm_s16le"
    partials: bool = True
    information: bool = False

    @property
    def bytes_per_millisecond(self) -> float:
        """How many bytes of audio last one millisecond."""
        return self.sample_rate * SAMPLE_WIDTH[self.encoding] / 1000


def parse_legacy_query(pairs: Sequence[tuple[str, str]]) -> LegacyParameters:
    """Check a v2 connection's query; raise Refusal with v2's code. Unknown parameters were ignored by v2."""
    values = dict(pairs)
    rate = values.get("sample_rate", "")
    if not (rate.isdecimal() and int(rate) > 0):
        raise Refusal(4000, "Sample rate must be a positive integer")
    encoding = values.get("encoding", "pcm_s16le")
    if encoding not in SAMPLE_WIDTH:
        raise Refusal(4101, "Endpoint received a message with an invalid schema")
    if "word_boost" in values:
        _check_word_boost(values["word_boost"])
    return LegacyParameters(
        sample_rate=int(rate),
        encoding=encoding,
        partials=values.get("disable_partial_transcripts", "false").lower() != "true",
        information=values.get("enable_extra_session_information", "false").lower() == "true",
    )


def _check_word_boost(text: str) -> None:
    refusal = Refusal(4104, "Could not parse word boost parameter")
    try:
        words = load_json(text)
    except ValueError:
        raise refusal from None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise refusal
    if sum(map(len, words)) > 2500:
        raise refusal


class V2Session(Session):
    """A session on ``/v2/realtime/ws``."""

    chunk_limits = (0.0, LONGEST)

    def __init__(
        self, script: Script, record: SessionRecord, limits: Limits, now: float, parameters: LegacyParameters
    ) -> None:
        super().__init__(script, record, limits, now)
        self.bytes_per_millisecond = parameters.bytes_per_millisecond
        self.information = parameters.information
        self.shortest = SHORTEST_TELEPHONE if parameters.encoding == "pcm_mulaw" else SHORTEST
        self.idle_seconds = IDLE_SECONDS
        self._short = False

    def greet(self) -> str:
        return dump(self.script.begin)

    def receive_text(self, text: str, now: float) -> list[Action]:
        try:
            message = load_json(text)
        except ValueError:
            self.note_text(text, None, now)
            raise Refusal(4100, "Endpoint received invalid JSON") from None
        if not isinstance(message, dict):
            self.note_text(text, None, now)
            raise _schema()
        if "audio_data" in message:
            return self._receive_encoded(message["audio_data"], len(text), now)
        self.note_text(text, message, now)
        return self._control(message, now)

    def _receive_encoded(self, encoded: object, size: int, now: float) -> list[Action]:
        if not isinstance(encoded, str):
            raise _schema()
        try:
            audio = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise _schema() from None
        self.record.note_frame(Frame(self._wall(now), "text", size, self.length(audio)))
        return self.receive_audio(audio, now)

    def receive_audio(self, data: bytes, now: float) -> list[Action]:
        # The last chunk of a file is what is left of it, and v2 took that. Which one is last shows when no other
        # follows.
        if self._short:
            raise Refusal(4032, "Audio duration is too short")
        self._short = self.length(data) < self.shortest
        return super().receive_audio(data, now)

    def _control(self, message: JsonObject, now: float) -> list[Action]:
        if message.get("terminate_session") is True:
            return self.terminate(now)
        if message.get("force_end_utterance") is True:
            return self._play(self.player.force_endpoint())
        threshold = message.get("end_utterance_silence_threshold")
        if isinstance(threshold, int) and 0 <= threshold <= 20_000:
            return []
        raise _schema()

    def farewell(self, now: float) -> Iterable[str]:
        if self.information:
            yield dump({"message_type": "SessionInformation", "audio_duration_seconds": round(self.position / 1000, 2)})
        yield dump({"message_type": "SessionTerminated"})

    def refusal_text(self, refusal: Refusal) -> None:
        return None

    def duration_refusal(self, milliseconds: float) -> Refusal:
        return Refusal(4033, "Audio duration is too long")

    def rate_refusal(self, received: float, elapsed: float) -> Refusal:
        return Refusal(4029, "Client sent audio too fast")

    def expiry_refusal(self) -> Refusal:
        return Refusal(4008, "Session Expired")

    def idle_refusal(self) -> Refusal:
        return Refusal(4031, "Session idle for too long")


def _schema() -> Refusal:
    return Refusal(4101, "Endpoint received a message with an invalid schema")
