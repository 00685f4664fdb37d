"""V3M501: a coroutine that sends and one that receives, run side by side."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.sessions import Sessions
from codemods.rewrites.shutdown import strategies
from codemods.rewrites.shutdown.in_pair import waited_for
from codemods.rewrites.shutdown.strategies import in_pair
from codemods.rule import Changes, Context
from codemods.rules.endings import EndingRule

_BOTH = (
    "when one of the two fails or is done, this waits for the other for ever (v2 closed idle sessions): "
    "wait with return_when=asyncio.FIRST_COMPLETED, then end the session"
)


class SessionTasks(EndingRule[cst.Module | cst.Await]):
    """Rewrites `gather(send(), receive())`, and what comes to the same, so that the session ends whichever does."""

    code = in_pair.CODE
    summary = "the session is terminated when sending and receiving side by side come to an end"
    source = v.BILLING
    why = (
        "`gather` waits for both: when one fails or Ctrl+C cancels them, the session stays open on the server, where "
        "it is billed for up to three hours, and the last transcripts are lost."
    )
    message = "neither task ends the session; migrated, it ends, and is terminated, when one of them does"

    def visit(self, node: cst.Module | cst.Await, context: Context) -> Changes:
        match node:
            case cst.Module():
                yield from super().visit(node, context)
            case cst.Await(expression=cst.Call() as call) if node not in context.get(strategies.plan).made[self.code]:
                sessions = context.get(Sessions)
                if any(waited_for(call, session, sessions, context.module) for session in sessions.live):
                    yield self.report(node, _BOTH)
