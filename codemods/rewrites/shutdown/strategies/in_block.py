"""A session that lives as long as an `async with` block."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods.facts.sessions import Session, Sessions
from codemods.rewrites.shutdown import helpers
from codemods.rewrites.shutdown.in_block import entered_as, entered_too
from codemods.rewrites.shutdown.plan import Endings, ShutdownPlan
from codemods.rewrites.shutdown.sender_task import asked_last, is_repeated, role, started
from codemods.syntax.edits import Edit, InsertBefore, Remove, Unused

CODE = "V3M502"


def endings(session: Session, plan: ShutdownPlan) -> Endings:
    """Return what ends a session on every way out of the block that holds it."""
    found: Endings = {}
    sessions = plan.sessions
    if not session.connection.transport.awaited:
        return found
    for node, module in sessions.program.find(cst.With):
        name, asked = entered_as(node, session, sessions), asked_last(node.body, session, sessions)
        if (
            name is None
            or not helpers.fits(module, sessions, helpers.ENDING)
            or (sessions.terminates and asked is None)
        ):
            continue
        gone: list[Edit] = [Remove(asked), Unused("json")] if asked is not None else []
        entered, waits = entered_too(node, f"{helpers.ENDING}({name})"), _waits(node, name, session, sessions)
        found[node] = [entered, *gone, *waits, *helpers.defined(module, session.connection, helpers.ENDING)]
    return found


def _waits(block: cst.CSTNode, connection: str, session: Session, sessions: Sessions) -> Iterable[Edit]:
    """Yield what a block that sends itself has to do before it gives up a task that receives, or waits for it.

    The session has to be ended first: once it is cancelled, the task does not see what comes last, and without
    `Terminate` it does not come to an end.
    """
    function = sessions.function(block)
    module = sessions.home(block)
    if any(sessions.function(send.call) is not function for send in session.audio):
        return
    last = max(module.span(send.call) for send in session.audio)
    for node in module.walk(block):
        if not isinstance(node, cst.Expr) or module.span(node) < last or sessions.function(node) is not function:
            continue
        statement, task = module.parent(node), _given_up(node.value)
        if task is None or not isinstance(statement, cst.SimpleStatementLine):
            continue
        call = started(task, sessions.program)
        if call is not None and role(call, session, sessions) == "receive":
            if not is_repeated(statement, call, module):
                yield InsertBefore(statement, f"await {helpers.END}({connection})")
                if not isinstance(node.value, cst.Await):
                    # it may be busy with the last one
                    yield InsertBefore(statement, f"await asyncio.wait([{task.value}], timeout=1)")
            return


def _given_up(node: cst.BaseExpression) -> cst.Name | None:
    """Return the variable of `await task` or `task.cancel()`."""
    if isinstance(node, cst.Await):
        return node.expression if isinstance(node.expression, cst.Name) else None
    cancel = node.func if isinstance(node, cst.Call) else None
    if isinstance(cancel, cst.Attribute) and cancel.attr.value == "cancel" and isinstance(cancel.value, cst.Name):
        return cancel.value
    return None
