"""One session of a client, without sockets and without a clock of its own: frames and times in, actions out.

What both dialects share is here: the audio clock, the pace, the timers, the end. `v3` and `v2` say the rest.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from runtime.recording import JsonObject
from runtime.replay.intake import MOST_WAITING, Intake
from runtime.replay.records import Frame, SessionRecord
from runtime.replay.refusal import Refusal
from runtime.replay.script import Cue, Player, Script

__all__ = ["Action", "End", "Limits", "Say", "Session", "State"]


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
    """What the server allows.

    Attributes:
        speed: how much faster than the wall its clock runs, for every limit alike.
        burst: how far (milliseconds of audio) a client may be ahead of real time before its audio has to wait.
        session_seconds: longest session, as `Begin` tells it.
        overtime: seconds after that until v3 closes it (measured twice by others, September 2026).
        sessions: how many at once.
        strict: whether what the service passes over, though no careful client would send it, is refused.
    """

    speed: float = 1.0
    burst: float = 2000.0
    session_seconds: float = 3 * 3600.0
    overtime: float = 60.0
    sessions: int = 1000
    strict: bool = False


class State(Enum):
    """Where a session stands."""

    OPEN = "open"
    ENDING = "ending"
    """The client has asked for the end, and some of its audio is still waiting to be heard."""
    ENDED = "ended"


class Session(ABC):
    """The state of one session; every method takes the time (seconds, monotonic) and returns what to do."""

    goodbye = ""
    """The reason of a normal close."""

    def __init__(
        self, script: Script, record: SessionRecord, limits: Limits, now: float, bytes_per_millisecond: float | None
    ) -> None:
        self.script, self.record, self.limits = script, record, limits
        self.player = Player(script.cues)
        self.opened = self.active = now
        self.state = State.OPEN
        self.session_seconds = limits.session_seconds
        self.overtime = 0.0
        self.idle_seconds: float | None = None
        self.intake = Intake(limits.speed, limits.burst, now)
        #: None for audio whose length its bytes do not tell: it is taken to last as long as it took to come.
        self._bytes_per_millisecond = bytes_per_millisecond
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
    def check_length(self, milliseconds: float) -> None:
        """Look at the length of a chunk; raise Refusal if it ends the session."""

    @abstractmethod
    def farewell(self, now: float) -> Iterable[str]:
        """Return the messages between the last transcript and the close."""

    @abstractmethod
    def error_end(self, refusal: Refusal) -> list[Action]:
        """Return how the service ends a session for an error."""

    @abstractmethod
    def rate_refusal(self, received: float, elapsed: float) -> Refusal:
        """Return the refusal of audio that came too fast (seconds of audio in seconds)."""

    @abstractmethod
    def expiry_refusal(self) -> Refusal:
        """Return the refusal of a session that lasted too long."""

    @abstractmethod
    def idle_refusal(self, seconds: float) -> Refusal:
        """Return the refusal of a session that sent nothing for so many seconds."""

    # What they share.

    @property
    def ended(self) -> bool:
        """Whether nothing more is said or taken."""
        return self.state is State.ENDED

    def end(self) -> None:
        """Say and take nothing more, because the connection ends."""
        self.state = State.ENDED

    @property
    def position(self) -> float:
        """Milliseconds of audio the client has sent."""
        return self.intake.received

    def start(self) -> list[Action]:
        """Greet the client and play what stands before its first audio."""
        return [Say(self.greet()), *self._play(self.player.advance(0))]

    def receive(self, data: str | bytes, now: float) -> list[Action]:
        """Take one message of the client."""
        if self.state is not State.OPEN:
            return []
        self.active = now
        try:
            if isinstance(data, str):
                return self.receive_text(data, now)
            self.record.note_frame(Frame(self._wall(now), "binary", len(data), self.length(data, now)))
            return self.receive_audio(data, now)
        except Refusal as refusal:
            return self.refuse(refusal)

    def note_text(self, text: str, control: JsonObject | None, now: float) -> None:
        """Record a text frame; `control` is its content if it is a JSON object."""
        size = len(text.encode("utf-8", "surrogatepass"))
        self.record.note_frame(Frame(self._wall(now), "text", size, control=control))

    def note(self, text: str, refusal: Refusal) -> None:
        """Write down what the service passes over; raise `refusal` instead where the server is strict."""
        if self.limits.strict:
            raise refusal
        if text not in self.record.notes:
            self.record.notes.append(text)

    def length(self, audio: bytes, now: float) -> float:
        """Return how long audio lasts (milliseconds)."""
        if self._bytes_per_millisecond is None:
            return max(0.0, self.seconds(now) * 1000 - self.position)
        return len(audio) / self._bytes_per_millisecond

    def receive_audio(self, data: bytes, now: float) -> list[Action]:
        """Move the audio clock; return what has come due."""
        milliseconds = self.length(data, now)
        if self._bytes_per_millisecond is not None:
            self.check_length(milliseconds)
            self.intake.receive(milliseconds, now)
        else:
            self.intake.keep_up(self.position + milliseconds)
        if self.locate is not None:
            self._resume(self.locate(data))
        self.record.audio_milliseconds = self.position
        self.record.digest.update(data)
        if self.record.audio is not None:
            self.record.audio += data
        if self.intake.excess:
            self._check_pace(now)
        return self._play(self.player.advance(self.intake.heard(now)))

    def _check_pace(self, now: float) -> None:
        refusal = self.rate_refusal(self.position / 1000, self.seconds(now))
        if self.intake.excess > MOST_WAITING:
            raise refusal
        self.note("audio came faster than real time; the service lets it wait, and answers later", refusal)

    def _resume(self, script: Script | None) -> None:
        self.locate = None
        if script is not None:
            self.script, self.player = script, Player(script.cues)

    def terminate(self, now: float) -> list[Action]:
        """End as the client asked, as soon as all of its audio has been heard."""
        self.record.terminated = True
        self.state = State.ENDING
        if self._bytes_per_millisecond is None:
            self.intake.keep_up(max(self.position, self.script.audio_milliseconds))
        return self._end_when_heard(now)

    def _end_when_heard(self, now: float) -> list[Action]:
        """Play what is owed, the last messages, a normal close, unless audio is still waiting."""
        if self.intake.heard(now) < self.position:
            return self._play(self.player.advance(self.intake.heard(now)))
        actions = self._play(self.player.finish(self.position))
        if not self.ended:
            actions += [Say(text) for text in self.farewell(now)]
            actions.append(End(1000, self.goodbye))
            self.state = State.ENDED
        return actions

    def refuse(self, refusal: Refusal) -> list[Action]:
        """End the session as the service does for an error, and note why."""
        self.state = State.ENDED
        self.record.violations.append(f"{refusal.code}: {refusal.reason}")
        return self.error_end(refusal)

    def deadline(self) -> float | None:
        """Return when `tick` is to be called next if nothing arrives."""
        if self.ended:
            return None
        due = [self._closing_time]
        if self.idle_seconds is not None and self.state is State.OPEN:
            due.append(self.active + self.idle_seconds / self.limits.speed)
        if self.intake.excess:
            next_cue = self.player.next_position
            if self.state is State.ENDING:
                due.append(self.intake.moment(self.position))
            if next_cue is not None and next_cue <= self.position:
                due.append(self.intake.moment(next_cue))
        return min(due)

    @property
    def _closing_time(self) -> float:
        return self.opened + (self.session_seconds + self.overtime) / self.limits.speed

    def tick(self, now: float) -> list[Action]:
        """Look at the timers, and at audio that has waited."""
        if self.ended:
            return []
        if now >= self._closing_time:
            return self.refuse(self.expiry_refusal())
        idle = self.idle_seconds
        if idle is not None and self.state is State.OPEN and now >= self.active + idle / self.limits.speed:
            return self.refuse(self.idle_refusal(idle))
        if self.state is State.ENDING:
            return self._end_when_heard(now)
        return self._play(self.player.advance(self.intake.heard(now)))

    def seconds(self, now: float) -> float:
        """Return how long the session has lasted, on the service's clock."""
        return (now - self.opened) * self.limits.speed

    def _wall(self, now: float) -> int:
        return round((now - self.opened) * 1000)

    def _play(self, cues: Iterable[Cue]) -> list[Action]:
        actions: list[Action] = []
        for cue in cues:
            if cue.close is not None:
                self.state = State.ENDED
                actions.append(End(cue.close.code, cue.close.reason))
                break
            actions.append(Say(cue.text))
        return actions
