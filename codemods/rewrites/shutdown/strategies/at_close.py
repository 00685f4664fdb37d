"""A session that some method of the program closes."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods.facts.sessions import Session, Sessions
from codemods.interpreter.values import Const
from codemods.rewrites.shutdown import helpers
from codemods.rewrites.shutdown.plan import Endings, ShutdownPlan
from codemods.rewrites.shutdown.strategies import in_pair
from codemods.syntax.edits import Edit, InsertBefore
from codemods.syntax.navigate import is_statement
from codemods.syntax.tree import SourceModule

CODE = "V3M503"

_ENDED = frozenset({"SessionTerminated", "SessionInformation"})
"""Types of the messages that say that a v2 session is over."""


def endings(session: Session, plan: ShutdownPlan) -> Endings:
    """Return what ends a session in front of each call that closes its connection."""
    found: Endings = {}
    sessions = plan.sessions
    # behind `run_session` the session is over, and so it is for those that wait for it
    settled = {sessions.function(node) for node in plan.made[in_pair.CODE]}
    for call in session.closes:
        module = sessions.home(call)
        if helpers.fits(module, sessions) and not settled & sessions.reach(sessions.function(call)):
            if edits := _edits(call, session, sessions, module):
                found[call] = edits
    return found


def _edits(call: cst.Call, session: Session, sessions: Sessions, module: SourceModule) -> list[Edit]:
    function = sessions.function(call)
    awaited = session.connection.transport.awaited
    statement = module.statement(call)
    if not is_statement(call, module, awaited=awaited) or not isinstance(statement, cst.SimpleStatementLine):
        return []
    if not isinstance(call.func, cst.Attribute) or sessions.only(call.func.value) is not session:
        return []
    if not _is_surely(call.func.value, session, sessions):
        return []
    if _is_over(call, function, session, sessions, module):
        return []
    socket = module.code(call.func.value)
    wait = "await " if awaited else ""
    if function not in readers(session, sessions):
        waited = InsertBefore(statement, f"{wait}{helpers.END}({socket})")
        return [waited, *helpers.defined(module, session.connection, helpers.END)]
    callbacks = sessions.callbacks(session, "on_message", "on_data", "on_open")
    if function not in callbacks and not (awaited and any(sessions.function(r) is function for r in session.receives)):
        return []
    # nobody else would receive the answer, so there is nothing to wait for
    return [InsertBefore(statement, wait + _send(session, socket))]


def _is_surely(node: cst.BaseExpression, session: Session, sessions: Sessions) -> bool:
    """Return whether what is closed is never anything but the connection: a function may be there for all that closes.

    What a parameter is besides, say the socket of a browser, is told only by who calls the function.
    """
    kinds = {definition.kind for definition in sessions.program.definitions(node)} if isinstance(node, cst.Name) else ()
    if "param" not in kinds:
        return "for" not in kinds
    known = all(
        value == session.connection or (isinstance(value, Const) and value.value is None)
        for value in sessions.program.values(node)
    )
    return known and not sessions.program.unknown(node)


def _is_over(call: cst.Call, function: cst.CSTNode, session: Session, sessions: Sessions, module: SourceModule) -> bool:
    """Return whether the session is over where `call` closes its socket: in `on_close`, or once the service says so."""
    if any(function in sessions.reach(callback) for callback in sessions.callbacks(session, "on_error", "on_close")):
        return True
    return any(
        isinstance(up, cst.If | cst.MatchCase) and _ENDED & set(_texts(up, sessions, module))
        for up in module.ancestors(call)
    )


def _texts(branch: cst.If | cst.MatchCase, sessions: Sessions, module: SourceModule) -> Iterable[str]:
    """Yield the texts that the test of a branch is about."""
    for node in module.walk(branch.test if isinstance(branch, cst.If) else branch.pattern):
        if isinstance(node, cst.BaseExpression):
            yield from sessions.program.constants(node)


def readers(session: Session, sessions: Sessions) -> frozenset[cst.CSTNode]:
    """Return the functions that run on the thread (or in the task) that receives."""
    found: set[cst.CSTNode] = set()
    for callback in sessions.callbacks(session, "on_message", "on_data", "on_open"):
        found |= sessions.reach(callback)
    for node in session.receives:
        found |= sessions.reach(sessions.function(node))
    return frozenset(found)


def _send(session: Session, socket: str) -> str:
    return f'{socket}.{session.connection.transport.send_text}(\'{{"type": "Terminate"}}\')'
