"""The coroutine that sends audio, as a task or awaited beside one: what runs it, and how it asks for the end itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import libcst as cst

from codemods.facts.control_flow import caught
from codemods.facts.interrupts import goes_on, swallows, swallows_in_loop
from codemods.facts.lifetimes import is_outlived
from codemods.facts.program import Program
from codemods.facts.sessions import Session, Sessions, external_names, own_nodes
from codemods.syntax.edits import Edit, Remove, Replace, Unused
from codemods.syntax.navigate import only_part, statements_behind
from codemods.syntax.tree import SourceModule
from codemods.syntax.try_blocks import guarded_by, without_finally

MENDING = "V3M513"
"""The rule that lets Ctrl+C out of handlers that swallow it."""
TASKS = ("create_task", "ensure_future")
#: For a task that has no name.
_NAMES = {"send": ("sender", "sender_task", "audio_sender"), "receive": ("receiver", "receiver_task")}


def started(node: cst.CSTNode, program: Program) -> cst.Call | None:
    """Return the call whose coroutine an expression runs: itself, what a task is made of, or the task that it names.

    None if it runs none.
    """
    if isinstance(node, cst.Name):
        definitions = list(program.definitions(node))
        value = definitions[0].value if len(definitions) == 1 else None
        return started(value, program) if value is not None and makes_task(value, program) else None
    if not isinstance(node, cst.Call):
        return None
    if makes_task(node, program):
        return started(node.args[0].value, program) if isinstance(node.args[0].value, cst.Call) else None
    return node


def makes_task(node: cst.CSTNode, program: Program) -> bool:
    """Return whether an expression starts a task: `asyncio.create_task(...)`, of a loop or of a group, or its elder."""
    if not isinstance(node, cst.Call) or not node.args or node.args[0].keyword is not None or node.args[0].star:
        return False
    names = external_names(program.values(node.func))
    return len(names) == 1 and names[0].startswith("asyncio.") and names[0].rsplit(".", 1)[-1] in TASKS


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a function.

    Attributes:
        name: the variable that holds it.
        call: the call whose coroutine it runs.
        role: what it does, "send" or "receive".
        binding: the edit that gives it the name, if it has none so far.
    """

    name: str
    call: cst.Call
    role: str
    binding: tuple[Edit, ...] = ()


def tasks_at(statement: cst.CSTNode, session: Session, sessions: Sessions, module: SourceModule) -> Iterator[Task]:
    """Yield the tasks that the function of a statement has started when it gets there: those that send or receive."""
    for name, binding in sessions.program.variables_at(statement).items():
        values = [definition.value for definition in binding.defs if definition.kind == "assign"]
        if len(values) == len(binding.defs) == 1 and values[0] is not None and makes_task(values[0], sessions.program):
            call = started(values[0], sessions.program)
            own = role(call, session, sessions) if call is not None else ""
            if call is not None and own and not _is_renewed(name, statement, session, sessions):
                yield Task(name, call, own)
    here, around = module.span(statement), set(module.ancestors(statement))
    for node in own_nodes(sessions.function(statement)):
        if not isinstance(node, cst.Expr) or not makes_task(node.value, sessions.program) or module.span(node) > here:
            continue
        line, call = module.parent(node), started(node.value, sessions.program)
        own = role(call, session, sessions) if call is not None else ""
        free = [name for name in _NAMES.get(own, ()) if name not in module.names]
        if call is not None and free and line is not None and module.parent(line) in around:
            yield Task(free[0], call, own, (Replace(node, partial(_bound, free[0])),))


def _is_renewed(name: str, statement: cst.CSTNode, session: Session, sessions: Sessions) -> bool:
    """Return whether a callback of a task sends, or starts what sends, once the task has come to its end."""
    sends = session.sends
    return any(
        sessions.within(function, sends)
        for node in own_nodes(sessions.function(statement))
        if isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value == "add_done_callback"
        and isinstance(node.func.value, cst.Name)
        and node.func.value.value == name
        for argument in node.args
        for function in sessions.functions_at(argument.value)
    )


def _bound(name: str, updated: cst.CSTNode) -> cst.Assign:
    return cst.Assign([cst.AssignTarget(cst.Name(name))], cst.ensure_type(updated, cst.Expr).value)


def role(call: cst.Call, session: Session, sessions: Sessions) -> str:
    """Return whether a coroutine is there to "send" or to "receive", as long as it runs; "" for neither, or both."""
    sends = runs(call, session.sends, sessions)
    receives = runs(call, session.receives, sessions)
    places = session.sends if sends else session.receives
    called = sessions.functions_at(call.func)
    if sends == receives or any(is_outlived(function, places, sessions) for function in called):
        return ""
    return "send" if sends else "receive"


def is_repeated(node: cst.CSTNode, beside: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether a statement is repeated, or has a block of its own, while something started `beside` it runs."""
    around = set(module.ancestors(beside))
    return any(isinstance(up, cst.While | cst.For | cst.With) and up not in around for up in module.ancestors(node))


def runs(call: cst.Call, nodes: Iterable[cst.CSTNode], sessions: Sessions) -> bool:
    """Return whether one of `nodes` is reached from the function that `call` calls."""
    nodes = list(nodes)
    return any(sessions.within(function, nodes) for function in sessions.functions_at(call.func))


def can_be_stopped(call: cst.Call, sessions: Sessions) -> bool:
    """Return whether a coroutine ends when it is cancelled."""
    for called in sessions.functions_at(call.func):
        for function in sessions.reach(called):
            module = sessions.home(function)
            if outlives_cancellation(function, sessions, module):
                return False
    return True


def outlives_cancellation(function: cst.CSTNode, sessions: Sessions, module: SourceModule) -> bool:
    """Return whether a function may go on after it was cancelled, in spite of what V3M513 sees to."""
    mended = sessions.program.options.selects(MENDING)
    for node in own_nodes(function):
        match node:
            case cst.ExceptHandler():
                if mended and swallows_in_loop(node, sessions):
                    continue
                if swallows(node):
                    return True
                if catches_cancellation(node) and goes_on(node) and sessions.in_loop(node):
                    return True
            case cst.Finally() if any(isinstance(inner, cst.Continue) for inner in module.walk(node)):
                return True
    return False


def without_ends(
    call: cst.Call, session: Session, sessions: Sessions, behind: cst.CSTNode | None = None
) -> list[Edit] | None:
    """Return the edits that take out the sender's own requests for the end of a session, and the one right `behind`.

    None if a part of the program other than the coroutine of `call` asks for it, if what a request is followed by
    relies on it, or if the sender never comes to an end without: then the program is right as it is. None, too, if
    the sender closes the connection, so that nobody could ask behind it.
    """
    if runs(call, session.closes, sessions):
        return None
    if not sessions.terminates:
        return []
    if behind is not None:
        module = sessions.home(behind)
        line = module.statement(behind)
        later, last = statements_behind(line, module), asked_last(module.parent(line or behind), session, sessions)
        if last is not None and len(later) == 1:
            return [Remove(last), Unused("json")]
    function = sessions.callee(call)
    if function is None or not session.ends:
        return None
    module = sessions.home(function)
    statements: list[cst.SimpleStatementLine] = []
    for end in session.ends:
        statement = module.statement(end.call) if sessions.function(end.call) is function else None
        if not isinstance(statement, cst.SimpleStatementLine) or end.connections != {session.connection}:
            return None
        if len(statement.body) != 1 or not isinstance(module.parent(end.call), cst.Await):
            return None
        if not isinstance(statement.body[0], cst.Expr) or module.parent(statement) is function.body:
            return None
        statements.append(statement)
    if len({module.parent(statement) for statement in statements}) < len(statements):
        return None
    inside = {inner for statement in statements for inner in module.walk(statement)}
    if not inside.issuperset(sessions.spelled):
        return None
    edits: list[Edit] = [Unused("json")]
    for statement in statements:
        edits.append(Remove(statement.body[0]))
        block = module.parent(statement)
        around = module.parent(block) if block is not None else None
        if isinstance(around, cst.ExceptHandler) and catches_cancellation(around):
            edits += _without_handler(around, statement, module)
        elif isinstance(around, cst.Finally) and not sessions.in_loop(around):
            edits += without_finally(around, module)
        elif not _leaves(statement, sessions):
            return None
    return edits


def asked_last(block: cst.CSTNode | None, session: Session, sessions: Sessions) -> cst.BaseSmallStatement | None:
    """Return the statement by which a program asks for the end of a session, if it is the last of a block, not alone.

    None if the program asks for the end anywhere else.
    """
    part = only_part(block.body[-1]) if isinstance(block, cst.IndentedBlock) and len(block.body) > 1 else None
    awaited = part.value if isinstance(part, cst.Expr) else None
    if not isinstance(awaited, cst.Await) or [end.call for end in session.ends] != [awaited.expression]:
        return None
    return part if set(sessions.home(awaited).walk(awaited)).issuperset(sessions.spelled) else None


def catches_cancellation(handler: cst.ExceptHandler) -> bool:
    """Return whether a handler is there for `asyncio.CancelledError`."""
    return "CancelledError" in caught(handler)


def _leaves(statement: cst.SimpleStatementLine, sessions: Sessions) -> bool:
    """Return whether a `return`, or `break` to the same effect, is all that follows where all goes well."""
    later = sessions.flow(statement).behind(statement.body, failing=False)
    return bool(later) and all(isinstance(node, cst.Return | cst.Break) for node in later)


def _without_handler(
    handler: cst.ExceptHandler, statement: cst.SimpleStatementLine, module: SourceModule
) -> Iterable[Edit]:
    """Yield the edits that drop a handler which only raises again, once a statement of it is gone."""
    rest = [item for item in handler.body.body if item is not statement]
    again = rest[0].body if len(rest) == 1 and isinstance(rest[0], cst.SimpleStatementLine) else ()
    guarded = module.parent(handler)
    if len(again) != 1 or not isinstance(again[0], cst.Raise) or again[0].exc is not None:
        return
    if (
        not isinstance(guarded, cst.Try)
        or guarded.orelse is not None
        or not isinstance(guarded.body, cst.IndentedBlock)
    ):
        return
    place = list(guarded.handlers).index(handler)

    def build(updated: cst.CSTNode) -> cst.CSTNode | cst.FlattenSentinel[cst.CSTNode]:
        old = cst.ensure_type(updated, cst.Try)
        handlers = [other for index, other in enumerate(old.handlers) if index != place]
        return guarded_by(old, handlers, old.finalbody)

    yield Replace(guarded, build)
