"""V3M515: a connection that is made in a thread, where nothing can interrupt the attempt."""

from __future__ import annotations

import libcst as cst

from codemods.facts.concurrency import calls_of
from codemods.facts.sessions import Session, Sessions, argument_of, own_nodes
from codemods.model import Source
from codemods.rewrites.shutdown import helpers, strategies
from codemods.rewrites.shutdown.sender_thread import first_statement
from codemods.rewrites.shutdown.strategies import in_app
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.edits import InsertBefore
from codemods.syntax.tree import SourceModule

_SECONDS = 4  # less than the 5 that programs are wont to wait for their thread


class ConnectLimit(Rule[cst.Attribute]):
    """Gives the attempt to connect a time limit, which ends as soon as there is a connection."""

    code = "V3M515"
    summary = "a connection made in a thread has a time limit"
    source = Source(
        "https://github.com/websocket-client/websocket-client/blob/master/websocket/_socket.py", read="2026-11-29"
    )
    why = (
        "While `run_forever` connects, neither `close()` nor Ctrl+C reaches it: without a time limit its thread stays "
        "for as long as a server (or a firewall) says nothing, and if it is no daemon the program does, too."
    )

    def visit(self, node: cst.Attribute, context: Context) -> Changes:
        if not isinstance(node, cst.Attribute) or node.attr.value != "run_forever":
            return
        sessions = context.get(Sessions)
        session = sessions.only(node.value)
        if session not in sessions.live:
            return
        transport = session.connection.transport
        if any(transport.connect_limit in module.names for module in context.program.own):
            return
        thread = _thread(node, session, sessions, context)
        if thread is None:
            return
        edits = _edits(node, session, sessions, context.module)
        if edits:
            yield self.change(
                node, "the attempt to connect had no time limit, and its thread cannot be stopped", *edits
            )
        elif isinstance(thread, cst.Call) and "daemon" not in context.code(thread):
            yield self.report(
                node,
                "the attempt to connect has no time limit, and the program waits for it: "
                f"{transport.package}.{transport.connect_limit}() before, sock.settimeout(None) in on_open",
            )


def _thread(
    node: cst.Attribute, session: Session, sessions: Sessions, context: Context
) -> cst.Call | cst.Attribute | None:
    """Return the `Thread(...)` that runs a session's connection; the node itself if it will be in one."""
    if context.get(strategies.plan).ended.get(session.connection) == in_app.CODE:
        return node
    around, running = set(context.module.ancestors(node)), sessions.threads_of([node])
    calls = (c for c in sessions.threads if argument_of(c, 1, "target") is node or c in around or c in running)
    return next(calls, None)


def _edits(node: cst.Attribute, session: Session, sessions: Sessions, module: SourceModule) -> list[Edit]:
    """Return the edits that set the limit before the attempt and lift it in `on_open`; none if that is not proven."""
    transport = session.connection.transport
    clients = [c for c in sessions.program.connects.values() if c.connection.transport is transport]
    runs = [other for other, _ in sessions.program.find(cst.Attribute) if other.attr.value == node.attr.value]
    place = module.statement(node)
    if len(clients) != 1 or len(runs) != 1 or not isinstance(place, cst.SimpleStatementLine):
        return []
    callbacks = list(dict.fromkeys(sessions.callbacks(session, "on_open")))
    on_open = callbacks[0] if len(callbacks) == 1 else None
    if not isinstance(on_open, cst.FunctionDef) or on_open.decorators or calls_of(on_open, sessions):
        return []
    first = first_statement(on_open)
    app = _app(on_open, session, sessions, module)
    if not module.owns(on_open) or first is None or app is None:
        return []
    package = transport.package
    named = helpers.library_name(module, module.tree, package, package, transport.connect_limit)
    if named is None:
        return []
    limit, imported = named
    return [
        InsertBefore(place, f"{limit}({_SECONDS})  # to connect: nothing can stop the attempt in its thread"),
        InsertBefore(first, f"{limit}(None)"),
        InsertBefore(first, f"{app}.sock.settimeout(None)  # connected: it may be silent for longer"),
        *imported,
    ]


def _app(on_open: cst.FunctionDef, session: Session, sessions: Sessions, module: SourceModule) -> str | None:
    """Return what a callback calls the app that it is given."""
    block = module.parent(on_open)
    is_method = block is not None and isinstance(module.parent(block), cst.ClassDef)
    params = [*on_open.params.posonly_params, *on_open.params.params]
    if len(params) <= is_method:
        return None
    name = params[is_method].name.value
    uses = [node for node in own_nodes(on_open) if isinstance(node, cst.Name) and node.value == name]
    known = [use for use in uses if sessions.program.is_use(use)]
    return name if all(sessions.only(use) is session for use in known) else None
