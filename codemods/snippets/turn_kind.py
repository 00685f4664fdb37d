"""The kind of a message, for programs that ask for the type where its message is out of reach."""

from __future__ import annotations

from typing import Any


def turn_kind(message: dict[str, Any]) -> Any:
    """Return a message's type: for a Turn, "PartialTurn" or "FinalTurn"."""
    kind = message.get("type")
    if kind != "Turn":
        return kind
    final = message["end_of_turn"] and message["turn_is_formatted"] and message["transcript"]
    return "FinalTurn" if final else "PartialTurn"
