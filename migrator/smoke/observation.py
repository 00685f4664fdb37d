"""What was seen of one run of a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runtime.recording import JsonObject
from runtime.replay import SessionRecord, TokenRequest

#: Characters of an exception's words that are told.
_LONGEST = 300
#: Sessions after which a program that opens one after the other has shown what it does.
ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Output:
    """One piece of what the program wrote; `time` is seconds since its start, `channel` is `stdout` or `stderr`."""

    time: float
    channel: str
    text: str


@dataclass(frozen=True, slots=True)
class Happening:
    """Something reported from inside the program: an exception, a host it wanted to reach, text given to a stub."""

    time: float
    kind: str
    facts: JsonObject

    def text(self, name: str) -> str:
        """Return the fact `name` as text, empty if there is none."""
        return str(self.facts.get(name, ""))


@dataclass(slots=True)
class Observation:
    """One run: what the program wrote and did, what the server saw, and how it ended.

    Attributes:
        ending: `itself`, `interrupt` (after Ctrl+C), `answer` (after an answer to its `input()`) or `killed`.
        stopped_at, ended_at: seconds since its start, as all times here.
        speed: that of the recording, times real time.
        program: what was run.
        sources: its own Python files.
        stacks: where its threads were when it had to be killed (as `faulthandler` writes it).
        dropped: the characters of each channel that were not kept.
        walls: empty where they were the kernel's, else why they were not.
        left_out: links that led out of the project, and were not copied.
    """

    api: str
    variant: str | None
    expected: Sequence[str]
    speed: float = 1.0
    outputs: list[Output] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    sessions: list[SessionRecord] = field(default_factory=list)
    token_requests: list[TokenRequest] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    wire: list[Happening] = field(default_factory=list)
    exit_code: int | None = None
    ending: str = "itself"
    stopped_at: float | None = None
    ended_at: float = 0.0
    program: str = ""
    sources: dict[str, str] = field(default_factory=dict, repr=False)
    stacks: str = ""
    dropped: Mapping[str, int] = field(default_factory=dict)
    walls: str = ""
    left_out: Sequence[str] = ()

    def happened(self, kind: str) -> list[Happening]:
        """Return what was reported as `kind`, in order."""
        return [happening for happening in self.happenings if happening.kind == kind]

    @property
    def channels(self) -> dict[str, str]:
        """Everything the program let out: `stdout`, `stderr`, each file it wrote, each call of a stub."""
        texts: dict[str, str] = {}
        for output in self.outputs:
            texts[output.channel] = texts.get(output.channel, "") + output.text
        for happening in self.happened("stub"):
            name = happening.text("channel")
            texts[name] = texts.get(name, "") + happening.text("text") + "\n"
        return texts | {f"file {name}": text for name, text in self.files.items()}


def sessions_of(seen: Observation) -> list[SessionRecord]:
    """Return the sessions in the dialect that the program was to speak."""
    return [session for session in seen.sessions if session.api == seen.api]


def description(error: Happening) -> str:
    """Return an exception, or an error that a library logged, on one line; with what led to it."""
    causes = error.facts.get("causes")
    chain = [_named(cause) for cause in causes if isinstance(cause, dict)] if isinstance(causes, list) else []
    thread = error.text("thread")
    told = "" if error.kind != "logged-error" else f" (only logged, by {error.text('logger')})"
    place = "" if thread in ("", "MainThread") else f" in {thread}"
    return _named(error.facts) + place + told + "".join(f"; from {cause}" for cause in chain)


def _named(facts: JsonObject) -> str:
    kind, message, where = (" ".join(str(facts.get(name) or "").split()) for name in ("kind", "message", "where"))
    message = message if len(message) <= _LONGEST else message[:_LONGEST] + "..."
    return ": ".join(filter(None, (kind, message))) + (f" at {where}" if where else "")
