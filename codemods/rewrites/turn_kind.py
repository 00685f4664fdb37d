"""The kind of a message: what `turn_kind`, which migrated programs carry along, calls its type."""

from __future__ import annotations

from codemods import protocol as v
from codemods.syntax.edits import AddHelper
from codemods.syntax.snippet import plain
from codemods.syntax.tree import SourceModule

_KINDS = {v.PARTIAL: "PartialTurn", v.FINAL: "FinalTurn"}


def kind_name(v2_type: str) -> str:
    """Return what `turn_kind` calls a v2 message type."""
    return _KINDS.get(v2_type) or v.MESSAGE_TYPES[v2_type]


def kind_helper(module: SourceModule) -> AddHelper:
    """Return the edit that adds `turn_kind` to a module."""
    return plain(module, "turn_kind")
