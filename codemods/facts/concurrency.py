"""Which code runs on the main thread, and which has to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from codemods.facts.program import Program
from codemods.facts.sessions import Session, Sessions, functions, own_nodes
from codemods.libraries.values import Connection
from codemods.syntax.navigate import last_name
from codemods.syntax.tree import dotted

_OF_COMMANDS = frozenset({"command", "group", "option", "argument", "pass_context", "staticmethod", "classmethod"})
"""Last names of decorators whose functions run where they are called: on the main thread, for a command line."""
_STARTERS = frozenset({"start_new_thread", "Timer", "Process", "submit", "run_in_executor", "to_thread", "apply_async"})
"""Last names of what runs a function that it is given on another thread (or in another process)."""
_RUNNABLE = ("threading.Thread", "threading.Timer", "multiprocessing.Process")
_BOUND = (
    "sqlite3",
    "signal",
    "streamlit",
    "tkinter",
    "customtkinter",
    "pygame",
    "cv2",
    "matplotlib",
    "turtle",
    "curses",
)
"""Libraries whose objects belong to the thread that made them, or to the main thread."""
_LOOPS = ("asyncio.get_event_loop", "asyncio.get_running_loop")
_EXITS = ("sys.exit", "exit", "quit")
_RAISED = ("SystemExit", "KeyboardInterrupt")


def on_main_thread(node: cst.CSTNode, sessions: Sessions) -> bool:
    """Return whether a piece of code runs on the main thread only: nothing hands it, or a caller of it, to others."""
    handed, methods = sessions.program.get(_handed_on), _run_methods(sessions)
    for function in sessions.program.functions:
        if function in handed or function in methods or _is_decorated(function):
            if sessions.within(function, [node]):
                return False
    return True


def stray_functions(sessions: Sessions) -> list[cst.CSTNode]:
    """Return the functions that the program starts on threads: of whatever kind."""
    found = [function for targets in sessions.threads.values() for function in targets]
    for node, _ in sessions.program.find(cst.Call):
        if dotted(node.func).rpartition(".")[2] in _STARTERS:
            for argument in node.args:
                found += sessions.functions_at(argument.value)
    return [*found, *_run_methods(sessions)]


def needs_main_thread(session: Session, sessions: Sessions, sender: cst.CSTNode) -> bool:
    """Return whether callbacks of a session do what works on the main thread only: exit, or touch what is bound to it.

    What the thread of `sender` runs is on another one already.
    """
    elsewhere = sessions.reach(sender)
    reached = {each for callback in sessions.callbacks(session) for each in sessions.reach(callback)} - elsewhere
    return any(_is_bound(node, sessions) for function in reached for node in own_nodes(function))


def serves_others(callbacks: Iterable[cst.CSTNode], session: Session, sessions: Sessions) -> bool:
    """Return whether one of the callbacks is registered with another connection as well."""
    others: set[cst.CSTNode] = set()
    program = sessions.program
    for connect in program.connects.values():
        if connect.connection != session.connection:
            for argument in connect.call.args:
                others.update(functions(program.values(argument.value)))
    for (owner, _), values in program.heap.items():
        if isinstance(owner, Connection) and owner != session.connection:
            others.update(functions(values))
    return any(function in others for function in callbacks)


def calls_of(function: cst.CSTNode, sessions: Sessions) -> list[cst.Call]:
    """Return the calls by which the program itself runs a function."""
    return sessions.program.get(_call_sites).get(function, [])


def callers(node: cst.CSTNode, sessions: Sessions) -> Iterator[cst.CSTNode]:
    """Yield a node, the calls that run the function it is part of, those that run theirs, and so on."""
    seen: set[cst.CSTNode] = set()
    places = [node]
    while places:
        place = places.pop()
        yield place
        function = sessions.function(place)
        if function not in seen:
            seen.add(function)
            places += calls_of(function, sessions)


def may_repeat(node: cst.CSTNode, sessions: Sessions) -> bool:
    """Return whether a loop repeats a node, or several calls run it: its own function, or one that calls that."""
    return any(
        sessions.in_loop(place) or len(calls_of(sessions.function(place), sessions)) > 1
        for place in callers(node, sessions)
    )


def runs_once(node: cst.CSTNode, sessions: Sessions) -> bool:
    """Return whether a module runs a node, itself or by its calls, and does so just once."""
    places = callers(node, sessions)
    return any(isinstance(sessions.function(p), cst.Module) for p in places) and not may_repeat(node, sessions)


def is_never_called(function: cst.CSTNode, sessions: Sessions) -> bool:
    """Return whether a function is a method that a program, which makes instances of its class, never names.

    By name, since values may be unknown; without an instance, somebody else's code may be all that calls it.
    """
    module = sessions.home(function)
    block = module.parent(function)
    home = module.parent(block) if block is not None else None
    if not isinstance(function, cst.FunctionDef) or not isinstance(home, cst.ClassDef):
        return False
    name = function.name.value
    made = False
    for node, _ in sessions.program.walk():
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == home.name.value:
            made = True
        named = isinstance(node, cst.Name) and node.value == name and node is not function.name
        if named or (isinstance(node, cst.SimpleString) and node.raw_value == name):
            return False
    return made and not name.startswith("__")


def _is_bound(node: cst.CSTNode, sessions: Sessions) -> bool:
    if isinstance(node, cst.Call) and dotted(node.func) in _EXITS:
        return True
    if isinstance(node, cst.Raise) and node.exc is not None:
        raised = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
        return dotted(raised) in _RAISED
    if not isinstance(node, cst.Name | cst.Attribute):
        return False
    names = sessions.names(node)
    return any(name.split(".", 1)[0] in _BOUND or name.startswith(_LOOPS) for name in names)


def _call_sites(program: Program) -> dict[cst.CSTNode, list[cst.Call]]:
    """Return the calls that run each function."""
    found: dict[cst.CSTNode, list[cst.Call]] = {}
    for node, _ in program.find(cst.Call):
        for function in dict.fromkeys(functions(program.values(node.func))):
            found.setdefault(function, []).append(node)
    return found


def _handed_on(program: Program) -> frozenset[cst.CSTNode]:
    """Return the functions that the program names other than to call them."""
    found: set[cst.CSTNode] = set()
    for node, module in program.walk():
        if isinstance(node, cst.Name | cst.Attribute | cst.Lambda):
            holder = module.parent(node)
            if not (isinstance(holder, cst.Call) and holder.func is node):
                found.update(functions(program.values(node)))
    return frozenset(found)


def _run_methods(sessions: Sessions) -> list[cst.CSTNode]:
    return [
        facts.methods["run"]
        for facts in sessions.program.classes.values()
        if "run" in facts.methods and any(base in _RUNNABLE for base in facts.external_bases)
    ]


def _is_decorated(function: cst.CSTNode) -> bool:
    """Return whether a decorator (a route of a web framework, say) may run a function wherever it likes."""
    for decorator in function.decorators if isinstance(function, cst.FunctionDef) else ():
        made = decorator.decorator.func if isinstance(decorator.decorator, cst.Call) else decorator.decorator
        if dotted(made).rpartition(".")[2] not in _OF_COMMANDS:
            return True
    return False


def kept_as(call: cst.CSTNode, program: Program) -> set[str]:
    """Return the names (of variables or attributes) under which a program keeps what `call` makes."""
    module = program.module_of(call)
    holder = module.parent(call) if module is not None else None
    if isinstance(holder, cst.AnnAssign):
        targets = [holder.target]
    else:
        targets = [target.target for target in holder.targets] if isinstance(holder, cst.Assign) else []
    return {name for target in targets if (name := last_name(target))}
