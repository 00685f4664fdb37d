"""Plays the faults of one session: turns what the session wants to do into what the socket will do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runtime.close_codes import ERROR_REASON
from runtime.replay.faults import Fault
from runtime.replay.http import DEPRECATED
from runtime.replay.script import dump
from runtime.replay.session import Action, End, Say

__all__ = ["Disturbance", "Operation", "Raw", "Reset", "Stall"]


@dataclass(frozen=True, slots=True)
class Raw:
    """Write these bytes to the socket as they are."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Reset:
    """End the TCP connection with a reset."""


@dataclass(frozen=True, slots=True)
class Stall:
    """Write nothing from now on and leave the socket open."""


Operation = Action | Raw | Reset | Stall

#: A final frame with the reserved opcode 3 and two bytes; a text frame of two bytes that are no UTF-8.
GARBAGE = b"\x83\x02\x00\xff"
INVALID_UTF8 = b"\x81\x02\xc3\x28"


class Disturbance:
    """The faults of one session. `played` names those that have happened."""

    def __init__(self, faults: Sequence[Fault], api: str) -> None:
        self._api = api
        self._named = {fault.name: fault for fault in faults}
        self._pending = [fault for fault in faults if fault.moment is not None]
        self._held: list[Say] = []
        self._truncate = self._terminated = False
        self.played: list[str] = [fault.name for fault in faults if fault.moment is None]

    @property
    def pending(self) -> bool:
        """Whether a fault is still to come, even if the session itself has nothing to do."""
        return bool(self._pending)

    def setting(self, name: str) -> Fault | None:
        """Return the fault of that name if it is played in this session."""
        return self._named.get(name)

    def greet(self, actions: Sequence[Action]) -> list[Operation]:
        """Disturb the first messages of the session."""
        deprecated = self._named.get("deprecated")
        if deprecated is not None:
            answer: list[Operation] = [Say(dump({"error": DEPRECATED}))]
            return [*answer, End(int(deprecated["as"]), DEPRECATED)] if deprecated["as"] else answer
        kept = list(actions[1:] if "no_begin" in self._named else actions)
        return [*self._messages(kept), *self._due("begin", -1.0)]

    def disturb(self, actions: Sequence[Action], position: float, terminated: bool) -> list[Operation]:
        """Disturb what the session does at a position (milliseconds of audio)."""
        operations = self._due("terminate" if terminated else "", position)
        self._terminated |= terminated
        if self._terminated and "no_termination" in self._named:
            return operations
        for operation in self._messages(actions):
            if isinstance(operation, End):
                operations += self._release()
                if "no_close" in self._named:
                    continue
            operations.append(operation)
        return operations

    def _due(self, phase: str, position: float) -> list[Operation]:
        """Return what the faults do whose moment has come, and forget those."""
        due = [
            fault
            for fault in self._pending
            if fault.moment == phase
            or (not isinstance(fault.moment, str) and fault.moment is not None and fault.moment <= position)
        ]
        self._pending = [fault for fault in self._pending if fault not in due]
        operations: list[Operation] = []
        for fault in due:
            self.played.append(fault.name)
            operations += self._play(fault)
        return operations

    def _play(self, fault: Fault) -> list[Operation]:
        if fault.name == "reset_peer":
            return [Reset()]
        if fault.name == "timeout":
            return [Stall()]
        if fault.name == "garbage":
            return [Raw(GARBAGE)]
        if fault.name == "invalid_utf8":
            return [Raw(INVALID_UTF8)]
        if fault.name == "not_json":
            return [Say("this is not JSON")]
        if fault.name == "unknown_type":
            return [Say(dump({"type": "Novelty", "value": 1} if self._api == "v3" else {"message_type": "Novelty"}))]
        if fault.name == "truncated_json":
            self._truncate = True
            return []
        code = int(fault["code"])
        reason = f"fault: close {code}"
        if code == 1000:
            return [End(code, reason)]
        if self._api == "v3":
            return [Say(dump({"type": "Error", "error_code": code, "error": reason})), End(code, ERROR_REASON)]
        return [Say(dump({"error": reason})), End(code, reason)]

    def _messages(self, actions: Iterable[Action]) -> list[Operation]:
        result: list[Operation] = []
        for action in actions:
            if not isinstance(action, Say):
                result.append(action)
                continue
            said = action
            if self._truncate:
                self._truncate = False
                said = Say(said.text[: len(said.text) // 2])
            repeat = 2 if "duplicate_turns" in self._named and _is_transcript(said.text) else 1
            if "reorder_turns" in self._named:
                result += self._reordered(said, repeat)
            else:
                result += [said] * repeat
        return result

    def _reordered(self, said: Say, repeat: int) -> list[Operation]:
        """Hold ends of turns back until something else has been said."""
        if _is_end(said.text):
            self._held += [said] * repeat
            return []
        if not _is_transcript(said.text):
            return [*self._release(), said]
        return [*[said] * repeat, *self._release()]

    def _release(self) -> list[Say]:
        held, self._held = self._held, []
        return held


def _parsed(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _is_transcript(text: str) -> bool:
    message = _parsed(text)
    return message.get("type") == "Turn" or message.get("message_type") in ("PartialTranscript", "FinalTranscript")


def _is_end(text: str) -> bool:
    message = _parsed(text)
    return message.get("end_of_turn") is True or message.get("message_type") == "FinalTranscript"
