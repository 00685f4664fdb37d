"""V3M513: Ctrl+C, swallowed by a loop that goes on whatever happens."""

from __future__ import annotations

import libcst as cst

from codemods.facts.interrupts import swallows_in_loop
from codemods.facts.sessions import Sessions
from codemods.model import Source
from codemods.rewrites.shutdown.sender_task import MENDING
from codemods.rule import Changes, Context, Rule
from codemods.syntax.edits import Replace


class SwallowedInterrupt(Rule[cst.ExceptHandler]):
    """Lets Ctrl+C and cancellation out of loops that connect, send or receive again after every error."""

    code = MENDING
    summary = "loops that go on after every error no longer swallow Ctrl+C"
    source = Source("https://docs.python.org/3/library/exceptions.html#KeyboardInterrupt", read="2026-11-29")
    why = (
        "A bare `except` catches Ctrl+C and the cancellation of a task as well, so that neither the program nor its "
        "session comes to an end."
    )

    def visit(self, node: cst.ExceptHandler, context: Context) -> Changes:
        sessions = context.get(Sessions)
        if not isinstance(node, cst.ExceptHandler) or not swallows_in_loop(node, sessions):
            return

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            old = cst.ensure_type(updated, cst.ExceptHandler)
            return old.with_changes(type=cst.Name("Exception"), whitespace_after_except=cst.SimpleWhitespace(" "))

        yield self.change(
            node, "this loop swallows Ctrl+C; migrated, it goes on after errors only", Replace(node, build)
        )
