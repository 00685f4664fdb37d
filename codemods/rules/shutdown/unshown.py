"""V3M523: transcripts that come after Ctrl+C, put where nobody looks any more."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods import protocol as v
from codemods.facts.sessions import Session, Sessions
from codemods.interpreter.values import Obj
from codemods.rewrites.shutdown.strategies import at_close
from codemods.rewrites.shutdown.thread_block import catches_interrupt
from codemods.rule import Changes, Context, Rule, Safety

_MESSAGE = (
    "what was said last is put into a queue that nobody reads after Ctrl+C: take it from there once the session is over"
)


class Unshown(Rule[cst.ExceptHandler]):
    """Reports programs that end the session on Ctrl+C and wait for its end, but never look at what came until then."""

    code = "V3M523"
    summary = "what arrives after Ctrl+C is shown"
    source = v.MESSAGES
    why = (
        "The service sends what was said last after `Terminate`; in a queue whose reader Ctrl+C has ended, it is lost."
    )
    safety = Safety.MANUAL

    def visit(self, node: cst.ExceptHandler, context: Context) -> Changes:
        waiting = context.module.parent(node)
        if not isinstance(waiting, cst.Try) or not catches_interrupt(node):
            return
        sessions = context.get(Sessions)
        for session in sessions.found.values():
            ends = session.asks
            if session.legacy and ends and sessions.reaches(node.body, ends):
                queues = _queues(context.module.walk(waiting.body), "get", sessions)
                later = _queues(context.module.walk(node.body), "get", sessions)
                if (queues & _filled_by_receiver(session, sessions)) - later:
                    yield self.report(node, _MESSAGE)


def _queues(nodes: Iterable[cst.CSTNode], method: str, sessions: Sessions) -> set[Obj]:
    """Return the queues whose method is called among `nodes`."""
    return {
        value
        for node in nodes
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == method
        for value in sessions.program.values(node.func.value)
        if isinstance(value, Obj) and value.kind == "queue"
    }


def _filled_by_receiver(session: Session, sessions: Sessions) -> set[Obj]:
    """Return the queues that whoever receives puts something into."""
    found: set[Obj] = set()
    for function in at_close.readers(session, sessions):
        found |= _queues(sessions.home(function).walk(function), "put", sessions)
    return found
