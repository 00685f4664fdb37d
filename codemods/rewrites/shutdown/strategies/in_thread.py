"""A synchronous session whose audio another thread sends."""

from __future__ import annotations

import libcst as cst

from codemods.facts.concurrency import on_main_thread
from codemods.facts.control_flow import CTRL_C, caught
from codemods.facts.sessions import Session, Sessions
from codemods.rewrites.shutdown import helpers
from codemods.rewrites.shutdown.in_block import entered_too
from codemods.rewrites.shutdown.plan import Endings, ShutdownPlan
from codemods.rewrites.shutdown.sender_thread import EVENT, SenderThread
from codemods.syntax.build import replace_with
from codemods.syntax.edits import Edit, InsertAfter
from codemods.syntax.navigate import enclosing, statements_behind
from codemods.syntax.snippet import written
from codemods.syntax.tree import SourceModule

CODE = "V3M520"

_MESSAGES, _NAME = "session_messages", "messages"


def is_left(session: Session, sessions: Sessions) -> bool:
    """Return whether another thread sends, and the program ends the session itself, if all goes well."""
    in_thread = sessions.threads_of(session.sends)
    return session.connection.transport.blocks and bool(session.ends and in_thread)


def endings(session: Session, plan: ShutdownPlan) -> Endings:
    """Return what lets the thread that sends end the session on every way out of the `with` block that holds it."""
    sessions = plan.sessions
    sender = SenderThread.of(session, sessions)
    if not session.connection.transport.blocks or sender is None:
        return {}
    module = sender.module
    block = _block(session, module)
    loop = session.receives[0] if len(session.receives) == 1 else None
    if block is None or not isinstance(loop, cst.For) or sessions.only(loop.iter) is not session:
        return {}
    inside = set(module.walk(block.body))
    if loop not in inside or sender.thread not in inside or not sender.is_at_home(block):
        return {}
    if sessions.function(loop) is not sessions.function(block) or not on_main_thread(loop, sessions):
        return {}
    ended = _ended_by_sender(session, sessions, sender)
    tries = [up for up in enclosing(loop, block, module) if isinstance(up, cst.Try)]
    if ended is None or any(caught(handler) & CTRL_C for guarded in tries for handler in guarded.handlers):
        return {}  # the program catches Ctrl+C inside the block, which would let it out at its end only
    if not helpers.fits(module, sessions, _MESSAGES, _NAME, EVENT):
        return {}
    socket = module.code(cst.ensure_type(cst.ensure_type(block.items[-1].asname, cst.AsName).name, cst.Name))
    edits: list[Edit] = [
        *sender.event(),
        *sender.stoppable(),
        *ended,
        entered_too(block, f"{_MESSAGES}({socket}, {sender.event_name})", _NAME),
        replace_with(loop.iter, f"{_NAME}()"),
        *written(module, "thread_session"),
    ]
    return {block: edits}


def _block(session: Session, module: SourceModule) -> cst.With | None:
    """Return the `with connect(...) as name` of a session, if the connection is the last thing that it opens."""
    if not module.owns(session.connect.call):
        return None
    item = module.parent(session.connect.call)
    block = module.parent(item) if isinstance(item, cst.WithItem) else None
    if not isinstance(block, cst.With) or block.items[-1] is not item or not isinstance(block.body, cst.IndentedBlock):
        return None
    return block if item.asname is not None and isinstance(item.asname.name, cst.Name) else None


def _ended_by_sender(session: Session, sessions: Sessions, sender: SenderThread) -> list[Edit] | None:
    """Return the edits by which the sender asks for the end of the session behind its loops; None if it cannot."""
    module = sender.module
    *_, outer = (line for line in sender.sender.body.body if not set(sender.loops).isdisjoint(module.walk(line)))
    if session.ends:
        later = statements_behind(outer, module)
        return [] if all(module.statement(ask) in later for ask in session.asks) else None
    func = session.sends[0].func
    if sessions.terminates or not isinstance(func, cst.Attribute) or not isinstance(outer, cst.While | cst.For):
        return None
    return [InsertAfter(outer, f'{module.code(func.value)}.send(\'{{"type": "Terminate"}}\')')]
