"""How long things last: a coroutine beside what it starts, and a connection beside the statement that waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from codemods.facts.concurrency import callers
from codemods.facts.control_flow import stays
from codemods.facts.sessions import Session, Sessions, closure, functions, own_nodes
from codemods.interpreter.values import Value
from codemods.syntax.navigate import last_name

_DETACHED = frozenset({"create_task", "ensure_future", "run_coroutine_threadsafe", "call_soon", "call_soon_threadsafe"})
"""Last names of what runs a coroutine or a function, and returns at once."""
_ELSEWHERE = frozenset({"to_thread", "run_in_executor"})
"""Last names of what runs a function that it is given, and is awaited until that returns."""
_FOR_EVER = frozenset({"Future", "wait", "serve_forever"})
"""Last names of what a coroutine awaits that has nothing to do but stay."""


def is_outlived(function: cst.CSTNode, nodes: Iterable[cst.CSTNode], sessions: Sessions) -> bool:
    """Return whether one of `nodes`, which `function` reaches, may run when that has returned: in a callback or task.

    A function that stays for ever is not outlived.
    """
    own = _own_functions(function, sessions)
    if any(_stays(node) for each in own for node in own_nodes(each)):
        return False
    reached = sessions.reach(function)
    return any(sessions.function(node) in reached - own for node in nodes)


def is_done_with(node: cst.CSTNode, session: Session, sessions: Sessions) -> bool:
    """Return whether a connection is not used again when the statement of `node` has come to its end."""
    return not any(is_used_behind(place, session, sessions) for place in callers(node, sessions))


def is_used_behind(node: cst.CSTNode, session: Session, sessions: Sessions) -> bool:
    """Return whether the same function may use a connection behind the statement of `node`, before it opens it again.

    To ask for its end or to close it is no use; to come to the same statement once more is.
    """
    module = sessions.home(node)
    statement = module.statement(node)
    if statement is None:
        return True
    flow, own, inside = sessions.flow(node), own_nodes(sessions.function(node)), set(module.walk(statement))
    opening = [each for each in own if isinstance(each, cst.Call) and sessions.reaches(each, [session.connect.call])]
    later = flow.behind([node for node in inside if flow.place(node) is node], opening)
    if flow.behind(later - inside, opening) & inside:
        return True
    asking = {inner for end in session.ends if module.owns(end.call) for inner in module.walk(end.call)}
    for inner in own:
        if isinstance(inner, cst.Name | cst.Attribute) and inner not in asking and session in sessions.at(inner):
            up = module.parent(inner)
            closed = isinstance(up, cst.Attribute) and up.attr.value.startswith("close")
            if not closed and flow.place(inner) in later:
                return True
    return False


def _own_functions(function: cst.CSTNode, sessions: Sessions) -> frozenset[cst.CSTNode]:
    """Return the functions that run as part of a function, and itself."""

    def run_by(current: cst.CSTNode) -> Iterator[cst.CSTNode]:
        kept = _waited_for(current)
        for node in own_nodes(current):
            if isinstance(node, cst.Call) and not _is_detached(node, current, kept, sessions):
                yield from functions(_called(node, sessions))
            if isinstance(node, cst.For | cst.CompFor):
                yield from sessions.functions_at(node.iter)

    return closure(function, run_by)


def _called(node: cst.Call, sessions: Sessions) -> list[Value]:
    values = list(sessions.program.values(node.func))
    if last_name(node.func) in _ELSEWHERE:
        for argument in node.args:
            values += sessions.program.values(argument.value)
    return values


def _waited_for(function: cst.CSTNode) -> frozenset[str]:
    """Return the names that a function awaits, and those of the groups that it does not leave before their tasks."""
    found: set[str] = set()
    for node in own_nodes(function):
        if isinstance(node, cst.Await):
            found.update(inner.value for inner in _below(node) if isinstance(inner, cst.Name))
        elif isinstance(node, cst.With) and node.asynchronous is not None:
            for item in node.items:
                if item.asname is not None and isinstance(item.asname.name, cst.Name):
                    found.add(item.asname.name.value)
    return frozenset(found)


def _is_detached(node: cst.Call, function: cst.CSTNode, kept: frozenset[str], sessions: Sessions) -> bool:
    """Return whether a call only makes a coroutine, for a task that its function does not wait for."""
    module = sessions.home(node)
    up = module.parent(node)
    starter = module.parent(up) if isinstance(up, cst.Arg) else None
    if not isinstance(starter, cst.Call) or last_name(starter.func) not in _DETACHED:
        return False
    if isinstance(starter.func, cst.Attribute) and last_name(starter.func.value) in kept:
        return False  # a task group waits
    for above in module.ancestors(starter):
        if above is function:
            break
        if isinstance(above, cst.Await):
            return False
        if isinstance(above, cst.Assign):
            names = {last_name(target.target) for target in above.targets}
            return not names & kept
    return True


def _stays(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Await) and isinstance(node.expression, cst.Call):
        return last_name(node.expression.func) in _FOR_EVER
    return stays(node)


def _below(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    yield node
    yield from own_nodes(node)
