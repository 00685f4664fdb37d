"""A session that lives as long as an `async with` block."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods.facts.sessions import Session, Sessions
from codemods.rewrites.shutdown import helpers
from codemods.rewrites.shutdown.in_block import entered_as, entered_too
from codemods.rewrites.shutdown.plan import Endings, ShutdownPlan
from codemods.rewrites.shutdown.sender_task import is_repeated, role, started
from codemods.syntax.edits import Edit, InsertBefore, Remove, Unused

CODE = "V3M502"


def endings(session: Session, plan: ShutdownPlan) -> Endings:
    """Return what ends a session on every way out of the block that holds it."""
    found: Endings = {}
    sessions = plan.sessions
    if not session.connection.transport.awaited:
        return found
    for module in sessions.modules():
        if not helpers.fits(module, sessions, helpers.ENDING):
            continue
        for node in module.walk():
            name = entered_as(node, session, sessions)
            if name is not None:
                entered = entered_too(cst.ensure_type(node, cst.With), f"{helpers.ENDING}({name})")
                asked = _asked_last(cst.ensure_type(node, cst.With), session, sessions)
                if asked is None:
                    continue
                waits = list(_waits(node, name, session, sessions))
                found[node] = [entered, *asked, *waits, *helpers.ending_session(module, session.connection)]
    return found


def _asked_last(block: cst.With, session: Session, sessions: Sessions) -> list[Edit] | None:
    """Return the edits that take out a request for the end that is the last thing in a block, where all went well.

    None if the program asks for the end anywhere else.
    """
    if not sessions.terminates:
        return []
    module, last = sessions.program.module_of(block), block.body.body[-1] if block.body.body else None
    if module is None or not isinstance(last, cst.SimpleStatementLine) or len(last.body) != 1 or len(session.ends) != 1:
        return None
    (end,) = session.ends
    inside = set(module.walk(last))
    awaited = last.body[0].value if isinstance(last.body[0], cst.Expr) else None
    if (
        not isinstance(awaited, cst.Await)
        or awaited.expression is not end.call
        or not inside.issuperset(sessions.spelled)
    ):
        return None
    return [Remove(last.body[0]), Unused("json")] if len(block.body.body) > 1 else None


def _waits(block: cst.CSTNode, connection: str, session: Session, sessions: Sessions) -> Iterable[Edit]:
    """Yield what a block that sends itself has to do before it gives up a task that receives, or waits for it.

    The session has to be ended first: once it is cancelled, the task does not see what comes last, and without
    `Terminate` it does not come to an end.
    """
    function = sessions.function(block)
    module = sessions.program.module_of(block)
    if module is None or any(sessions.function(send.call) is not function for send in session.audio):
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
                    # it may be busy with the last of them
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
