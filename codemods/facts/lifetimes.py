"""How long things last: a coroutine beside what it starts, and a connection beside the statement that waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from codemods.facts.concurrency import calls_of
from codemods.facts.sessions import Session, Sessions, closure, functions, own_nodes
from codemods.interpreter.values import Value
from codemods.syntax.tree import SourceModule

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
    seen: set[cst.CSTNode] = set()
    places = [node]
    while places:
        place = places.pop()
        module, function = sessions.program.module_of(place), sessions.function(place)
        if module is None or is_used_behind(place, session, sessions, module):
            return False
        for up in module.ancestors(place):
            if up is function:
                break
            if isinstance(up, cst.While | cst.For) and not _opens(up, session, sessions, module):
                return False
        if function in seen or function is sessions.function(session.connect.call):
            continue
        seen.add(function)
        places += calls_of(function, sessions)
    return True


def is_used_behind(node: cst.CSTNode, session: Session, sessions: Sessions, module: SourceModule) -> bool:
    """Return whether the same function uses a connection below `node`, other than to ask for its end or close it."""
    last = module.span(node)
    asking = {inner for end in session.ends if module.owns(end.call) for inner in module.walk(end.call)}
    for inner in own_nodes(sessions.function(node)):
        if not isinstance(inner, cst.Name | cst.Attribute) or inner in asking or session not in sessions.at(inner):
            continue
        span = module.span(inner)
        up = module.parent(inner)
        closed = isinstance(up, cst.Attribute) and up.attr.value.startswith("close")
        if (span.line, span.column) > (last.end_line, last.end_column) and not closed:
            return True
    return False


def _opens(loop: cst.CSTNode, session: Session, sessions: Sessions, module: SourceModule) -> bool:
    """Return whether each round of a loop has a connection of its own."""
    return any(
        inner is session.connect.call
        or any(sessions.within(called, [session.connect.call]) for called in functions(_called(inner, sessions)))
        for inner in module.walk(loop)
        if isinstance(inner, cst.Call)
    )


def _own_functions(function: cst.CSTNode, sessions: Sessions) -> frozenset[cst.CSTNode]:
    """Return the functions that run as part of a function, and itself."""

    def run_by(current: cst.CSTNode) -> Iterator[cst.CSTNode]:
        kept = _waited_for(current)
        for node in own_nodes(current):
            if isinstance(node, cst.Call) and not _is_detached(node, current, kept, sessions):
                yield from functions(_called(node, sessions))
            if isinstance(node, cst.For | cst.CompFor):
                yield from functions(sessions.program.values(node.iter))

    return closure(function, run_by)


def _called(node: cst.Call, sessions: Sessions) -> list[Value]:
    values = list(sessions.program.values(node.func))
    if _last_name(node.func) in _ELSEWHERE:
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
    module = sessions.program.module_of(node)
    up = module.parent(node) if module is not None else None
    starter = module.parent(up) if module is not None and isinstance(up, cst.Arg) else None
    if module is None or not isinstance(starter, cst.Call) or _last_name(starter.func) not in _DETACHED:
        return False
    if isinstance(starter.func, cst.Attribute) and _last_name(starter.func.value) in kept:
        return False  # a task group waits
    for above in module.ancestors(starter):
        if above is function:
            break
        if isinstance(above, cst.Await):
            return False
        if isinstance(above, cst.Assign):
            names = {_last_name(target.target) for target in above.targets}
            return not names & kept
    return True


def _stays(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Await) and isinstance(node.expression, cst.Call):
        return _last_name(node.expression.func) in _FOR_EVER
    if not isinstance(node, cst.While) or not isinstance(node.test, cst.Name) or node.test.value != "True":
        return False
    return not any(isinstance(inner, cst.Break | cst.Return) for inner in own_nodes(node))


def _last_name(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def _below(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    yield node
    yield from own_nodes(node)
