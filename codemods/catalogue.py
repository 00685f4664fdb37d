"""The rules as documentation."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.rule import RuleDoc, registry


def rules() -> Sequence[RuleDoc]:
    """Return what `explain` shows, by code."""
    return sorted((rule.doc() for rule in registry()), key=lambda doc: doc.code)
