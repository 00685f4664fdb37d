"""Programs that stop sending for a while and keep the session open: a microphone that is muted, a key to talk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

import libcst as cst

from codemods import protocol as v
from codemods.facts.program import Program
from codemods.facts.sessions import own_nodes
from codemods.syntax.children import walk
from codemods.syntax.navigate import last_name

_BEGINS = frozenset({"connect", "create_connection", "ws_connect", "run_forever", "Thread", "WebSocketApp"})
_EVENT = {"set": "on", "clear": "off"}
_ENDS = frozenset({"close", "disconnect", "join", "cancel", "stop_stream"})


def pause(program: Program, senders: Iterable[cst.CSTNode]) -> cst.CSTNode | None:
    """Return what one of the calls that send audio depends on and the program switches both ways, if there is such.

    A switch is a variable, an attribute or a `threading.Event` that is turned on and off again, by code that neither
    begins nor ends a session: one that is turned once only tells that all is over.
    """
    switches = program.get(_switches)
    for sender in senders:
        module = program.module_of(sender)
        ways = module.ancestors(sender) if module is not None else ()
        function = next(up for up in ways if isinstance(up, cst.FunctionDef | cst.Module))
        for read in _asked(function):
            if last_name(read) in switches:
                return read
    return None


def billed(program: Program, senders: Iterable[cst.CSTNode], given: bool = False) -> str:
    """Return how long a session is billed that nobody ends, in words.

    Args:
        program: what opens it.
        senders: the calls that send audio.
        given: whether the program sets `inactivity_timeout` itself.
    """
    if given:
        return "until its inactivity_timeout passes without a message"
    if pause(program, senders) is not None:
        return "for up to three hours"
    return f"until {v.INACTIVITY_TIMEOUT // 60} minutes pass without a message"


def _asked(function: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield the names that a function's tests read, and the events that it waits for."""
    for node in own_nodes(function):
        match node:
            case cst.If(test=test) | cst.While(test=test):
                yield from (inner for inner in walk(test) if isinstance(inner, cst.Name | cst.Attribute))
            case cst.Call(func=cst.Attribute(value=event, attr=cst.Name("wait"))):
                yield event


def _switches(program: Program) -> frozenset[str]:
    """Return the names that are switched on in one place and off in another."""
    turned: dict[str, set[str]] = defaultdict(set)
    for function, _ in program.find(cst.FunctionDef):
        nodes = own_nodes(function)
        if function.name.value in _AT_FIRST or any(
            isinstance(node, cst.Call) and last_name(node.func) in _BEGINS | _ENDS for node in nodes
        ):
            continue
        given = {param.name.value for param in function.params.params[1:]}
        shared = {n.name.value for d in nodes if isinstance(d, cst.Global | cst.Nonlocal) for n in d.names}
        for node in nodes:
            for target, way in _turned(node, given):
                name = last_name(target)
                if name and (name in shared or way in _EVENT or isinstance(target, cst.Attribute)):
                    turned[name].add(_EVENT.get(way, way))
    return frozenset(name for name, ways in turned.items() if "both" in ways or {"on", "off"} <= ways)


_AT_FIRST = frozenset({"__init__", "on_open", "on_close", "on_error"})
"""Names of functions that say how things are at first, or at last."""


def _turned(node: cst.CSTNode, given: AbstractSet[str]) -> Iterator[tuple[cst.BaseExpression, str]]:
    """Yield what a statement switches, and which way: either, if the caller says (by one of the `given` parameters)."""
    match node:
        case cst.Assign(targets=[cst.AssignTarget(target=target)], value=cst.Name(value="True" | "False" as word)):
            yield target, "on" if word == "True" else "off"
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Attribute() as target)], value=cst.Name(value=word)):
            if word in given:
                yield target, "both"
        case cst.Assign(targets=[cst.AssignTarget(target=target)], value=cst.UnaryOperation(cst.Not(), old)):
            if last_name(old) == last_name(target):
                yield target, "both"
        case cst.Call(func=cst.Attribute(value=event, attr=cst.Name(value="set" | "clear" as word)), args=[]):
            yield event, word
