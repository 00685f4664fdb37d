"""V3M501: a task that sends and one that receives, run side by side."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import libcst as cst

from codemods import shutdown
from codemods.edits import Change, Edit, Replace
from codemods.facts.sessions import Endings, Session, Sessions, external_names, functions, own_nodes
from codemods.facts.values import Transport
from codemods.rule import Context, Example, Rule
from codemods.rules import swallowed_interrupt
from codemods.tree import SourceModule

_BEFORE = """\
import asyncio

import websockets

URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"


async def main(chunks):
    async with websockets.connect(URL) as ws:

        async def send():
            async for chunk in chunks:
                await ws.send(chunk)

        async def receive():
            async for message in ws:
                print(message)

        await asyncio.gather(send(), receive())
"""
_AFTER = f"""\
import asyncio

import websockets


{shutdown.source(shutdown.END, Transport.WEBSOCKETS)}

{shutdown.source(shutdown.RUN, Transport.WEBSOCKETS)}

URL = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true"


async def main(chunks):
    async with websockets.connect(URL) as ws:

        async def send():
            async for chunk in chunks:
                await ws.send(chunk)

        async def receive():
            async for message in ws:
                print(message)

        await run_session(ws, send(), receive())
"""
_TRANSPORTS = (Transport.WEBSOCKETS, Transport.AIOHTTP)


class SessionTasks(Rule):
    """Rewrites `gather(send(), receive())` so that the session ends whichever of the two does."""

    code = "V3M501"
    summary = "the session is terminated when sending and receiving side by side come to an end"
    why = (
        "`gather` waits for both: when one fails or Ctrl+C cancels them, the session stays open on the server, where "
        "it is billed for up to three hours, and the last transcripts are lost."
    )
    nodes = (cst.Await,)
    order = 60
    examples = (Example(_BEFORE, _AFTER),)
    untouched = (
        "import asyncio\n\nimport websockets\n\n\nasync def main(first, second):\n"
        '    async with websockets.connect("wss://example.com/chat") as ws:\n'
        "        await asyncio.gather(first(ws), second(ws))\n",
    )

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        for edits in planned(context).get(node, ()):
            yield self.change(
                node, "neither task ends the session; now it ends, and is terminated, when one of them does", *edits
            )


def planned(context: Context) -> Endings:
    """Return the rewrites of this rule by the node they stand at."""
    mended = context.options.selects(swallowed_interrupt.SwallowedInterrupt.code)
    endings = partial(_endings, mended=mended)
    return Sessions.of(context.program).plan(SessionTasks.code, context.options, endings)


def _endings(session: Session, sessions: Sessions, *, mended: bool) -> Endings:
    found: Endings = {}
    for module in sessions.modules():
        if session.connection.transport not in _TRANSPORTS or not shutdown.fits(module, sessions, shutdown.RUN):
            continue
        for node in module.walk():
            if (
                isinstance(node, cst.Await)
                and isinstance(node.expression, cst.Call)
                and "asyncio.gather" in external_names(sessions.program.values(node.expression.func))
                and (edits := _edits(node, node.expression, session, sessions, module, mended=mended))
            ):
                found[node] = [edits]
    return found


def _edits(
    node: cst.Await, call: cst.Call, session: Session, sessions: Sessions, module: SourceModule, *, mended: bool
) -> list[Edit]:
    pair = _pair(call, session, sessions)
    holder = module.parent(node)
    if pair is None or not isinstance(holder, cst.Expr | cst.Assign):
        return []
    if any(
        _outlives_cancellation(function, sessions, owner, mended=mended)
        for function in _reached(pair[0], sessions)
        if (owner := sessions.program.module_of(function)) is not None
    ):
        return []
    socket = _socket(node, session, sessions, module)
    if socket is None or (isinstance(holder, cst.Assign) and not _ignored(holder, sessions)):
        return []
    swapped = call.args[0] is not pair[0]

    def build(updated: cst.CSTNode) -> cst.CSTNode:
        old = cst.ensure_type(updated, cst.Call)
        first, second = old.args
        sender, receiver = (second.value, first.value) if swapped else (first.value, second.value)
        lead = cst.Arg(cst.parse_expression(socket), comma=first.comma)
        arguments = [lead, first.with_changes(value=sender), second.with_changes(value=receiver)]
        return old.with_changes(func=cst.Name(shutdown.RUN), args=arguments)

    edits: list[Edit] = [Replace(call, build)]
    if isinstance(holder, cst.Assign):
        edits.append(Replace(holder, lambda updated: cst.Expr(cst.ensure_type(updated, cst.Assign).value)))
    return [*edits, *shutdown.run_session(module, session.connection)]


def _pair(call: cst.Call, session: Session, sessions: Sessions) -> tuple[cst.Arg, cst.Arg] | None:
    """Return the coroutine that sends over a session, and the one that receives from it."""
    if len(call.args) != 2 or any(argument.keyword or argument.star for argument in call.args):
        return None
    first, second = call.args
    sends = [_runs(sessions, argument, [send.call for send in session.audio]) for argument in call.args]
    receives = [_runs(sessions, argument, session.receives) for argument in call.args]
    if sends == [True, False] and receives == [False, True]:
        return first, second
    if sends == [False, True] and receives == [True, False]:
        return second, first
    return None


def _runs(sessions: Sessions, argument: cst.Arg, nodes: Iterable[cst.CSTNode]) -> bool:
    nodes = list(nodes)
    if not isinstance(argument.value, cst.Call):
        return False
    called = functions(sessions.program.values(argument.value.func))
    return any(sessions.within(function, nodes) for function in called)


def _reached(argument: cst.Arg, sessions: Sessions) -> Iterable[cst.CSTNode]:
    for function in functions(sessions.program.values(cst.ensure_type(argument.value, cst.Call).func)):
        yield from sessions.reach(function)


def _outlives_cancellation(function: cst.CSTNode, sessions: Sessions, module: SourceModule, *, mended: bool) -> bool:
    """Return whether a function may go on after it was cancelled; `mended` is whether V3M513 sees to some of that."""
    for node in own_nodes(function):
        if isinstance(node, cst.ExceptHandler):
            if mended and swallowed_interrupt.is_mended(node, sessions):
                continue
            if swallowed_interrupt.swallows(node):
                return True
            cancelled = node.type is not None and "CancelledError" in module.code(node.type)
            if cancelled and swallowed_interrupt.goes_on(node) and swallowed_interrupt.in_loop(node, sessions, module):
                return True
        elif isinstance(node, cst.Finally) and any(isinstance(inner, cst.Continue) for inner in module.walk(node)):
            return True
    return False


def _socket(node: cst.Await, session: Session, sessions: Sessions, module: SourceModule) -> str | None:
    """Return source for the connection, as it can be named where `node` stands."""
    statement = module.statement(node)
    env = sessions.program.run.env_at.get(statement, {}) if statement is not None else {}
    for name, binding in env.items():
        if binding.values == frozenset({session.connection}):
            return name
    # or an attribute of `self`, as the same function writes it
    for inner in own_nodes(sessions.function(node)):
        if isinstance(inner, cst.Attribute) and isinstance(inner.value, cst.Name) and sessions.only(inner) is session:
            return module.code(inner)
    return None


def _ignored(assign: cst.Assign, sessions: Sessions) -> bool:
    """Return whether nothing reads what an assignment stores."""
    targets: list[cst.BaseExpression] = []
    for target in assign.targets:
        if isinstance(target.target, cst.Tuple):
            targets += [element.value for element in target.target.elements]
        else:
            targets.append(target.target)
    if not all(isinstance(target, cst.Name) for target in targets):
        return False
    read = {definition.node for definition in sessions.program.uses_of}
    return not any(target in read for target in targets)
