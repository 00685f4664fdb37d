"""The v3 dialect: what Streaming v3 takes, refuses and says.

Sources, read 2026-11-29: https://www.assemblyai.com/docs/streaming/common-session-errors-and-closures for codes and
words; https://www.assemblyai.com/docs/streaming/message-sequence for the order of messages. Where other people's
measurements of the service (September 2026) say more than these pages, the place says so.
"""

from __future__ import annotations

from collections.abc import Iterable

from runtime.close_codes import ERROR_REASON, NORMAL_REASON, V3Close
from runtime.jsontext import load_json
from runtime.recording import JsonObject
from runtime.replay.query import Parameters, check_setting
from runtime.replay.records import SessionRecord
from runtime.replay.refusal import Refusal
from runtime.replay.script import Script, dump
from runtime.replay.session import Action, End, Limits, Say, Session

__all__ = ["MAX_MESSAGE", "V3Session", "error_text"]

#: Bytes; a longer message is answered with 1009.
MAX_MESSAGE = 128 * 1024

#: Milliseconds of a chunk.
SHORTEST, LONGEST = 50.0, 1000.0

#: A stream of 20 ms frames was ended after about a second. A single short one, at a flush or at the end, is sent by
#: several clients in production (measured by others).
SHORT_RUN, SHORT_CHUNKS = 1000.0, 50

#: Seconds between two messages of type Heartbeat.
HEARTBEAT = 5.0

#: How much of a refused message the error repeats.
QUOTED = 60

#: The version a client names in `AssemblyAI-Version`, as the vendor's SDK 1.8.2 does; what a client without gets.
API_VERSION = "2025-05-12"


def error_text(refusal: Refusal) -> str:
    """Return the Error message that goes before the close."""
    return dump({"type": "Error", "error_code": int(refusal.code), "error": refusal.reason})


class V3Session(Session):
    """A session on ``/v3/ws``.

    Args:
        today: Unix seconds at which it was opened.
        api_version: what the client named.
    """

    goodbye = NORMAL_REASON

    def __init__(
        self,
        script: Script,
        record: SessionRecord,
        limits: Limits,
        now: float,
        parameters: Parameters,
        today: float = 0.0,
        api_version: str | None = None,
    ) -> None:
        super().__init__(script, record, limits, now, parameters.bytes_per_millisecond)
        self.idle_seconds = parameters.inactivity_timeout
        self.overtime = limits.overtime
        self._parameters, self._today, self._api_version = parameters, today, api_version or API_VERSION
        self._short = (0.0, 0)
        self._beat: float | None = None
        self._set_heartbeat(parameters.has("session_heartbeat"), now)

    def greet(self) -> str:
        expires = {"expires_at": int(self._today + self.session_seconds)}
        return dump(self.script.begin | expires | {"configuration": self._parameters.configuration(self._api_version)})

    def receive_text(self, text: str, now: float) -> list[Action]:
        message = self._parse(text, now)
        kind = message.get("type")
        if kind == "Terminate":
            return self.terminate(now)
        if kind == "ForceEndpoint":
            return self._play(self.player.force_endpoint())
        if kind == "KeepAlive":
            return []
        if kind == "UpdateConfiguration":
            self._update(message, now)
            return []
        raise Refusal(V3Close.INVALID, f"Invalid Message Type: {_quote(str(kind) if kind else text)}")

    def _update(self, message: JsonObject, now: float) -> None:
        for name, value in message.items():
            if name != "type":
                for note in check_setting(name, value, self._parameters):
                    self.note(note, Refusal(V3Close.INVALID, f"Invalid Message: {note}"))
        if isinstance(wanted := message.get("session_heartbeat"), bool):
            self._set_heartbeat(wanted, now)

    def check_length(self, milliseconds: float) -> None:
        if SHORTEST <= milliseconds <= LONGEST:
            self._short = (0.0, 0)
            return
        refusal = Refusal(
            V3Close.AUDIO, f"Input Duration Violation: {milliseconds:.1f} ms. Expected between 50 and 1000 ms"
        )
        run, chunks = self._short[0] + milliseconds, self._short[1] + 1
        if milliseconds > LONGEST or run >= SHORT_RUN or chunks >= SHORT_CHUNKS:
            raise refusal
        self._short = run, chunks
        self.note(f"a chunk of {milliseconds:.4g} ms; a stream of chunks under 50 ms ends the session", refusal)

    def farewell(self, now: float) -> Iterable[str]:
        for message in self.script.parting:
            # The last turn of a session that ended earlier than the recorded one has a lower number.
            yield dump(message | {"turn_order": self.player.turns} if message.get("type") == "Turn" else message)
        recorded = self.script.termination
        # The last chunk may have been padded.
        if recorded is not None and 0 <= self.position - self.script.audio_milliseconds < LONGEST:
            yield dump(recorded)
            return
        # Another amount of audio than was recorded: the statistics are those of this session.
        measured = {
            "audio_duration_seconds": round(self.position / 1000),
            "session_duration_seconds": round(self.seconds(now)),
        }
        yield dump({"type": "Termination"} | (recorded or {}) | measured)

    def error_end(self, refusal: Refusal) -> list[Action]:
        return [Say(error_text(refusal)), End(refusal.code, ERROR_REASON)]

    def rate_refusal(self, received: float, elapsed: float) -> Refusal:
        return Refusal(
            V3Close.AUDIO, f"Audio Transmission Rate Exceeded: Received {received:.2f} sec. audio in {elapsed:.2f} sec"
        )

    def expiry_refusal(self) -> Refusal:
        return Refusal(V3Close.EXPIRED, "Session Expired: Maximum session duration exceeded")

    def idle_refusal(self, seconds: float) -> Refusal:
        return Refusal(
            V3Close.INVALID, f"Session terminated due to inactivity: No messages received for {seconds:g} seconds"
        )

    def deadline(self) -> float | None:
        due = super().deadline()
        return due if due is None or self._beat is None else min(due, self._beat)

    def tick(self, now: float) -> list[Action]:
        actions = super().tick(now)
        if self._beat is not None and now >= self._beat and not self.ended:
            self._beat += HEARTBEAT / self.limits.speed
            actions.append(Say(self._heartbeat(now)))
        return actions

    def _set_heartbeat(self, wanted: bool, now: float) -> None:
        self._beat = now + HEARTBEAT / self.limits.speed if wanted else None

    def _heartbeat(self, now: float) -> str:
        duration = self.seconds(now) * 1000
        return dump(
            {
                "type": "Heartbeat",
                "total_audio_received_ms": round(self.position),
                "total_duration_ms": round(duration),
                "realtime_factor": round(self.position / max(duration, 1), 3),
                # A recording has no probabilities, but it tells when somebody speaks.
                "max_speech_probability": 1.0 if self.player.speaking else 0.0,
            }
        )

    def _parse(self, text: str, now: float) -> JsonObject:
        try:
            message = load_json(text)
        except ValueError:
            self.note_text(text, None, now)
            raise Refusal(V3Close.INVALID, f"Invalid JSON: {_quote(text)}") from None
        if not isinstance(message, dict):
            self.note_text(text, None, now)
            raise Refusal(V3Close.INVALID, f"Invalid Message: {_quote(text)}")
        self.note_text(text, message, now)
        return message


def _quote(text: str) -> str:
    return text if len(text) <= QUOTED else text[:QUOTED] + "..."
