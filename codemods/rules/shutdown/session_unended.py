"""V3M510: a session that nothing ends."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from codemods import protocol as v
from codemods.facts.control_flow import ERRORS, Way, caught, is_on_way_out
from codemods.facts.pauses import billed
from codemods.facts.sessions import Session, Sessions, own_nodes
from codemods.interpreter.values import NOTHING, Obj, texts, unwrapped
from codemods.rewrites.shutdown import strategies
from codemods.rewrites.shutdown.strategies import at_close
from codemods.rule import Changes, Context, Rule, Safety
from codemods.syntax.tree import SourceModule

_MESSAGE = (
    'nothing ends this session, billed {time}: {stop}send {{"type": "Terminate"}} and wait for Termination, then close'
)
_UNSEEN = (
    "no message that ends a session is seen to reach this one, billed {time}: {stop}"
    'make sure that {{"type": "Terminate"}} is sent and Termination waited for on every way out'
)
_SKIPPED = "an error (or Ctrl+C) on the way here leaves the session open, billed {time}: end it in a `finally`"


class SessionUnended(Rule[cst.Call]):
    """Reports sessions that send audio, are never terminated, and that no other rule could end."""

    code = "V3M510"
    summary = "a session is never terminated"
    source = v.BILLING
    why = "An unterminated v3 session stays open, and is billed, for up to three hours."
    safety = Safety.MANUAL

    def visit(self, node: cst.Call, context: Context) -> Changes:
        sessions = context.get(Sessions)
        session = sessions.opened_by(node)
        if session is None or not session.audio:
            return
        plan, may_end = context.get(strategies.plan), _may_end(session, sessions)
        is_ended = session.connection in plan.ended
        ends = session.asks if may_end and not is_ended else plan.made[at_close.CODE]
        here = [call for call in ends if context.module.owns(call) and sessions.at(_socket(call)) == [session]]
        if here and _is_skipped(here, session, sessions, context.module):
            yield self.report(here[0], _SKIPPED.format(time=_billed(session, sessions)))
        if not may_end and not is_ended:
            in_thread = sessions.threads_of(session.sends)
            stop = "stop and join the audio thread, " if in_thread else ""
            message = _UNSEEN if sessions.terminates else _MESSAGE
            yield self.report(node, message.format(stop=stop, time=_billed(session, sessions)))


def _billed(session: Session, sessions: Sessions) -> str:
    """Return how long the session is billed, in words: whether it gets a limit is decided for all of them together."""
    senders = [call for each in sessions.found.values() for call in each.sends]
    urls = sessions.program.urls(session.connect)
    return billed(sessions.program, senders, given=any("inactivity_timeout" in url.text for url in urls))


def _may_end(session: Session, sessions: Sessions) -> bool:
    """Return whether a message that ends a session, of v2 or v3, is among those sent over it, be it with others."""
    program = sessions.program
    for send in program.sends.values():
        if session.connection in send.connections:
            for value in program.values(send.data):
                content = unwrapped(value)
                items = program.items(content) if isinstance(content, Obj) else {"type": frozenset({content})}
                said = texts(items.get("type", NOTHING))
                if v.TERMINATE in items or any(v.TERMINATE in text or "Terminate" in text for text in said):
                    return True
    return False


def _socket(call: cst.CSTNode) -> cst.CSTNode:
    """Return the expression for the connection that a call closes, or sends over."""
    func = call.func if isinstance(call, cst.Call) else None
    return func.value if isinstance(func, cst.Attribute) else call


def _is_skipped(ends: Sequence[cst.CSTNode], session: Session, sessions: Sessions, module: SourceModule) -> bool:
    """Return whether an error, once a loop or a thread sends, gets out of a function without passing the `ends`."""
    function, flow = sessions.function(session.connect.call), sessions.flow(session.connect.call)
    if any(sessions.function(end) is not function or is_on_way_out(end, module) for end in ends):
        return False
    own = own_nodes(function)
    stops = [*ends, *(node for node in own if isinstance(node, cst.ExceptHandler) and caught(node) & ERRORS)]
    begins: list[cst.CSTNode] = [made for made in sessions.threads_of(session.sends) if made in own]
    for node in own:
        inside = set(module.walk(node)) if isinstance(node, cst.While | cst.For) else set()
        if inside & set(session.sends) and not inside & set(ends):
            begins.append(node)
    return any(Way.ERROR in flow.escapes(begin, stops) for begin in begins)
