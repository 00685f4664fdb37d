"""The v2 dialect: the legacy service, so that a program can be run before its migration as well as after.

Its words go over the wire twice: as `{"error": ...}` without a type, then as the reason of the close frame.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runtime.close_codes import V2_CLOSE_CODES
from runtime.jsontext import load_json
from runtime.recording import SAMPLE_WIDTH, JsonObject
from runtime.replay.records import Frame, SessionRecord
from runtime.replay.refusal import Refusal
from runtime.replay.script import Script, dump
from runtime.replay.session import Action, End, Limits, Say, Session

__all__ = ["LegacyParameters", "V2Session", "parse_legacy_query", "v2_refusal"]

#: Sessions that send no audio for a minute were ended (4031).
IDLE_SECONDS = 60.0

#: Limits of a chunk, in milliseconds.
SHORTEST, LONGEST = 100.0, 2000.0
#: Telephone audio was taken as it comes from the line: the vendor's own Twilio example passed each 20 ms frame on.
SHORTEST_TELEPHONE = 20.0


def v2_refusal(code: int) -> Refusal:
    """Return the refusal with one of v2's codes."""
    return Refusal(code, V2_CLOSE_CODES[code])


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
        raise v2_refusal(4000)
    encoding = values.get("encoding", "pcm_s16le")
    if encoding not in SAMPLE_WIDTH:
        raise v2_refusal(4101)
    if "word_boost" in values:
        _check_word_boost(values["word_boost"])
    return LegacyParameters(
        sample_rate=int(rate),
        encoding=encoding,
        partials=values.get("disable_partial_transcripts", "false").lower() != "true",
        information=values.get("enable_extra_session_information", "false").lower() == "true",
    )


def _check_word_boost(text: str) -> None:
    refusal = v2_refusal(4104)
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

    def __init__(
        self, script: Script, record: SessionRecord, limits: Limits, now: float, parameters: LegacyParameters
    ) -> None:
        super().__init__(script, record, limits, now, parameters.bytes_per_millisecond)
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
            raise v2_refusal(4100) from None
        if not isinstance(message, dict):
            self.note_text(text, None, now)
            raise v2_refusal(4101)
        if "audio_data" in message:
            return self._receive_encoded(message["audio_data"], len(text), now)
        self.note_text(text, message, now)
        return self._control(message, now)

    def _receive_encoded(self, encoded: object, size: int, now: float) -> list[Action]:
        if not isinstance(encoded, str):
            raise v2_refusal(4101)
        try:
            audio = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise v2_refusal(4101) from None
        self.record.note_frame(Frame(self._wall(now), "text", size, self.length(audio, now)))
        return self.receive_audio(audio, now)

    def check_length(self, milliseconds: float) -> None:
        # The last chunk of a file is what is left of it, and v2 took that. Which one is last shows when no other
        # follows.
        if self._short:
            raise v2_refusal(4032)
        if milliseconds > LONGEST:
            raise v2_refusal(4033)
        self._short = milliseconds < self.shortest

    def _control(self, message: JsonObject, now: float) -> list[Action]:
        if message.get("terminate_session") is True:
            return self.terminate(now)
        if message.get("force_end_utterance") is True:
            return self._play(self.player.force_endpoint())
        threshold = message.get("end_utterance_silence_threshold")
        if isinstance(threshold, int) and 0 <= threshold <= 20_000:
            return []
        raise v2_refusal(4101)

    def farewell(self, now: float) -> Iterable[str]:
        if self.information:
            yield dump({"message_type": "SessionInformation", "audio_duration_seconds": round(self.position / 1000, 2)})
        yield dump({"message_type": "SessionTerminated"})

    def error_end(self, refusal: Refusal) -> list[Action]:
        return [Say(dump({"error": refusal.reason})), End(refusal.code, refusal.reason)]

    def rate_refusal(self, received: float, elapsed: float) -> Refusal:
        return v2_refusal(4029)

    def expiry_refusal(self) -> Refusal:
        return v2_refusal(4008)

    def idle_refusal(self, seconds: float) -> Refusal:
        return v2_refusal(4031)
