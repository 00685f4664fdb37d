"""V3M520: a synchronous session whose audio another thread sends."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.sessions import Sessions
from codemods.rewrites.shutdown import strategies
from codemods.rewrites.shutdown.strategies import in_thread
from codemods.rule import Changes, Context
from codemods.rules.endings import EndingRule

_LEFT = (
    "Ctrl+C closes this socket while another thread sends: stop that and let it end the session, and receive what "
    "still comes, before"
)


class SessionThread(EndingRule[cst.Module | cst.Call]):
    """Lets the thread that sends end the session on every way out, and the last transcripts come."""

    code = in_thread.CODE
    summary = "Ctrl+C lets the thread that sends audio end the session"
    source = v.BILLING
    why = (
        "Ctrl+C leaves the `with` block, which closes the socket while the other thread still sends: the session goes "
        "on being billed, the last transcripts are lost, and that thread fails."
    )
    message = "Ctrl+C would close the socket while the session goes on; migrated, it is ended"

    def visit(self, node: cst.Module | cst.Call, context: Context) -> Changes:
        if isinstance(node, cst.Module):
            yield from super().visit(node, context)
        else:
            sessions = context.get(Sessions)
            session = sessions.opened_by(node)
            is_left = session is not None and in_thread.is_left(session, sessions)
            if is_left and not context.get(strategies.plan).made[self.code]:
                yield self.report(node, _LEFT)
