"""What v3 has on words only, computed for a turn: the functions that are put into programs."""

from __future__ import annotations

HELPERS = {
    "confidence": (
        "mean_confidence",
        '''\
def mean_confidence(message):
    """Return the mean confidence of a turn's words; 0 without words."""
    words = message.get("words") or [{"confidence": 0}]
    return sum(word["confidence"] for word in words) / len(words)
''',
    ),
    "audio_start": (
        "turn_start",
        '''\
def turn_start(message):
    """Return where a turn's first word starts, in ms; 0 without words."""
    words = message.get("words")
    return words[0]["start"] if words else 0
''',
    ),
    "audio_end": (
        "turn_end",
        '''\
def turn_end(message):
    """Return where a turn's last word ends, in ms; 0 without words."""
    words = message.get("words")
    return words[-1]["end"] if words else 0
''',
    ),
}
"""v2's field to the name and the source of the function that computes it from a v3 message."""
