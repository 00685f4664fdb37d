"""Handlers that catch Ctrl+C and the cancellation of a task, and go on."""

from __future__ import annotations

import libcst as cst

from codemods.facts.control_flow import Way, caught, ways_out
from codemods.facts.sessions import Session, Sessions, own_nodes

_TOLD_APART = ("KeyboardInterrupt", "SystemExit", "CancelledError", "exc_info")


def swallows_in_loop(handler: cst.ExceptHandler, sessions: Sessions) -> bool:
    """Return whether a loop that works on a v2 session has a handler that swallows all there is, Ctrl+C included."""
    if _tells_apart(handler) or _ends_loop(handler, sessions):
        return False
    module = sessions.home(handler)
    guarded = module.parent(handler)
    if not isinstance(guarded, cst.Try) or not swallows(handler) or not sessions.legacy:
        return False
    return sessions.in_loop(guarded) and any(
        _works_on(guarded, session, sessions) for session in sessions.found.values()
    )


def swallows(handler: cst.ExceptHandler) -> bool:
    """Return whether a handler catches cancellation and Ctrl+C, and goes on."""
    return "BaseException" in caught(handler) and goes_on(handler)


def goes_on(handler: cst.ExceptHandler) -> bool:
    """Return whether the program goes on behind a handler."""
    return bool(ways_out(handler.body) & {Way.END, Way.CONTINUE})


def _works_on(guarded: cst.Try, session: Session, sessions: Sessions) -> bool:
    """Return whether a `try` connects, sends audio or receives, itself or in what it calls."""
    places = {session.connect.call, *session.receives, *session.sends}
    return session.legacy and sessions.reaches(guarded.body, places)


def _tells_apart(handler: cst.ExceptHandler) -> bool:
    """Return whether a handler looks at what it caught, and knows Ctrl+C or cancellation by name."""
    return any(isinstance(node, cst.Name) and node.value in _TOLD_APART for node in own_nodes(handler))


def _ends_loop(handler: cst.ExceptHandler, sessions: Sessions) -> bool:
    """Return whether a handler sets the variable by which the loop around it comes to its end."""
    module = sessions.home(handler)
    loop = next((up for up in module.ancestors(handler) if isinstance(up, cst.While)), None) if module else None
    if loop is None:
        return False
    test = loop.test
    final: tuple[str, ...] = ("False", "None")
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        test, final = test.expression, ("True",)
    return any(
        isinstance(node, cst.Assign)
        and module.code(node.targets[0].target) == module.code(test)
        and module.code(node.value) in final
        for node in own_nodes(handler)
    )
