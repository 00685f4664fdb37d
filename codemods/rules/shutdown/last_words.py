"""V3M509: an end that is asked for when nobody listens any more."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.sessions import Session, Sessions
from codemods.rewrites.shutdown import helpers
from codemods.rewrites.shutdown.sender_task import catches_cancellation
from codemods.rewrites.shutdown.strategies import at_close
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import replace_with
from codemods.syntax.edits import Unused
from codemods.syntax.navigate import enclosing, is_statement, statements_behind

_CANCELLED = "nobody receives once this task is cancelled: ask for the end before, wait for Termination"
_CLOSED = "the socket is closed before the last transcripts have come: wait for Termination in between"


class LastWords(Rule[cst.Call]):
    """Waits for what follows `Terminate` before the socket is closed; reports what ends too late to read it."""

    code = "V3M509"
    summary = "the transcripts that follow Terminate are received"
    source = v.MESSAGES
    why = "The service sends what was said last after `Terminate`; a program that has stopped reading never sees it."

    def visit(self, node: cst.Call, context: Context) -> Changes:
        sessions = context.get(Sessions)
        session = sessions.ended_by(node)
        if session is None:
            return
        receiving = at_close.readers(session, sessions)
        if receiving and _is_closed_next(node, session, context):
            edits = [] if sessions.function(node) in receiving else _waits(node, session, sessions, context)
            if edits:
                yield self.change(
                    node, "the socket is closed before the last transcripts come; migrated, they are waited for", *edits
                )
            elif context.options.harden:
                yield self.report(node, _CLOSED)
        elif context.options.harden and _is_cancelled(node, session, sessions, context):
            yield self.report(node, _CANCELLED)


def _is_closed_next(node: cst.Call, session: Session, context: Context) -> bool:
    """Return whether the next statement closes the socket."""
    following = statements_behind(context.module.statement(node), context.module)[:1]
    return any(context.module.statement(close) in following for close in session.closes)


def _waits(node: cst.Call, session: Session, sessions: Sessions, context: Context) -> list[Edit]:
    """Return the edits that put `end_session` in the place of a call that sends `Terminate`."""
    module = context.module
    awaited = session.connection.transport.awaited
    if not is_statement(node, module, awaited=awaited) or not helpers.fits(module, sessions):
        return []
    if not isinstance(node.func, cst.Attribute) or sessions.only(node.func.value) is not session:
        return []
    if not node.args or isinstance(node.args[0].value, cst.Name | cst.Attribute):
        return []  # the message would be left over
    socket = module.code(node.func.value)
    return [
        replace_with(node, f"{helpers.END}({socket})"),
        *helpers.defined(module, session.connection, helpers.END),
        Unused("json"),
    ]


def _is_cancelled(node: cst.Call, session: Session, sessions: Sessions, context: Context) -> bool:
    """Return whether a call is made by a task that is being cancelled, and that does not receive itself."""
    function = sessions.function(node)
    if any(sessions.function(receive) is function for receive in session.receives):
        return False
    around = enclosing(node, function, context.module)
    return any(isinstance(up, cst.ExceptHandler) and catches_cancellation(up) for up in around)
