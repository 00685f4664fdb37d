"""An audio thread whose whole life is one block: it is started, a `try` waits, Ctrl+C ends the session."""

from __future__ import annotations

import libcst as cst

from codemods.facts.concurrency import on_main_thread
from codemods.facts.control_flow import caught
from codemods.facts.sessions import Session, Sessions
from codemods.rewrites.shutdown.sender_thread import EVENT, THREAD, SenderThread
from codemods.syntax.build import indented
from codemods.syntax.edits import Edit, Replace
from codemods.syntax.navigate import only_part, statements_behind
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
    part = only_part(line)
    if line is None:
        return None
    if part is not None and sender.is_started(part):
        return THREAD, line, sender.held(part, THREAD)
    if not isinstance(part, cst.Assign) or len(part.targets) != 1 or part.value is not sender.thread:
        return None
    name = dotted(part.targets[0].target)
    starts = [other for other in statements_behind(line, module) if module.code(other).strip() == f"{name}.start()"]
    return (name, starts[0], []) if name.isidentifier() and len(starts) == 1 else None


def _waiting(started: Statement, session: Session, sessions: Sessions, module: SourceModule) -> cst.Try | None:
    """Return the `try`, the last thing in its block, that waits until Ctrl+C ends the session."""
    following = list(statements_behind(started, module))
    last = following[-1] if following else None
    if not isinstance(last, cst.Try) or not all(isinstance(each, cst.SimpleStatementLine) for each in following[:-1]):
        return None
    interrupts = [handler.body for handler in last.handlers if catches_interrupt(handler)]
    ends = session.asks + session.closes
    if not _waits(last.body, module) or not any(sessions.reaches(block, ends) for block in interrupts):
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
    return "KeyboardInterrupt" in caught(handler)


def _stopped(waiting: cst.Try, stop: str, join: str, module: SourceModule) -> Edit:
    """Return the edit that stops the thread before any handler of Ctrl+C."""
    code = indented(module, f"try:\n    pass\nfinally:\n    {stop}\n    {join}\n")

    def build(updated: cst.CSTNode) -> cst.CSTNode:
        old = cst.ensure_type(updated, cst.Try)
        inner = cst.ensure_type(cst.parse_statement(code, module.tree.config_for_parsing), cst.Try)
        return old.with_changes(body=cst.IndentedBlock([inner.with_changes(body=old.body)]))

    return Replace(waiting, build)
