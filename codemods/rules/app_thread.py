"""V3M506: a `WebSocketApp` script that runs in the main thread and sends audio from another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import libcst as cst

from codemods import shutdown
from codemods.build import expression
from codemods.edits import AddImport, Change, Edit, InsertAfter, InsertBefore, Replace
from codemods.facts.sessions import Endings, Session, Sessions, external_names, own_nodes
from codemods.facts.values import Transport
from codemods.rule import Context, Example, Rule
from codemods.rules import session_close
from codemods.tree import SourceModule, Statement

_OPTIONS = {"ping_interval", "ping_timeout", "ping_payload", "sslopt", "origin", "suppress_origin", "host"}
"""Arguments of `run_forever` that mean the same on another thread; `reconnect` and `dispatcher` do not."""
_EVENT, _THREAD = "stop_event", "audio_thread"

_BEFORE = """\
import threading

import websocket


def on_open(ws):
    def capture():
        while True:
            ws.send(microphone.read(3200), websocket.ABNF.OPCODE_BINARY)

    threading.Thread(target=capture, daemon=True).start()


URL = "wss://api.assemblyai.com/v2/realtime/ws"
ws = websocket.WebSocketApp(URL, on_open=on_open)
ws.run_forever()
"""
_AFTER = f"""\
import threading
import time

import websocket


{shutdown.source(shutdown.END, Transport.WEBSOCKET_CLIENT, app=True)}

{shutdown.source(shutdown.RUN_APP, Transport.WEBSOCKET_CLIENT)}

stop_event = threading.Event()
audio_thread = None


def on_open(ws):
    global audio_thread
    def capture():
        while not stop_event.is_set():
            ws.send(microphone.read(3200), websocket.ABNF.OPCODE_BINARY)

    audio_thread = threading.Thread(target=capture, daemon=True)
    audio_thread.start()


URL = "wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true"
ws = websocket.WebSocketApp(URL, on_open=on_open)
run_until_stopped(ws)
"""


class AppThread(Rule):
    """Makes the audio thread stoppable, and ends the session on Ctrl+C and on every other way out."""

    code = "V3M506"
    summary = "Ctrl+C stops the audio thread and terminates the session"
    why = (
        "`run_forever` drops the socket on Ctrl+C: the session goes on being billed, the last transcripts are lost, "
        "and the audio thread sends into a closed socket."
    )
    nodes = (cst.Call,)
    order = 60
    examples = (Example(_BEFORE, _AFTER),)
    untouched = (
        'import websocket\n\nws = websocket.WebSocketApp("wss://example.com/chat")\nws.run_forever()\n',
        _AFTER,
    )

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        for edits in planned(context).get(node, ()):
            yield self.change(
                node,
                "Ctrl+C would leave the audio thread and the session behind; now both are ended",
                *edits,
            )


def planned(context: Context) -> Endings:
    """Return the rewrites of this rule by the node they stand at."""
    session_close.planned(context)
    return Sessions.of(context.program).plan(AppThread.code, context.options, _endings)


@dataclass(slots=True)
class _Script:
    """A program of module-level functions around one `WebSocketApp`.

    Attributes:
        run: the call of `run_forever`.
        sender: the function that a thread runs and that sends all audio.
        loop: the loop in it that sends.
        thread: the call that makes the thread.
    """

    run: cst.Call
    sender: cst.FunctionDef
    loop: cst.While | cst.For
    thread: cst.Call
    module: SourceModule


def _endings(session: Session, sessions: Sessions) -> Endings:
    script = _script(session, sessions)
    if script is None or not shutdown.fits(script.module, sessions, shutdown.RUN_APP, _EVENT):
        return {}
    kept = _kept(script)
    if kept is None:
        return {}
    name, edits = kept
    place = _globals_place(script)
    if place is None:
        return {}
    blank = "\n" if _is_import(place) else ""
    edits += [
        InsertAfter(place, f"{blank}{_EVENT} = threading.Event()"),
        InsertAfter(place, f"{name} = None"),
        *_stoppable(script.loop),
        *_callbacks(session, sessions, name),
        Replace(script.run, _run_until_stopped),
        *shutdown.run_app(script.module, session.connection, name),
        AddImport("threading"),
    ]
    return {script.run: [edits]}


def _script(session: Session, sessions: Sessions) -> _Script | None:
    """Return the parts of the program if it has just the shape that this rule can rewrite."""
    if session.connection.transport is not Transport.WEBSOCKET_CLIENT:
        return None
    runs = [c for c in sessions.runs if isinstance(c.func, cst.Attribute) and sessions.only(c.func.value) is session]
    senders = {sessions.function(send.call) for send in session.audio}
    if len(runs) != 1 or len(senders) != 1:
        return None
    (run,), (sender,) = runs, senders
    threads = [call for call, targets in sessions.thread_targets() if sender in targets]
    module = sessions.program.module_of(run)
    if module is None or not isinstance(sender, cst.FunctionDef) or len(threads) != 1:
        return None
    if not all(module.owns(node) and not _in_class(node, module) for node in (run, sender, threads[0])):
        return None
    in_threads = any(sessions.within(target, [run]) for _, targets in sessions.thread_targets() for target in targets)
    given = {argument.keyword.value if argument.keyword is not None else "" for argument in run.args}
    if in_threads or not given <= _OPTIONS or not isinstance(module.parent(run), cst.Expr):
        return None
    loops = [up for send in session.audio for up in module.ancestors(send.call) if isinstance(up, cst.While | cst.For)]
    loops = [loop for loop in loops if sessions.function(loop) is sender]
    return _Script(run, sender, loops[-1], threads[0], module) if loops else None


def _in_class(node: cst.CSTNode, module: SourceModule) -> bool:
    return any(isinstance(up, cst.ClassDef) for up in module.ancestors(node))


def _kept(script: _Script) -> tuple[str, list[Edit]] | None:
    """Return the global name under which the audio thread is kept, and the edits that keep it."""
    module, call = script.module, script.thread
    statement = module.statement(call)
    function = next((up for up in module.ancestors(call) if isinstance(up, cst.FunctionDef)), None)
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    part = statement.body[0]
    edits: list[Edit] = []
    if isinstance(part, cst.Assign) and part.value is call and isinstance(part.targets[0].target, cst.Name):
        name = part.targets[0].target.value
        if _names(module, name, function) > 0:
            return None
    elif isinstance(part, cst.Expr) and isinstance(started := part.value, cst.Call) and _starts(started, call):
        name = _THREAD
        if _names(module, name, None):
            return None
        edits += [
            Replace(part, lambda updated: _assigned(updated, name)),
            InsertAfter(statement, f"{name}.start()"),
        ]
    else:
        return None
    if function is not None and (first := _first(function)) is not None:
        edits.append(InsertBefore(first, f"global {name}"))
        return name, edits
    return None


def _assigned(updated: cst.CSTNode, name: str) -> cst.CSTNode:
    """Turn `Thread(...).start()` into `name = Thread(...)`."""
    started = cst.ensure_type(cst.ensure_type(updated, cst.Expr).value, cst.Call)
    thread = cst.ensure_type(started.func, cst.Attribute).value
    return cst.Assign(targets=[cst.AssignTarget(cst.Name(name))], value=thread)


def _starts(started: cst.Call, call: cst.Call) -> bool:
    return isinstance(started.func, cst.Attribute) and started.func.value is call and started.func.attr.value == "start"


def _names(module: SourceModule, name: str, function: cst.FunctionDef | None) -> int:
    """Return how often a name is used outside `function`."""
    inside = set(module.walk(function)) if function is not None else set()
    return sum(isinstance(n, cst.Name) and n.value == name and n not in inside for n in module.walk())


def _first(function: cst.FunctionDef) -> Statement | None:
    """Return the first statement of a function, below its docstring."""
    for statement in function.body.body:
        if isinstance(statement, cst.SimpleStatementLine):
            part = statement.body[0]
            if isinstance(part, cst.Expr) and isinstance(part.value, cst.SimpleString):
                continue
        if isinstance(statement, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            return statement
    return None


def _globals_place(script: _Script) -> cst.SimpleStatementLine | None:
    """Return the last plain statement above the function that makes the thread."""
    above: cst.SimpleStatementLine | None = None
    around = set(script.module.ancestors(script.thread))
    for statement in script.module.tree.body:
        if statement in around:
            return above
        if isinstance(statement, cst.SimpleStatementLine):
            above = statement
    return None


def _is_import(statement: cst.SimpleStatementLine) -> bool:
    return isinstance(statement.body[0], cst.Import | cst.ImportFrom)


def _stoppable(loop: cst.While | cst.For) -> list[Edit]:
    """Return the edits that make a loop test the event."""
    if isinstance(loop, cst.For):
        first = loop.body.body[0]
        if isinstance(first, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            return [InsertBefore(first, f"if {_EVENT}.is_set():\n    break")]
        return []
    test = loop.test
    forever = (isinstance(test, cst.Name) and test.value == "True") or isinstance(test, cst.Integer)
    asked = expression(f"not {_EVENT}.is_set()")
    if forever:
        return [Replace(test, lambda updated: asked)]

    def build(updated: cst.CSTNode) -> cst.CSTNode:
        old = cst.ensure_type(updated, cst.BaseExpression)  # type: ignore[type-abstract]
        if isinstance(old, cst.BooleanOperation) and isinstance(old.operator, cst.Or) and not old.lpar:
            old = old.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return cst.BooleanOperation(left=old, operator=cst.And(), right=asked)

    return [Replace(test, build)]


def _callbacks(session: Session, sessions: Sessions, thread: str) -> list[Edit]:
    """Return the edits by which an error or a close stops the audio thread, before the device is freed."""
    edits: list[Edit] = []
    for function in dict.fromkeys(sessions.callbacks(session, "on_error", "on_close")):
        if isinstance(function, cst.FunctionDef) and (first := _first(function)) is not None:
            edits.append(InsertBefore(first, f"{_EVENT}.set()"))
            if _frees(function, sessions):
                edits.append(InsertBefore(first, f"if {thread} is not None:\n    {thread}.join(timeout=1)"))
    return edits


def _frees(function: cst.FunctionDef, sessions: Sessions) -> bool:
    """Return whether a function closes an audio device."""
    return any(
        isinstance(node, cst.Attribute)
        and node.attr.value in ("close", "stop_stream", "terminate")
        and any(name.startswith("pyaudio.") for name in external_names(sessions.program.values(node.value)))
        for node in own_nodes(function)
    )


def _run_until_stopped(updated: cst.CSTNode) -> cst.CSTNode:
    call = cst.ensure_type(updated, cst.Call)
    app = cst.ensure_type(call.func, cst.Attribute).value
    lead = cst.Arg(app, comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
    arguments = [lead, *call.args] if call.args else [cst.Arg(app)]
    return call.with_changes(func=cst.Name(shutdown.RUN_APP), args=arguments)
