"""How a session ends: the first strategy that applies to it ends it; what comes before is more specific."""

from __future__ import annotations

from codemods.facts.program import Program
from codemods.rewrites.shutdown.plan import ShutdownPlan, Strategy
from codemods.rewrites.shutdown.strategies import at_close, in_app, in_block, in_loop, in_pair, in_thread

STRATEGIES = (
    Strategy(in_pair.CODE, in_pair.endings, replaces="always"),
    Strategy(in_loop.CODE, in_loop.endings, replaces="hardened"),
    Strategy(in_block.CODE, in_block.endings, replaces="hardened"),
    Strategy(in_thread.CODE, in_thread.endings, replaces="hardened"),
    Strategy(in_app.CODE, in_app.endings),
    Strategy(at_close.CODE, at_close.endings, beside=(in_app.CODE, in_block.CODE, in_pair.CODE)),
)
"""In the order in which they are asked."""


def plan(program: Program) -> ShutdownPlan:
    """Return how the sessions of a program end."""
    return ShutdownPlan(program, STRATEGIES)


def stops_thread(program: Program) -> bool:
    """Return whether a rewrite stops the audio thread of a session before anything is closed or freed."""
    return any(code in (in_app.CODE, in_thread.CODE) for code in program.get(plan).ended.values())
