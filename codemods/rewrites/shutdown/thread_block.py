"""An audio thread whose whole life is one block: it is started, a `try` waits, Ctrl+C ends the session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from codemods.facts.concurrency import on_main_thread
from codemods.facts.sessions import Session, Sessions, functions
from codemods.rewrites.shutdown.sender_thread import EVENT, THREAD, SenderThread, assigned
from codemods.syntax.build import indented
from codemods.syntax.edits import Edit, InsertAfter, Replace
from codemods.syntax.tree import SourceModule, Statement, dotted

_WAITS = ("join", "wait", "pause", "input", "sleep")
"""Last names of calls that wait."""


def stopped_in_block(session: Session, sessions: Sessions) -> list[Edit]:
    """Return the edits that stop and join the audio thread of a session behind what waits for it; none if unproven.

    Whatever the way out of the waiting, the thread has ended before the program goes on to end the session.
    """
    sender = SenderThread.of(session, sessions, indirect=True)
    if sender is None or not on_main_thread(sender.thread, sessions) or not sender.is_at_home(sender.thread):
        return []
    module = sender.module
    if module.names & {EVENT, THREAD} or not sessions.program.can_import(module, "threading"):
        return []
    kept = _kept(sender, module)
    if kept is None:
        return []
    name, started, edits = kept
    waiting = _waiting(started, session, sessions, module)
    if waiting is None:
        return []
    event = sender.event()
    return [
        *event,
        *edits,
        *sender.stoppable(),
        *sender.quiet(session),
        _stopped(waiting, f"{sender.event_name}.set()", f"{name}.join(timeout=1)", module),
    ] * bool(event)


def _kept(sender: SenderThread, module: SourceModule) -> tuple[str, Statement, list[Edit]] | None:
    """Return the variable that has the thread, the line that starts it, and the edits that this takes."""
    line = module.statement(sender.thread)
    part = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
    if line is None:
        return None
    if isinstance(part, cst.Expr):
        start = part.value.func if isinstance(part.value, cst.Call) else None
        if not isinstance(start, cst.Attribute) or start.value is not sender.thread or start.attr.value != "start":
            return None
        return THREAD, line, [Replace(part, lambda old: assigned(old, THREAD)), InsertAfter(line, f"{THREAD}.start()")]
    if not isinstance(part, cst.Assign) or len(part.targets) != 1 or part.value is not sender.thread:
        return None
    name = dotted(part.targets[0].target)
    starts = [other for other in _following(line, module) if module.code(other).strip() == f"{name}.start()"]
    return (name, starts[0], []) if name.isidentifier() and len(starts) == 1 else None


def _following(line: Statement, module: SourceModule) -> Iterator[Statement]:
    """Yield the statements behind one, in its block."""
    block = module.parent(line)
    body = list(block.body) if isinstance(block, cst.IndentedBlock | cst.Module) else []
    for other in body[body.index(line) + 1 :] if line in body else ():
        if isinstance(other, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            yield other


def _waiting(started: Statement, session: Session, sessions: Sessions, module: SourceModule) -> cst.Try | None:
    """Return the `try`, the last thing in its block, that waits until Ctrl+C ends the session."""
    following = list(_following(started, module))
    last = following[-1] if following else None
    if not isinstance(last, cst.Try) or not all(isinstance(each, cst.SimpleStatementLine) for each in following[:-1]):
        return None
    interrupts = [handler.body for handler in last.handlers if catches_interrupt(handler)]
    ends = [end.call for end in session.ends] + session.closes
    if not _waits(last.body, module) or not any(reaches(block, ends, sessions, module) for block in interrupts):
        return None
    return last


def _waits(body: cst.BaseSuite, module: SourceModule) -> bool:
    """Return whether a block waits, itself or in a loop."""
    return any(
        isinstance(line, cst.While | cst.For)
        or any(
            isinstance(node, cst.Call) and dotted(node.func).rpartition(".")[2] in _WAITS for node in module.walk(line)
        )
        for line in body.body
    )


def catches_interrupt(handler: cst.ExceptHandler) -> bool:
    """Return whether a handler is for Ctrl+C, be it with others."""
    types = handler.type.elements if isinstance(handler.type, cst.Tuple) else ()
    each = [element.value for element in types] if types else [handler.type] if handler.type is not None else []
    return any(dotted(one) == "KeyboardInterrupt" for one in each)


def reaches(block: cst.BaseSuite, ends: Iterable[cst.Call], sessions: Sessions, module: SourceModule) -> bool:
    """Return whether a block makes one of the calls, itself or in what it calls."""
    calls = [node for node in module.walk(block) if isinstance(node, cst.Call)]
    return any(
        call in ends or any(sessions.within(each, ends) for each in functions(sessions.program.values(call.func)))
        for call in calls
    )


def _stopped(waiting: cst.Try, stop: str, join: str, module: SourceModule) -> Edit:
    """Return the edit that stops the thread before any handler of Ctrl+C."""
    code = indented(module, f"try:\n    pass\nfinally:\n    {stop}\n    {join}\n")

    def build(updated: cst.CSTNode) -> cst.CSTNode:
        old = cst.ensure_type(updated, cst.Try)
        inner = cst.ensure_type(cst.parse_statement(code, module.tree.config_for_parsing), cst.Try)
        return old.with_changes(body=cst.IndentedBlock([inner.with_changes(body=old.body)]))

    return Replace(waiting, build)
