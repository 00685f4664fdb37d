"""V3M510: a session that nothing ends."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.sessions import Session, Sessions, own_nodes
from codemods.interpreter.values import NOTHING, Json, Obj, texts
from codemods.rewrites.shutdown import strategies
from codemods.rewrites.shutdown.strategies import at_close
from codemods.rule import Changes, Context, Rule, Safety
from codemods.syntax.tree import SourceModule

_MESSAGE = (
    "nothing ends this session, billed until 5 minutes pass without a message: {stop}"
    'send {{"type": "Terminate"}} and wait for Termination, then close'
)
_UNSEEN = (
    "no message that ends a session is seen to reach this one, billed until 5 minutes pass without a message: {stop}"
    'make sure that {{"type": "Terminate"}} is sent and Termination waited for on every way out'
)
_SKIPPED = (
    "an error (or Ctrl+C) on the way here leaves the session open, billed until 5 minutes pass without a message: end "
    "it in a `finally`"
)


class SessionUnended(Rule[cst.Call]):
    """Reports sessions that send audio, are never terminated, and that no other rule could end."""

    code = "V3M510"
    summary = "a session is never terminated"
    source = v.BILLING
    why = "An unterminated v3 session stays open, and is billed, for up to three hours."
    safety = Safety.MANUAL

    def visit(self, node: cst.Call, context: Context) -> Changes:
        sessions = Sessions.of(context.program)
        session = sessions.opened_by(node)
        if session is None or not session.audio:
            return
        plan, may_end = context.get(strategies.plan), _may_end(session, sessions)
        is_ended = session.connection in plan.ended
        ends = [end.call for end in session.ends] if may_end and not is_ended else plan.made[at_close.CODE]
        here = [call for call in ends if context.module.owns(call) and sessions.at(_socket(call)) == [session]]
        if here and all(_is_skipped(call, session, sessions, context.module) for call in here):
            yield self.report(here[0], _SKIPPED)
        if not may_end and not is_ended:
            in_thread = sessions.threads_of(send.call for send in session.audio)
            stop = "stop and join the audio thread, " if in_thread else ""
            message = _UNSEEN if sessions.terminates else _MESSAGE
            yield self.report(node, message.format(stop=stop))


def _may_end(session: Session, sessions: Sessions) -> bool:
    """Return whether a message that ends a session, of v2 or v3, is among those sent over it, be it with others."""
    program = sessions.program
    for send in program.sends.values():
        if session.connection in send.connections:
            for value in program.values(send.data):
                content = value.content if isinstance(value, Json) else value
                items = program.items(content) if isinstance(content, Obj) else {"type": frozenset({content})}
                said = texts(items.get("type", NOTHING))
                if v.TERMINATE in items or any(v.TERMINATE in text or "Terminate" in text for text in said):
                    return True
    return False


def _socket(call: cst.CSTNode) -> cst.CSTNode:
    """Return the expression for the connection that a call closes, or sends over."""
    func = call.func if isinstance(call, cst.Call) else None
    return func.value if isinstance(func, cst.Attribute) else call


def _is_skipped(end: cst.CSTNode, session: Session, sessions: Sessions, module: SourceModule) -> bool:
    """Return whether an error in the loop that sends comes out without passing the end behind it."""
    function = sessions.function(end)
    if function is not sessions.function(session.connect.call):
        return False
    places = {send.call for send in session.audio}
    skipped = False
    for up in [end, *module.ancestors(end)]:
        if up is function:
            break
        if isinstance(up, cst.Finally | cst.ExceptHandler):
            return False
        block = module.parent(up)
        if isinstance(block, cst.IndentedBlock | cst.Module):
            above = block.body[: next(index for index, each in enumerate(block.body) if each is up)]
            if any(isinstance(each, cst.Try) and _catches_all(each) for each in above):
                return False
            skipped = skipped or any(
                isinstance(inner, cst.While | cst.For) and places & set(module.walk(inner))
                for each in above
                for inner in [each, *own_nodes(each)]
            )
    return skipped


def _catches_all(guarded: cst.Try) -> bool:
    kinds = [handler.type for handler in guarded.handlers]
    return any(
        kind is None or (isinstance(kind, cst.Name) and kind.value in ("Exception", "BaseException")) for kind in kinds
    )
