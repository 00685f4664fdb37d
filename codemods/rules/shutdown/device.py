"""V3M512: the sound device."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.concurrency import is_never_called, may_repeat, stray_functions
from codemods.facts.control_flow import Way, is_on_way_out
from codemods.facts.program import Program
from codemods.facts.sessions import Sessions, external_names, functions, own_nodes
from codemods.rewrites.shutdown import strategies
from codemods.rewrites.shutdown.device import freed_by_its_reader
from codemods.rule import Changes, Context, Rule
from codemods.syntax.edits import AddImport, Guard, InsertAfter
from codemods.syntax.navigate import assigned_to
from codemods.syntax.tree import SourceModule

_AUDIO = "pyaudio.PyAudio()"


class Device(Rule[cst.Call]):
    """Frees PyAudio, and with it every stream, when the program ends."""

    code = "V3M512"
    summary = "the sound device is freed when the program ends"
    source = v.MIGRATION
    why = (
        "A PyAudio that is never terminated keeps the microphone, and on some systems the next program cannot open it."
    )

    def visit(self, node: cst.Call, context: Context) -> Changes:
        sessions = context.get(Sessions)
        if not sessions.legacy or not isinstance(node, cst.Call) or not _is_in_place(sessions):
            return
        if _AUDIO not in external_names(context.program.values(node)) or not _is_constructor(node, context):
            return
        if sessions.is_for_others(node):
            return
        freeing = context.get(_freeing)
        if freeing and not (_only_when_closed(freeing, sessions) or _may_not_get_there(node, freeing, sessions)):
            return
        if not freeing and (edit := freed_by_its_reader(node, sessions, context.module)) is not None:
            yield self.change(node, "the sound device is never freed; migrated, the thread that reads it does", edit)
            return
        statement = context.module.statement(node)
        release = _release(node, context)
        if (
            release is None
            or not isinstance(statement, cst.SimpleStatementLine)
            or _is_read_by_stray_thread(sessions, context)
            or not context.program.can_import(context.module, "atexit")
        ):
            if not freeing:
                yield self.report(
                    node, "the sound device is never freed: call its terminate() when nothing reads it any more"
                )
            return
        freed = "not freed on every way out" if freeing else "never freed"
        held, method = release
        if "streamlit" in context.module.names and (last := _session_at_the_end(statement, sessions, context)):
            end = Guard(last, last, added=f"{held}.{method}()")
            yield self.change(node, f"the sound device is {freed}; migrated, each run of the script frees it", end)
            return
        if _may_be_made_again(node, sessions, context.module):
            yield self.report(node, "the sound device is never freed: call its terminate() before the next is made")
            return
        yield self.change(
            node,
            f"the sound device is {freed}; migrated, it is, when the program ends",
            InsertAfter(statement, f"atexit.register({held}.{method})"),
            AddImport("atexit"),
        )


def _session_at_the_end(made: cst.CSTNode, sessions: Sessions, context: Context) -> cst.SimpleStatementLine | None:
    """Return the last statement of a script, below the one that makes a device, if it is what opens the session."""
    module = context.module
    match module.tree.body:
        case [*above, cst.SimpleStatementLine() as last] if made in above:
            named = (functions(context.program.values(node)) for node in module.walk(last))
            reached = {inner for found in named for function in found for inner in sessions.reach(function)}
            connects = {session.connect.call for session in sessions.found.values()}
            if any(sessions.function(call) in reached for call in connects):
                return last
    return None


def _is_in_place(sessions: Sessions) -> bool:
    """Return whether to free a device that the program does not: other threads read from it, or it is hardened."""
    threads = any(session.connection.transport.callbacks for session in sessions.found.values())
    return sessions.program.options.harden or threads


def _is_constructor(node: cst.Call, context: Context) -> bool:
    return "pyaudio.PyAudio" in external_names(context.program.values(node.func))


def _freeing(program: Program) -> list[cst.Attribute]:
    """Return where the program frees the device."""
    return [
        node
        for path in program.targets
        for node in program.modules[path].find(cst.Attribute)
        if node.attr.value == "terminate" and _AUDIO in external_names(program.values(node.value))
    ]


def _only_when_closed(freeing: list[cst.Attribute], sessions: Sessions) -> bool:
    """Return whether nothing frees the device but callbacks, which never run if there was no connection.

    Neither does a method that the program never calls.
    """
    closing = {
        function
        for session in sessions.found.values()
        for function in sessions.callbacks(session, "on_error", "on_close")
    }
    where = {sessions.function(node) for node in freeing} - closing
    return all(is_never_called(function, sessions) for function in where)


def _may_not_get_there(node: cst.Call, freeing: list[cst.Attribute], sessions: Sessions) -> bool:
    """Return whether a coroutine may be cancelled while it awaits something, before the `try` whose `finally` frees."""
    function, flow, module = sessions.function(node), sessions.flow(node), sessions.home(node)
    if not isinstance(function, cst.FunctionDef) or function.asynchronous is None:
        return False
    if any(sessions.function(free) is not function or not is_on_way_out(free, module) for free in freeing):
        return False
    waits = {flow.place(each) for each in own_nodes(function) if isinstance(each, cst.Await)}
    return any(
        Way.INTERRUPT in flow.escapes(place, freeing, failing=True)
        for place in flow.behind([node], freeing, failing=False) & waits
    )


def _release(node: cst.Call, context: Context) -> tuple[str, str] | None:
    """Return source for what holds a new PyAudio, or the stream opened on it in the same breath.

    None if its statement does more than keep it in a variable or an attribute.
    """
    method, kept = "terminate", node
    holder = context.module.parent(node)
    opened = (
        context.module.parent(holder) if isinstance(holder, cst.Attribute) and holder.attr.value == "open" else None
    )
    if isinstance(opened, cst.Call):  # `PyAudio().open(...)`: the stream is all that there is to hold on to
        method, kept = "close", opened
    target = assigned_to(kept, context.module)
    return (context.module.code(target), method) if isinstance(target, cst.Name | cst.Attribute) else None


def _may_be_made_again(node: cst.CSTNode, sessions: Sessions, module: SourceModule) -> bool:
    """Return whether a program makes one device after the other: in a loop, or since streamlit runs it again."""
    return "streamlit" in module.names or may_repeat(node, sessions)


def _is_read_by_stray_thread(sessions: Sessions, context: Context) -> bool:
    """Return whether a thread that may outlive the main one reads the device: freeing it then would crash."""
    return not strategies.stops_thread(context.program) and any(
        _reads(function, sessions) for function in stray_functions(sessions)
    )


def _reads(function: cst.CSTNode, sessions: Sessions) -> bool:
    for reached in sessions.reach(function):
        for node in own_nodes(reached):
            if isinstance(node, cst.Attribute) and node.attr.value == "read":
                if f"{_AUDIO}.open()" in sessions.names(node.value):
                    return True
    return False
