"""What v3 has on words only, computed for a turn: the functions that are put into programs."""

from __future__ import annotations

from codemods.syntax.edits import AddHelper
from codemods.syntax.snippet import plain
from codemods.syntax.tree import SourceModule

COMPUTED = {"confidence": "mean_confidence", "audio_start": "turn_start", "audio_end": "turn_end"}
"""By v2's field the function that computes it from a v3 message."""


def computing(module: SourceModule, key: str) -> AddHelper:
    """Return the edit that adds the function for a field of v2's to a module."""
    return plain(module, "derived_values", COMPUTED[key])
