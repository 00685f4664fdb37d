"""Faults the server can play, to test what a client does about them. Names follow toxiproxy where it has one.

Written ``NAME[:KEY=VALUE,...][@MOMENT]``; MOMENT is a position on the audio clock in milliseconds, ``begin`` or
``terminate``. ``times=N`` plays a fault in the first N sessions only, so that a client that connects again finds a
sound server.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from runtime.recording import is_sendable

__all__ = ["FAULTS", "Fault", "FaultError", "parse_fault"]


class FaultError(ValueError):
    """A fault that is not written as it should be."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A fault that can be asked for.

    Its numeric settings with their defaults, and when it happens unless said otherwise.
    """

    summary: str
    settings: Mapping[str, float]
    moment: float | str | None = None


FAULTS: Mapping[str, Kind] = {
    "latency": Kind("every write is late by `ms`, give or take `jitter`", {"ms": 200, "jitter": 0, "seed": 1}),
    "slicer": Kind("every write is cut into pieces of `size` bytes, `ms` apart", {"size": 5, "ms": 1}),
    "limit_data": Kind("the connection ends after `bytes` bytes were sent", {"bytes": 500}),
    "reset_peer": Kind("TCP reset, no close frame (a client sees 1006)", {}, 1000),
    "timeout": Kind("nothing more is sent, nothing is closed", {}, 1000),
    "close": Kind("close frame with `code`, after an Error message", {"code": 3005}, 1000),
    "garbage": Kind("a frame with a reserved opcode", {}, 1000),
    "invalid_utf8": Kind("a text frame that is not UTF-8", {}, 1000),
    "not_json": Kind("a text frame that is not JSON", {}, 1000),
    "unknown_type": Kind("a message of a type nobody knows; the session goes on", {}, 1000),
    "truncated_json": Kind("the next message breaks off in the middle", {}, 1000),
    "duplicate_turns": Kind("every transcript is sent twice", {}),
    "reorder_turns": Kind("every end of turn comes after the first message of the next turn", {}),
    "no_begin": Kind("the session is never greeted", {}),
    "no_termination": Kind("Terminate is never answered", {}),
    "no_close": Kind("the socket stays open after the last message", {}),
    "refuse": Kind("the handshake is answered with HTTP `status`", {"status": 401}),
    "deprecated": Kind(
        "v2 is switched off: `as=410` handshake, as today; earlier: `as=401`, `as=4105` close, `as=0` message only",
        {"as": 410},
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault to play."""

    name: str
    settings: Mapping[str, float]
    moment: float | str | None
    times: int | None = None

    def __getitem__(self, setting: str) -> float:
        return self.settings[setting]


def parse_fault(text: str) -> Fault:
    """Read a fault as it is written on the command line; raise FaultError, naming what is possible."""
    head, at, place = text.partition("@")
    name, _, written = head.partition(":")
    kind = FAULTS.get(name)
    if kind is None:
        raise FaultError(f"unknown fault {name!r}; there are: {', '.join(FAULTS)}")
    settings = dict(kind.settings)
    times: int | None = None
    for item in filter(None, written.split(",")):
        key, _, value = item.partition("=")
        if key not in settings and key != "times":
            raise FaultError(f"{name} has no setting {key!r}; it has: {', '.join([*settings, 'times'])}")
        number = _number(name, key, value)
        if key == "times":
            times = int(number)
        else:
            settings[key] = number
    return Fault(name, settings, _moment(name, place) if at else kind.moment, times)


def _number(name: str, key: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise FaultError(f"{key} of {name} must be a number, not negative; it is {value!r}")
    if key == "status" and not 200 <= number <= 599:
        raise FaultError(f"status of {name} must be an HTTP status that refuses (200-599), not {value}")
    if (key == "code" or (key == "as" and number not in (0, 401, 410))) and not is_sendable(int(number)):
        raise FaultError(f"no close frame can carry {value}; `reset_peer` ends a connection without one")
    return number


def _moment(name: str, place: str) -> float | str:
    if FAULTS[name].moment is None:
        raise FaultError(f"{name} holds for the whole session and takes no @moment")
    if place in ("begin", "terminate"):
        return place
    try:
        return float(place)
    except ValueError:
        raise FaultError(f"a moment is milliseconds of audio, `begin` or `terminate`, not {place!r}") from None


def active(faults: Iterable[Fault], session: int) -> list[Fault]:
    """Return the faults that are played in the session of that number (counted from 1)."""
    return [fault for fault in faults if fault.times is None or session <= fault.times]
