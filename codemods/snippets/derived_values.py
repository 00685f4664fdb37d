"""What v3 has on words only, computed for a turn; one function at a time is written into programs."""

from __future__ import annotations

from typing import Any


def mean_confidence(message: dict[str, Any]) -> Any:
    """Return the mean confidence of a turn's words; 0 without words."""
    words = message.get("words") or [{"confidence": 0}]
    return sum(word["confidence"] for word in words) / len(words)


def turn_start(message: dict[str, Any]) -> Any:
    """Return where a turn's first word starts, in ms; 0 without words."""
    words = message.get("words")
    return words[0]["start"] if words else 0


def turn_end(message: dict[str, Any]) -> Any:
    """Return where a turn's last word ends, in ms; 0 without words."""
    words = message.get("words")
    return words[-1]["end"] if words else 0
