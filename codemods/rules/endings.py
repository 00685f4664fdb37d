"""What rules have in common that tell of one strategy by which sessions end."""

from __future__ import annotations

from typing import ClassVar

from codemods.rewrites.shutdown import strategies
from codemods.rule import Changes, Context, N, Rule


class EndingRule(Rule[N]):
    """Writes what a strategy does, at each of its places.

    Attributes:
        message: what is said there.
    """

    message: ClassVar[str]

    def visit(self, node: N, context: Context) -> Changes:
        for place, edits in context.get(strategies.plan).made[self.code].items():
            if context.module.owns(place):
                yield self.change(place, self.message, *edits)
