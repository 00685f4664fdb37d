"""V3M506: a `WebSocketApp` script that runs in the main thread and sends audio from another."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods import protocol as v
from codemods.facts.concurrency import calls_of, needs_main_thread, on_main_thread, serves_others
from codemods.facts.sessions import Endings, Session, Sessions, own_nodes
from codemods.libraries.values import Transport
from codemods.rewrites.shutdown import helpers
from codemods.rewrites.shutdown.sender_thread import EVENT, SenderThread
from codemods.rewrites.shutdown.thread_callbacks import made_when_open, stopped_by_callbacks
from codemods.rule import Context, Rule
from codemods.rules.shutdown import session_scope, session_thread
from codemods.syntax.edits import Change, Edit, Replace

_OPTIONS = {"ping_interval", "ping_timeout", "ping_payload", "sslopt", "origin", "suppress_origin", "host"}
"""Arguments of `run_forever` that mean the same on another thread; `reconnect` and `dispatcher` do not."""


class AppThread(Rule):
    """Makes the audio thread stoppable, and ends the session on Ctrl+C and on every other way out."""

    code = "V3M506"
    summary = "Ctrl+C stops the audio thread and terminates the session"
    source = v.MIGRATION
    why = (
        "`run_forever` drops the socket on Ctrl+C: the session goes on being billed, the last transcripts are lost, "
        "and the audio thread sends into a closed socket."
    )
    nodes = (cst.Call,)
    order = 60

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        for edits in planned(context).get(node, ()):
            yield self.change(
                node,
                "Ctrl+C would leave the audio thread and the session behind; now both are ended",
                *edits,
            )


def planned(context: Context) -> Endings:
    """Return the rewrites of this rule by the node they stand at."""
    session_scope.planned(context)
    session_thread.planned(context)
    return Sessions.of(context.program).plan(AppThread.code, context.options, _endings)


def stops_thread(session: Session, sessions: Sessions) -> bool:
    """Return whether a rewrite stops the audio thread of a session before anything is closed or freed."""
    return sessions.ended.get(session.connection) in (AppThread.code, session_thread.SessionThread.code)


def _endings(session: Session, sessions: Sessions) -> Endings:
    run = _run(session, sessions)
    sender = SenderThread.of(session, sessions)
    if run is None or sender is None or not sender.module.owns(run) or not sender.is_at_home(run):
        return {}
    module = sender.module
    apps = [connect for connect in sessions.program.run.connects.values() if module.owns(connect.call)]
    if len(apps) != 1 or not helpers.fits(module, sessions, helpers.RUN_APP, EVENT):
        return {}
    if not made_when_open(sender, session, sessions) or needs_main_thread(session, sessions, sender.sender):
        return {}
    if serves_others(sessions.callbacks(session, "on_error", "on_close"), session, sessions):
        return {}
    kept = sender.kept()
    if kept is None:
        return {}
    name, kept_edits = kept
    in_class = sender.home is not None
    edits: list[Edit] = [
        *sender.event(),
        *kept_edits,
        *sender.stoppable(),
        *sender.quiet(session),
        *stopped_by_callbacks(session, sessions, sender, name),
        Replace(run, lambda updated: _run_until_stopped(updated, sender.owner if in_class else None)),
        *helpers.run_app(module, name, goes_through=_wants_interrupt(run, sessions), in_class=in_class),
    ]
    return {run: [edits]}


def _wants_interrupt(run: cst.Call, sessions: Sessions) -> bool:
    """Return whether Ctrl+C has to go through: to a handler of the program's, or out of a loop without end."""
    seen: set[cst.CSTNode] = set()
    places: list[cst.CSTNode] = [run]
    while places:
        place = places.pop()
        module = sessions.program.module_of(place)
        for up in module.ancestors(place) if module is not None else ():
            if isinstance(up, cst.While | cst.For):
                return True
            if isinstance(up, cst.Try) and any(_is_for_interrupt(handler) for handler in up.handlers):
                return True
        function = sessions.function(place)
        if function not in seen:
            seen.add(function)
            places += calls_of(function, sessions)
    return False


def _is_for_interrupt(handler: cst.ExceptHandler) -> bool:
    kinds = [handler.type, *(node for node in own_nodes(handler.type))] if handler.type is not None else []
    return not kinds or any(isinstance(kind, cst.Name) and kind.value == "KeyboardInterrupt" for kind in kinds)


def _run(session: Session, sessions: Sessions) -> cst.Call | None:
    """Return the call of `run_forever()` if there is one, on the main thread, that another thread can make as well."""
    if session.connection.transport is not Transport.WEBSOCKET_CLIENT:
        return None
    runs = [c for c in sessions.runs if isinstance(c.func, cst.Attribute) and sessions.only(c.func.value) is session]
    module = sessions.program.module_of(runs[0]) if len(runs) == 1 else None
    if module is None or not isinstance(module.parent(runs[0]), cst.Expr):
        return None
    given = {argument.keyword.value if argument.keyword is not None else "" for argument in runs[0].args}
    return runs[0] if given <= _OPTIONS and on_main_thread(runs[0], sessions) else None


def _run_until_stopped(updated: cst.CSTNode, owner: str | None) -> cst.CSTNode:
    call = cst.ensure_type(updated, cst.Call)
    app = cst.ensure_type(call.func, cst.Attribute).value
    lead = [cst.Arg(app)] + ([cst.Arg(cst.Name(owner))] if owner is not None else [])
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    last = len(lead) - 1
    lead = [each if i == last and not call.args else each.with_changes(comma=comma) for i, each in enumerate(lead)]
    return call.with_changes(func=cst.Name(helpers.RUN_APP), args=[*lead, *call.args])
