"""V3M510: a session that nothing ends."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods import vocabulary as v
from codemods.edits import Change
from codemods.facts.sessions import Session, Sessions
from codemods.facts.values import NOTHING, Json, Obj, texts
from codemods.model import Safety
from codemods.rule import Context, Example, Rule
from codemods.rules import session_close

_MESSAGE = (
    "nothing ends this session, billed for up to 3 hours: {stop}"
    'send {{"type": "Terminate"}} and wait for Termination, then close'
)
_UNSEEN = (
    "no message that ends a session is seen to reach this one, billed for up to 3 hours: {stop}"
    'make sure that {{"type": "Terminate"}} is sent and Termination waited for on every way out'
)
_PROGRAM = """\
import websocket

{todo}ws = websocket.create_connection("{url}")


def feed(chunk):
    ws.send_binary(chunk)
"""


class SessionUnended(Rule):
    """Reports sessions that send audio, are never terminated, and that no other rule could end."""

    code = "V3M510"
    summary = "a session is never terminated"
    why = "An unterminated v3 session stays open, and is billed, for up to three hours."
    safety = Safety.MANUAL
    nodes = (cst.Call,)
    order = 90
    examples = (
        Example(
            _PROGRAM.format(todo="", url="wss://api.assemblyai.com/v2/realtime/ws"),
            _PROGRAM.format(
                todo=f"# TODO(v3-migrate): V3M510 {_MESSAGE.format(stop='')}\n",
                url="wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true",
            ),
        ),
    )
    untouched = (_PROGRAM.format(todo="", url="wss://streaming.assemblyai.com/v3/ws?speech_model=u3-rt-pro"),)

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        sessions = Sessions.of(context.program)
        session = next((s for s in sessions.found.values() if s.connect.call is node), None)
        if session is None or not session.legacy or not session.audio or _may_end(session, sessions):
            return
        session_close.planned(context)
        if session.connection not in sessions.ended:
            sends = [send.call for send in session.audio]
            in_thread = any(sessions.within(run, sends) for _, runs in sessions.thread_targets() for run in runs)
            stop = "stop and join the audio thread, " if in_thread else ""
            message = _UNSEEN if sessions.terminates else _MESSAGE
            yield self.report(node, message.format(stop=stop))


def _may_end(session: Session, sessions: Sessions) -> bool:
    """Return whether a message that ends a session, of v2 or v3, is among those sent over it, be it with others."""
    run = sessions.program.run
    for send in run.sends.values():
        if session.connection in send.connections:
            for value in sessions.program.values(send.data):
                content = value.content if isinstance(value, Json) else value
                items = run.items(content) if isinstance(content, Obj) else {"type": frozenset({content})}
                said = texts(items.get("type", NOTHING))
                if v.TERMINATE in items or any(v.TERMINATE in text or "Terminate" in text for text in said):
                    return True
    return False
