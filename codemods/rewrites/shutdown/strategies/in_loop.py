"""A loop that receives, beside a task that sends."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods.facts.lifetimes import is_used_behind
from codemods.facts.sessions import Session, Sessions
from codemods.rewrites.shutdown import helpers
from codemods.rewrites.shutdown.in_block import entered_as, entered_too
from codemods.rewrites.shutdown.plan import Endings, ShutdownPlan
from codemods.rewrites.shutdown.sender_task import (
    Task,
    can_be_stopped,
    outlives_cancellation,
    runs,
    tasks_at,
    without_ends,
)
from codemods.rewrites.shutdown.terminate import always_asked_by_sender, finally_behind
from codemods.syntax.build import replace_with
from codemods.syntax.edits import AddImport, Edit, InsertAfter
from codemods.syntax.tree import SourceModule, Statement

CODE = "V3M517"


def endings(session: Session, plan: ShutdownPlan) -> Endings:
    """Return what ends a session with the loop that receives."""
    sessions = plan.sessions
    for node, module in sessions.program.find(cst.With):
        if name := entered_as(node, session, sessions):
            return _in_block(node, name, session, sessions, module)
    return {}


def _in_block(block: cst.With, connection: str, session: Session, sessions: Sessions, module: SourceModule) -> Endings:
    function = sessions.function(block)
    if session.closes or any(sessions.function(receive) is not function for receive in session.receives):
        return {}  # what closes the connection has to end the session first: see V3M503
    if outlives_cancellation(function, sessions, module):
        return {}
    places = {place: found for place in session.receives if (found := _task(place, session, sessions, module))}
    tasks = {found.call: found for found in places.values()}
    if len(tasks) != 1:
        return {}
    ((sender, task),) = tasks.items()
    if not _is_all(list(places), sender, session, sessions, module):
        return {}
    ends = without_ends(sender, session, sessions) if can_be_stopped(sender, sessions) else None
    if block not in module.ancestors(sender) or ends is None:
        return {}
    if not sessions.program.options.harden:
        asked = always_asked_by_sender(sender, session, sessions)
        if asked is not None:
            place = next(iter(places))
            edits = [*asked, *_stopped(_loop(place, sender, module), task, module), AddImport("asyncio")]
            return {place: [*edits, *task.binding]}
    helper, name = _helper(places, session, module)
    if helper is None or not helpers.fits(module, sessions, helper):
        return {}
    entered = entered_too(block, f"{helper}({connection})", name)
    edits = [entered, *ends, *helpers.defined(module, session.connection, helper), *task.binding]
    for place in places:
        taken = place.iter if isinstance(place, cst.For) else place
        edits.append(replace_with(taken, f"{name}({task.name})"))
    return {next(iter(places)): edits}


def _loop(place: cst.CSTNode, sender: cst.Call, module: SourceModule) -> Statement:
    """Return the outermost loop around a place that the task of `sender` is not started in."""
    around = set(module.ancestors(sender))
    inside = [up for up in [place, *module.ancestors(place)] if up not in around]
    return [up for up in inside if isinstance(up, cst.For | cst.While)][-1]


def _stopped(loop: Statement, task: Task, module: SourceModule) -> Iterable[Edit]:
    """Yield the edits that stop a task behind a loop, however it is left, and let it come to its end."""
    waits = f"await asyncio.wait([{task.name}])"
    block = module.parent(loop)
    guarded = module.parent(block) if block is not None else None
    if isinstance(guarded, cst.Try) and guarded.finalbody is not None and list(guarded.body.body) == [loop]:
        last = guarded.finalbody.body.body[-1]
        if module.code(last).strip() == waits:
            return
        if module.code(last).strip() == f"{task.name}.cancel()" and isinstance(last, cst.SimpleStatementLine):
            yield InsertAfter(last, waits)
            return
    yield finally_behind(loop, f"{task.name}.cancel()\n{waits}\n", module)


def _task(place: cst.CSTNode, session: Session, sessions: Sessions, module: SourceModule) -> Task | None:
    """Return the task that sends while a loop (or a call in one) receives."""
    statement = module.statement(place)
    if statement is None:
        return None
    tasks = [found for found in tasks_at(statement, session, sessions, module) if found.role == "send"]
    return tasks[0] if len(tasks) == 1 else None


def _is_all(
    places: list[cst.CSTNode], sender: cst.Call, session: Session, sessions: Sessions, module: SourceModule
) -> bool:
    """Return whether a task that sends and one loop that receives are all that a session is used for, to its end."""
    around = set(module.ancestors(sender))
    loops: set[cst.CSTNode] = set()
    for place in places:
        inside = [up for up in [place, *module.ancestors(place)] if up not in around]
        # what a block limits in time, or tells cancellation of, is not to be held up
        if any(isinstance(up, cst.With) for up in inside) or not _is_plain(place, session, module):
            return False
        loops.update([up for up in inside if isinstance(up, cst.For | cst.While)][-1:])
    if len(loops) != 1 or any(not runs(sender, [send.call], sessions) for send in session.audio):
        return False
    (loop,) = loops
    started = module.span(sender)
    others = [receive for receive in session.receives if receive not in places]
    if any(module.span(receive) > started for receive in others) or is_used_behind(loop, session, sessions):
        return False
    own = {inner for place in places for inner in module.walk(_connection(place))}
    return not any(
        isinstance(inner, cst.Name | cst.Attribute) and inner not in own and session in sessions.at(inner)
        for inner in module.walk(loop)
    )


def _is_plain(place: cst.CSTNode, session: Session, module: SourceModule) -> bool:
    """Return whether a place is `async for ... in ws` or `await ws.recv()`, nothing around that limits it in time."""
    if isinstance(place, cst.For):
        return place.asynchronous is not None
    return (
        isinstance(place, cst.Call)
        and isinstance(place.func, cst.Attribute)
        and place.func.attr.value == session.connection.transport.receive
        and not place.args
        and isinstance(module.parent(place), cst.Await)
    )


def _connection(place: cst.CSTNode) -> cst.BaseExpression:
    """Return the expression for the connection that is received from."""
    return place.iter if isinstance(place, cst.For) else cst.ensure_type(place, cst.Call).func


def _helper(places: Iterable[cst.CSTNode], session: Session, module: SourceModule) -> tuple[str | None, str]:
    """Return the helper that the places need, and a free name for what it gives."""
    kinds = {isinstance(place, cst.For) for place in places}
    if not session.connection.transport.awaited or len(kinds) != 1:
        return None, ""
    helper, names = (
        (helpers.MESSAGES, ("messages", "received", "service_messages"))
        if True in kinds
        else (helpers.RECEIVE, ("receive", "receive_next", "service_receive"))
    )
    free = [name for name in names if name not in module.names]
    return (helper, free[0]) if free else (None, "")
