"""Handlers that catch Ctrl+C and the cancellation of a task, and go on."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods.facts.sessions import Session, Sessions, functions, own_nodes
from codemods.syntax.tree import SourceModule

_LAST = (cst.Raise, cst.Return, cst.Break)
_TOLD_APART = ("KeyboardInterrupt", "SystemExit", "CancelledError", "exc_info")


def swallows_in_loop(handler: cst.ExceptHandler, sessions: Sessions) -> bool:
    """Return whether a loop that works on a v2 session has a handler that swallows all there is, Ctrl+C included."""
    if _tells_apart(handler) or _ends_loop(handler, sessions):
        return False
    module = sessions.program.module_of(handler)
    guarded = module.parent(handler) if module is not None else None
    if module is None or not isinstance(guarded, cst.Try) or not swallows(handler) or not sessions.legacy:
        return False
    return sessions.in_loop(guarded) and any(
        _works_on(guarded, session, sessions, module) for session in sessions.found.values()
    )


def swallows(handler: cst.ExceptHandler) -> bool:
    """Return whether a handler catches cancellation and Ctrl+C, and goes on."""
    everything = handler.type is None or (isinstance(handler.type, cst.Name) and handler.type.value == "BaseException")
    return everything and goes_on(handler)


def goes_on(handler: cst.ExceptHandler) -> bool:
    """Return whether the program goes on behind a handler."""
    return not any(isinstance(last, _LAST) or _exits(last) for last in _last(handler.body))


def _last(block: cst.BaseSuite) -> Iterable[cst.CSTNode]:
    """Yield the last statement of a block, in its parts."""
    last = block.body[-1] if block.body else None
    if isinstance(last, cst.SimpleStatementLine):
        yield from last.body
    elif last is not None:
        yield last


def _exits(part: cst.CSTNode) -> bool:
    """Return whether a statement is a call of `exit`, `sys.exit` or the like."""
    call = part.value if isinstance(part, cst.Expr) else None
    func = call.func if isinstance(call, cst.Call) else None
    name = func.attr if isinstance(func, cst.Attribute) else func
    return isinstance(name, cst.Name) and name.value in ("exit", "_exit", "quit")


def _works_on(guarded: cst.Try, session: Session, sessions: Sessions, module: SourceModule) -> bool:
    """Return whether a `try` connects, sends audio or receives, itself or in what it calls."""
    if not session.legacy:
        return False
    places = {session.connect.call, *session.receives, *(send.call for send in session.audio)}
    inside = list(module.walk(guarded.body))
    if any(node in places for node in inside):
        return True
    called = [
        function
        for node in inside
        if isinstance(node, cst.Call)
        for function in functions(sessions.program.values(node.func))
    ]
    return any(sessions.within(function, places) for function in called)


def _tells_apart(handler: cst.ExceptHandler) -> bool:
    """Return whether a handler looks at what it caught, and knows Ctrl+C or cancellation by name."""
    return any(isinstance(node, cst.Name) and node.value in _TOLD_APART for node in own_nodes(handler))


def _ends_loop(handler: cst.ExceptHandler, sessions: Sessions) -> bool:
    """Return whether a handler sets the variable by which the loop around it comes to its end."""
    module = sessions.program.module_of(handler)
    loop = next((up for up in module.ancestors(handler) if isinstance(up, cst.While)), None) if module else None
    if module is None or loop is None:
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
