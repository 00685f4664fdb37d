"""An audio thread that callbacks of a `WebSocketApp` start, and who stops it: callbacks, and what ends the session."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods.facts.concurrency import calls_of
from codemods.facts.sessions import Session, Sessions, own_nodes
from codemods.rewrites.shutdown.sender_thread import EVENT, SenderThread, first_statement, function_frees_device
from codemods.syntax.edits import Edit, InsertBefore
from codemods.syntax.tree import Statement


def made_when_open(sender: SenderThread, session: Session, sessions: Sessions) -> bool:
    """Return whether each connection makes its own thread, once: others would be taken for things of the past."""
    maker = sessions.function(sender.thread)
    opening = sessions.callbacks(session, "on_open")
    calls = calls_of(maker, sessions)
    if maker in opening:
        return not calls
    return len(calls) == 1 and sessions.function(calls[0]) in opening


def stopped_by_callbacks(session: Session, sessions: Sessions, sender: SenderThread, thread: str) -> list[Edit]:
    """Return the edits by which an error or a close stops the audio thread, before the device is freed."""
    edits: list[Edit] = []
    for function in dict.fromkeys(sessions.callbacks(session, "on_error", "on_close")):
        if not isinstance(function, cst.FunctionDef) or (first := first_statement(function)) is None:
            continue
        if sender.module.owns(function) and sender.is_at_home(first):
            edits.append(InsertBefore(first, f"{sender.event_name}.set()"))
            if function_frees_device(function, sessions):
                edits.append(InsertBefore(first, sender.waited_for(thread)))
    return edits


def stopped_by_who_ends(session: Session, sessions: Sessions) -> list[Edit]:
    """Return the edits that stop and join the audio thread before a function of the program's ends the session.

    None unless each such function is found where the thread's names mean the same, and runs on another thread than
    the connection does; its callbacks stop the thread as well.
    """
    sender = SenderThread.of(session, sessions)
    if sender is None or not made_when_open(sender, session, sessions):
        return []
    module = sender.module
    if EVENT in module.names or not sessions.program.can_import(module, "threading"):
        return []
    places = _places(session, sessions, sender)
    kept = sender.kept()
    if not places or kept is None:
        return []
    name, edits = kept
    joins = [InsertBefore(place, sender.waited_for(name), first=True) for place in places]
    if all(_stops_before(place, sender, sessions) for place in places):
        return [*edits, *joins]
    return [
        *sender.event(),
        *edits,
        *sender.stoppable(),
        *sender.quiet(session),
        *stopped_by_callbacks(session, sessions, sender, name),
        *_ready_again(session, sessions, sender),
        *(InsertBefore(place, f"{sender.event_name}.set()", first=True) for place in places),
        *joins,
    ]


def _places(session: Session, sessions: Sessions, sender: SenderThread) -> list[Statement]:
    """Return where the program first ends the session, or closes its connection, in each function that does."""
    ends = {*session.asks, *session.closes}
    elsewhere = sessions.reach(sender.sender).union(*map(sessions.reach, sessions.callbacks(session)))
    return sender.first_places(lambda node: node in ends, elsewhere, sessions)


def _stops_before(place: Statement, sender: SenderThread, sessions: Sessions) -> bool:
    """Return whether the program itself sets, above a statement of the same function, what its loops ask for."""
    module = sender.module
    above = [
        node
        for node in own_nodes(sessions.function(place))
        if isinstance(node, cst.Call | cst.Assign) and module.span(node) < module.span(place)
    ]
    done = {module.code(node.func) for node in above if isinstance(node, cst.Call)}
    done |= {module.code(target.target) for node in above if isinstance(node, cst.Assign) for target in node.targets}
    for loop in sender.loops:
        if isinstance(loop, cst.For):
            return False
        asked = {module.code(node) for node in module.walk(loop.test) if isinstance(node, cst.Name | cst.Attribute)}
        if not any(name in done or f"{name}.set" in done for name in asked):
            return False
    return True


def _ready_again(session: Session, sessions: Sessions, sender: SenderThread) -> Iterator[Edit]:
    """Yield the edit by which a client that is started once more finds its event cleared."""
    module = sender.module
    for node in module.find(cst.Attribute):
        if node.attr.value == "run_forever":
            place = module.statement(node)
            function = sessions.function(node)
            again = isinstance(function, cst.FunctionDef) and function.name.value != "__init__"
            if again and sessions.only(node.value) is session and sender.is_at_home(node):
                if isinstance(place, cst.SimpleStatementLine):
                    yield InsertBefore(place, f"{sender.event_name}.clear()")
