"""The v3 dialect: what Streaming v3 takes, refuses and says.

Close codes and their words are those of the vendor's page "Common session errors and closures"; an Error message goes
before every error close, as the same page says.
"""

from __future__ import annotations

from collections.abc import Iterable

from runtime.jsontext import load_json
from runtime.recording import JsonObject
from runtime.replay.parameters import Parameters, check_setting
from runtime.replay.records import SessionRecord
from runtime.replay.refusal import Refusal
from runtime.replay.script import Script, dump
from runtime.replay.session import Action, Limits, Session

__all__ = ["V3Session", "error_text"]

#: How much of a refused message the reason repeats; a close frame holds 123 bytes in all.
QUOTED = 60


def error_text(refusal: Refusal) -> str:
    """Return the Error message that goes before the close."""
    return dump({"type": "Error", "error_code": refusal.code, "error": refusal.reason})


class V3Session(Session):
    """A session on ``/v3/ws``."""

    chunk_limits = (50.0, 1000.0)

    def __init__(
        self, script: Script, record: SessionRecord, limits: Limits, now: float, parameters: Parameters
    ) -> None:
        super().__init__(script, record, limits, now)
        self.bytes_per_millisecond = parameters.bytes_per_millisecond
        self.idle_seconds = parameters.inactivity_timeout

    def greet(self) -> str:
        return dump(self.script.begin)

    def receive_text(self, text: str, now: float) -> list[Action]:
        message = self._parse(text, now)
        kind = message.get("type")
        if kind == "Terminate":
            return self.terminate(now)
        if kind == "ForceEndpoint":
            return self._play(self.player.force_endpoint())
        if kind == "KeepAlive":
            self.active = now
            return []
        if kind == "UpdateConfiguration":
            for name, value in message.items():
                if name != "type":
                    check_setting(name, value)
            return []
        raise Refusal(3006, f"Invalid Message Type: {_quote(str(kind) if kind else text)}")

    def farewell(self, now: float) -> Iterable[str]:
        recorded = self.script.termination
        # The last chunk may have been padded.
        if recorded is not None and 0 <= self.position - self.script.audio_milliseconds < self.chunk_limits[1]:
            yield dump(recorded)
            return
        # Another amount of audio than was recorded: the statistics are those of this session.
        measured = {
            "audio_duration_seconds": round(self.position / 1000),
            "session_duration_seconds": round(self.seconds(now)),
        }
        yield dump({"type": "Termination"} | (recorded or {}) | measured)

    def refusal_text(self, refusal: Refusal) -> str:
        return error_text(refusal)

    def duration_refusal(self, milliseconds: float) -> Refusal:
        return Refusal(3007, f"Input Duration Violation: {milliseconds:.1f} ms. Expected between 50 and 1000 ms")

    def rate_refusal(self, received: float, elapsed: float) -> Refusal:
        return Refusal(
            3007, f"Audio Transmission Rate Exceeded: Received {received:.2f} sec. audio in {elapsed:.2f} sec"
        )

    def expiry_refusal(self) -> Refusal:
        return Refusal(3008, "Session Expired: Maximum session duration exceeded")

    def idle_refusal(self) -> Refusal:
        return Refusal(3008, "Session Expired: Inactivity timeout exceeded")

    def _parse(self, text: str, now: float) -> JsonObject:
        try:
            message = load_json(text)
        except ValueError:
            self.note_text(text, None, now)
            raise Refusal(3006, f"Invalid JSON: {_quote(text)}") from None
        if not isinstance(message, dict):
            self.note_text(text, None, now)
            raise Refusal(3006, f"Invalid Message: {_quote(text)}")
        self.note_text(text, message, now)
        return message


def _quote(text: str) -> str:
    return text if len(text) <= QUOTED else text[:QUOTED] + "..."
