"""V3M2xx: audio."""

from __future__ import annotations

from codemods.rule import Rules
from codemods.rules.audio.audio import Audio
from codemods.rules.audio.frame_sizes import FrameSizes
from codemods.rules.audio.pace import Pace

RULES: Rules = (
    Audio,
    FrameSizes,
    Pace,
)
"""In the order in which they see a node: what a change covers, the rules behind it do not see."""
