"""How a session ends: the first strategy that applies to it ends it; what comes before is more specific."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from codemods.facts.program import Program
from codemods.rewrites.shutdown.plan import Endings
from codemods.rewrites.shutdown.strategies import at_close, in_app, in_block, in_loop, in_pair, in_thread
from codemods.syntax.edits import Edit
from codemods.syntax.tree import SourceModule

STRATEGIES: tuple[tuple[str, Callable[[Program], Endings]], ...] = (
    (in_pair.CODE, in_pair.plan),
    (in_loop.CODE, in_loop.plan),
    (in_block.CODE, in_block.plan),
    (in_thread.CODE, in_thread.plan),
    (in_app.CODE, in_app.plan),
    (at_close.CODE, at_close.plan),
)
"""The code of the rule that tells of a strategy, and what it would do; asked in this order."""


def planned(program: Program, code: str) -> Endings:
    """Return the rewrites of one strategy, for the sessions that none before it ends."""
    for name, plan in STRATEGIES:
        endings = plan(program)
        if name == code:
            return endings
    raise KeyError(code)


def within(module: SourceModule, program: Program, code: str) -> Iterator[tuple[cst.CSTNode, list[Edit]]]:
    """Yield the places of one module where a strategy rewrites, each with its edits."""
    for place, several in planned(program, code).items():
        if module.owns(place):
            yield from ((place, edits) for edits in several)
