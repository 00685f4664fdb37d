"""What libraries notice while a program is run: calls that open a connection, send something, and the like."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

import libcst as cst


class Event(Protocol):
    """Something noticed at a call."""

    def merged(self: E, other: E) -> E:
        """Return what is known when the same call is met again."""


E = TypeVar("E", bound=Event)


class Events:
    """One table for each kind of event, by the call at which it was noticed."""

    def __init__(self) -> None:
        self._tables: dict[type, dict[cst.Call, Any]] = {}

    def of(self, kind: type[E]) -> dict[cst.Call, E]:
        """Return the events of one kind."""
        return self._tables.setdefault(kind, {})

    def note(self, call: cst.Call, event: Event) -> None:
        """Take note of an event; met again, the two become one."""
        table = self.of(type(event))
        known = table.get(call)
        table[call] = event if known is None else known.merged(event)
