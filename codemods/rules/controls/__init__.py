"""V3M4xx: control messages and close codes."""

from __future__ import annotations

from codemods.rule import Rules
from codemods.rules.controls.close_codes import CloseCodes
from codemods.rules.controls.controls import Controls
from codemods.rules.controls.text_frames import TextFrames
from codemods.rules.controls.unknown_messages import UnknownMessages

RULES: Rules = (
    TextFrames,
    Controls,
    CloseCodes,
    UnknownMessages,
)
"""In the order in which they see a node: what a change covers, the rules behind it do not see."""
