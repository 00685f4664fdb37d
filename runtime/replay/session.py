"""One session of a client, without sockets and without a clock of its own: frames and times in, actions out.

What both dialects share is here: the audio clock, the limit on the rate, the timers, the end. `v3` and `v2` say the
rest.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from runtime.recording import JsonObject
from runtime.replay.records import Frame, SessionRecord
from runtime.replay.refusal import Refusal
from runtime.replay.script import Cue, Player, Script

__all__ = ["Action", "End", "Limits", "Say", "Session"]


@dataclass(frozen=True, slots=True)
class Say:
    """Send a text frame."""

    text: str


@dataclass(frozen=True, slots=True)
class End:
    """Send a close frame; without one, drop the connection if the code is 1006."""

    code: int
    reason: str = ""


Action = Say | End


@dataclass(frozen=True, slots=True)
class Limits:
    """What the server allows. `speed` makes its clock run faster than the wall, for every limit alike.

    `burst` is how far (milliseconds of audio) a client may be ahead of real time: the vendor documents no tolerance,
    but a client that was held up for a moment, or that opens its microphone before its socket, is no offender.
    """

    speed: float = 1.0
    burst: float = 2000.0
    session_seconds: float = 3 * 3600.0
    sessions: int = 1000


#: Late delivery of a paced chunk, as milliseconds on the wall: at a higher speed each of them is worth more audio.
JITTER = 50.0


class Session(ABC):
    """The state of one session; every method takes the time (seconds, monotonic) and returns what to do."""

    #: Shortest and longest chunk of audio (milliseconds).
    chunk_limits: tuple[float, float]

    def __init__(self, script: Script, record: SessionRecord, limits: Limits, now: float) -> None:
        self.script, self.record, self.limits = script, record, limits
        self.player = Player(script.cues)
        self.opened = self.active = now
        self.position = 0.0
        self.ended = False
        self.session_seconds = limits.session_seconds
        self.idle_seconds: float | None = None
        self.bytes_per_millisecond = 32.0
        #: Tells from the first audio of a session whether it goes on in the middle of the recording, and what to play
        #: then.
        self.locate: Callable[[bytes], Script | None] | None = None

    # What a dialect says.

    @abstractmethod
    def greet(self) -> str:
        """Return the first message."""

    @abstractmethod
    def receive_text(self, text: str, now: float) -> list[Action]:
        """Take a text frame."""

    @abstractmethod
    def farewell(self, now: float) -> Iterable[str]:
        """Return the messages between the last transcript and the close."""

    @abstractmethod
    def refusal_text(self, refusal: Refusal) -> str | None:
        """Return the message sent before an error close, if the service sends one."""

    @abstractmethod
    def duration_refusal(self, milliseconds: float) -> Refusal:
        """Return the refusal of a chunk that is too short or too long."""

    @abstractmethod
    def rate_refusal(self, received: float, elapsed: float) -> Refusal:
        """Return the refusal of audio that came too fast (seconds of audio in seconds)."""

    @abstractmethod
    def expiry_refusal(self) -> Refusal:
        """Return the refusal of a session that lasted too long."""

    @abstractmethod
    def idle_refusal(self) -> Refusal:
        """Return the refusal of a session that sent nothing for too long."""

    # What they share.

    def start(self) -> list[Action]:
        """Greet the client and play what stands before its first audio."""
        return [Say(self.greet()), *self._play(self.player.advance(0))]

    def receive(self, data: str | bytes, now: float) -> list[Action]:
        """Take one message of the client."""
        if self.ended:
            return []
        try:
            if isinstance(data, str):
                return self.receive_text(data, now)
            self.record.note_frame(Frame(self._wall(now), "binary", len(data), self.length(data)))
            return self.receive_audio(data, now)
        except Refusal as refusal:
            return self.refuse(refusal)

    def note_text(self, text: str, control: JsonObject | None, now: float) -> None:
        """Record a text frame; `control` is its content if it is a JSON object."""
        self.record.note_frame(Frame(self._wall(now), "text", len(text.encode()), control=control))

    def length(self, audio: bytes) -> float:
        """Return how long audio lasts (milliseconds)."""
        return len(audio) / self.bytes_per_millisecond

    def receive_audio(self, data: bytes, now: float) -> list[Action]:
        """Move the audio clock; return what has come due."""
        milliseconds = self.length(data)
        shortest, longest = self.chunk_limits
        if not shortest <= milliseconds <= longest:
            raise self.duration_refusal(milliseconds)
        if self.locate is not None:
            self._resume(self.locate(data))
        self.active = now
        self.position += milliseconds
        self.record.audio_milliseconds = self.position
        self.record.digest.update(data)
        if self.record.audio is not None:
            self.record.audio += data
        elapsed = (now - self.opened) * self.limits.speed
        if self.position > elapsed * 1000 + self.limits.burst + JITTER * self.limits.speed:
            raise self.rate_refusal(self.position / 1000, elapsed)
        return self._play(self.player.advance(self.position))

    def _resume(self, script: Script | None) -> None:
        self.locate = None
        if script is not None:
            self.script, self.player = script, Player(script.cues)

    def terminate(self, now: float) -> list[Action]:
        """End as the client asked: what is owed, the last messages, a normal close."""
        self.record.terminated = True
        actions = self._play(self.player.finish(self.position))
        if not self.ended:
            actions += [Say(text) for text in self.farewell(now)]
            actions.append(End(1000))
            self.ended = True
        return actions

    def refuse(self, refusal: Refusal) -> list[Action]:
        """End the session as the service does for an error, and note why."""
        self.ended = True
        self.record.violations.append(f"{refusal.code}: {refusal.reason}")
        text = self.refusal_text(refusal)
        said: list[Action] = [Say(text)] if text is not None else []
        return [*said, End(refusal.code, refusal.reason)]

    def deadline(self) -> float | None:
        """Return when `tick` is to be called next if nothing arrives."""
        if self.ended:
            return None
        due = self.opened + self.session_seconds / self.limits.speed
        if self.idle_seconds is not None:
            due = min(due, self.active + self.idle_seconds / self.limits.speed)
        return due

    def tick(self, now: float) -> list[Action]:
        """Look at the timers."""
        if self.ended:
            return []
        if now >= self.opened + self.session_seconds / self.limits.speed:
            return self.refuse(self.expiry_refusal())
        if self.idle_seconds is not None and now >= self.active + self.idle_seconds / self.limits.speed:
            return self.refuse(self.idle_refusal())
        return []

    def seconds(self, now: float) -> float:
        """Return how long the session has lasted, on the service's clock."""
        return (now - self.opened) * self.limits.speed

    def _wall(self, now: float) -> int:
        return round((now - self.opened) * 1000)

    def _play(self, cues: Iterable[Cue]) -> list[Action]:
        actions: list[Action] = []
        for cue in cues:
            if cue.close is not None:
                self.ended = True
                actions.append(End(cue.close.code, cue.close.reason))
                break
            actions.append(Say(cue.text))
        return actions
