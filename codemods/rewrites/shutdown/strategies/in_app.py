"""A `WebSocketApp` that runs in the main thread while another thread sends audio."""

from __future__ import annotations

import libcst as cst

from codemods.facts.concurrency import callers, needs_main_thread, on_main_thread, runs_once, serves_others
from codemods.facts.control_flow import CTRL_C, caught
from codemods.facts.sessions import Session, Sessions
from codemods.rewrites.shutdown import helpers
from codemods.rewrites.shutdown.plan import Endings, ShutdownPlan
from codemods.rewrites.shutdown.sender_thread import EVENT, SenderThread
from codemods.rewrites.shutdown.thread_callbacks import made_when_open, stopped_by_callbacks
from codemods.syntax.build import indented
from codemods.syntax.edits import AddImport, Edit, Replace

CODE = "V3M506"

_OPTIONS = {"ping_interval", "ping_timeout", "ping_payload", "sslopt", "origin", "suppress_origin", "host"}
"""Arguments of `run_forever` that mean the same on another thread; `reconnect` and `dispatcher` do not."""
_NAMES = ("connection", "connection_thread")
_RUN = """\
{name} = threading.Thread(target=TARGET, daemon=True)
try:
    {name}.start()
    while {name}.is_alive():
        time.sleep(0.1)
{swallowed}finally:
    {event}.set()  # the audio thread ends the session
    WAITED
    {name}.join(timeout=5)  # for the last transcripts
    {app}.close()
"""
_SWALLOWED = """\
except KeyboardInterrupt:
    pass  # run_forever returns on Ctrl+C, too
"""


def endings(session: Session, plan: ShutdownPlan) -> Endings:
    """Return what runs the connection in a thread, and ends the session and the thread that sends."""
    sessions = plan.sessions
    run = _run(session, sessions)
    sender = SenderThread.of(session, sessions)
    if run is None or sender is None or not sender.module.owns(run) or not sender.is_at_home(run):
        return {}
    module = sender.module
    apps = [connect for connect in sessions.program.connects.values() if module.owns(connect.call)]
    if len(apps) != 1 or not helpers.fits(module, sessions, EVENT):
        return {}
    if not made_when_open(sender, session, sessions) or needs_main_thread(session, sessions, sender.sender):
        return {}
    if serves_others(sessions.callbacks(session, "on_error", "on_close"), session, sessions):
        return {}
    kept, asked = sender.kept(), sender.asks_for_end(session, sessions)
    statement, name = module.statement(run), next((each for each in _NAMES if each not in module.names), None)
    if kept is None or asked is None or name is None or not isinstance(statement, cst.SimpleStatementLine):
        return {}
    thread, kept_edits = kept
    edits: list[Edit] = [
        *sender.event(),
        *kept_edits,
        *sender.stoppable(),
        *asked,
        *stopped_by_callbacks(session, sessions, sender, thread),
        _run_in_thread(statement, run, name, sender, thread, sessions),
        AddImport("threading"),
        AddImport("time"),
    ]
    return {run: edits}


def _run_in_thread(
    statement: cst.SimpleStatementLine,
    run: cst.Call,
    name: str,
    sender: SenderThread,
    thread: str,
    sessions: Sessions,
) -> Replace:
    """Return the edit that runs the connection in a thread, which Ctrl+C on the main one does not cut off."""
    module = sender.module
    app = module.code(cst.ensure_type(run.func, cst.Attribute).value)
    swallowed = "" if _wants_interrupt(run, sessions) else _SWALLOWED
    again = "" if runs_once(run, sessions) else f"{sender.event_name}.clear()\n"
    waited = indented(module, "".join(f"    {line}\n" for line in sender.waited_for(thread).splitlines()))
    code = again + indented(module, _RUN.format(name=name, swallowed=swallowed, event=sender.event_name, app=app))
    before, _, after = code.partition("WAITED\n")
    written = before.rstrip(" \t") + waited + after

    def build(updated: cst.CSTNode) -> cst.FlattenSentinel[cst.CSTNode]:
        line = cst.ensure_type(updated, cst.SimpleStatementLine)
        call = cst.ensure_type(cst.ensure_type(line.body[0], cst.Expr).value, cst.Call)
        target = module.code(call.func) if not call.args else f"lambda: {module.code(call)}"
        new = cst.parse_module(written.replace("TARGET", target), module.tree.config_for_parsing)
        first, *rest = new.body
        return cst.FlattenSentinel([first.with_changes(leading_lines=line.leading_lines), *rest])

    return Replace(statement, build)


def _wants_interrupt(run: cst.Call, sessions: Sessions) -> bool:
    """Return whether Ctrl+C has to go through: to a handler of the program's, or out of a loop without end."""
    for place in callers(run, sessions):
        module = sessions.home(place)
        for up in module.ancestors(place):
            match up:
                case cst.While() | cst.For():
                    return True
                case cst.Try() if any(caught(handler) & CTRL_C for handler in up.handlers):
                    return True
    return False


def _run(session: Session, sessions: Sessions) -> cst.Call | None:
    """Return the call of `run_forever()` if there is one, on the main thread, that another thread can make as well."""
    if not session.connection.transport.callbacks:
        return None
    runs = [c for c in sessions.runs if isinstance(c.func, cst.Attribute) and sessions.only(c.func.value) is session]
    if len(runs) != 1 or not isinstance(sessions.home(runs[0]).parent(runs[0]), cst.Expr):
        return None
    given = {argument.keyword.value if argument.keyword is not None else "" for argument in runs[0].args}
    return runs[0] if given <= _OPTIONS and on_main_thread(runs[0], sessions) else None
