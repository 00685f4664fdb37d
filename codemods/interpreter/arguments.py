"""The arguments of a call."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from codemods.interpreter.values import NOTHING, Values


@dataclass(slots=True)
class Arguments:
    """The evaluated arguments of a call, with the expression each one came from."""

    positional: list[tuple[cst.BaseExpression, Values]] = field(default_factory=list)
    keywords: dict[str, tuple[cst.BaseExpression, Values]] = field(default_factory=dict)
    star: list[Values] = field(default_factory=list)
    double_star: list[Values] = field(default_factory=list)

    def get(self, position: int | None, keyword: str | None = None) -> Values:
        """Return the values given at `position` or under `keyword`."""
        entry = self.entry(position, keyword)
        return entry[1] if entry else NOTHING

    def node(self, position: int | None, keyword: str | None = None) -> cst.BaseExpression | None:
        """Return the expression given at `position` or under `keyword`; None if none is."""
        entry = self.entry(position, keyword)
        return entry[0] if entry else None

    def entry(self, position: int | None, keyword: str | None) -> tuple[cst.BaseExpression, Values] | None:
        """Return expression and values given at `position` or under `keyword`; None if nothing is."""
        if keyword is not None and keyword in self.keywords:
            return self.keywords[keyword]
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None
