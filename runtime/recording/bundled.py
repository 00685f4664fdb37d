"""Where the recordings are that come with the tool."""

from __future__ import annotations

from pathlib import Path

__all__ = ["default_recording"]

#: In an installation, and in a checkout.
_PLACES = (Path(__file__).parents[1] / "sessions", Path(__file__).parents[2] / "fixtures" / "sessions")


def default_recording() -> Path:
    """Return the recording that is played when the user names none: a short dictation of three turns."""
    folder = next((place for place in _PLACES if place.is_dir()), _PLACES[0])
    return folder / "dictation-f1.jsonl"
