"""V3M509: an end that is asked for when nobody listens any more."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods.edits import Change
from codemods.facts.sessions import Sessions, external_names
from codemods.model import Safety
from codemods.rule import Context, Example, Rule

_MESSAGE = (
    "when this task is cancelled, nobody receives any more: ask for the end first, and receive until Termination, "
    "or what was said last is lost"
)
_PROGRAM = """\
import asyncio
import json

import websockets


async def send(ws, chunks):
    try:
        async for chunk in chunks:
            await ws.send(chunk)
    except asyncio.CancelledError:
{todo}        await ws.send(json.dumps({end}))
        raise


async def main(chunks):
    async with websockets.connect("{url}") as ws:
        sender = asyncio.create_task(send(ws, chunks))
        try:
            async for message in ws:
                print(message)
        finally:
            sender.cancel()
            await asyncio.wait([sender])
"""
_V3 = "wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true"


class LastWords(Rule):
    """Reports sessions that are terminated by a task that was cancelled, when the receiving one was, too."""

    code = "V3M509"
    summary = "the transcripts that follow Terminate are not received"
    why = "The service sends what was said last after `Terminate`; a program that has stopped reading never sees it."
    safety = Safety.MANUAL
    nodes = (cst.Call,)
    order = 90
    examples = (
        Example(
            _PROGRAM.format(todo="", end='{"terminate_session": True}', url="wss://api.assemblyai.com/v2/realtime/ws"),
            _PROGRAM.format(
                todo=f"        # TODO(v3-migrate): V3M509 {_MESSAGE}\n", end='{"type": "Terminate"}', url=_V3
            ),
        ),
    )
    untouched = (_PROGRAM.format(todo="", end='{"type": "Terminate"}', url=_V3),)

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        sessions = Sessions.of(context.program)
        for session in sessions.found.values():
            if not session.legacy or not any(end.call is node for end in session.ends):
                continue
            function = sessions.function(node)
            for up in context.module.ancestors(node):
                if up is function:
                    break
                if isinstance(up, cst.ExceptHandler) and _catches_cancellation(up, sessions):
                    if not any(sessions.function(receive) is function for receive in session.receives):
                        yield self.report(node, _MESSAGE)
                    return


def _catches_cancellation(handler: cst.ExceptHandler, sessions: Sessions) -> bool:
    if handler.type is None:
        return False
    names = external_names(sessions.program.values(handler.type))
    return "asyncio.CancelledError" in names or "asyncio.exceptions.CancelledError" in names
