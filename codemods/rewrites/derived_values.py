"""What v3 has on words only, computed for a turn: the functions that are put into programs."""

from __future__ import annotations

<<<<<<< HEAD
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
=======
from codemods.syntax.edits import AddHelper
from codemods.syntax.snippet import plain
from codemods.syntax.tree import SourceModule

COMPUTED = {"confidence": "mean_confidence", "audio_start": "turn_start", "audio_end": "turn_end"}
"""By v2's field the function that computes it from a v3 message."""


def computing(module: SourceModule, key: str) -> AddHelper:
    """Return the edit that adds the function for a field of v2's to a module."""
    return plain(module, "derived_values", COMPUTED[key])
>>>>>>> main
