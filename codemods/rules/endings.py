"""What rules have in common that tell of one strategy by which sessions end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import libcst as cst

from codemods.rewrites.shutdown import strategies
from codemods.rule import Context, Rule
from codemods.syntax.edits import Change


class EndingRule(Rule):
    """Writes what a strategy does, at each of its places.

    Attributes:
        message: what is said there.
    """

    message: ClassVar[str]
    nodes: ClassVar[tuple[type[cst.CSTNode], ...]] = (cst.Module,)

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        for place, edits in context.get(strategies.plan).made[self.code].items():
            if context.module.owns(place):
                yield self.change(place, self.message, *edits)
