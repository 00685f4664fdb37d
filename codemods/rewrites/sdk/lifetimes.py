"""Where sessions of the SDK begin and end: called right there, handed to a thread and awaited, or in a function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

import libcst as cst

from codemods.facts.program import Program
from codemods.facts.sessions import argument_of, own_nodes
from codemods.interpreter.scopes import Scope
from codemods.interpreter.values import Bound, ClassRef, External, Function, Instance
from codemods.rewrites.sdk.plan import Plans
from codemods.rewrites.sdk.portability import first_parameter
from codemods.rewrites.sdk.sessions import SdkSession
from codemods.syntax.navigate import assigned_to, function_of, only_part
from codemods.syntax.tree import SourceModule, dotted

_HANDED_OVER = frozenset({"to_thread", "run_in_executor", "run_sync"})
"""Functions that call what they are given, before whoever awaits them goes on."""


class Kind(str, Enum):
    """What happens to a session."""

    BEGINS = "connect"
    ENDS = "close"


@dataclass(frozen=True, slots=True)
class Holder:
    """A variable, or an attribute of one, as a scope and those inside it name it: `self.transcriber`."""

    scope: Scope
    name: str

    @property
    def head(self) -> str:
        """The variable."""
        return self.name.partition(".")[0]

    @property
    def attributes(self) -> list[str]:
        """The names of the attributes, outermost last."""
        return self.name.split(".")[1:]


@dataclass(frozen=True, slots=True)
class Happening:
    """The begin or the end of a session, as one function sees it.

    Attributes:
        place: what holds the session.
        node: the method, or the call of a function that calls it.
        through: the functions in between.
    """

    kind: Kind
    place: Holder
    node: cst.CSTNode
    through: tuple[cst.FunctionDef, ...] = ()


class Lifetimes:
    """The begins and ends of the sessions that are rewritten."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.plans = program.get(Plans)
        self._of_function: dict[cst.FunctionDef, list[Happening]] = {}

    def within(self, statement: cst.CSTNode, module: SourceModule) -> list[Happening]:
        """Return what happens in a statement; what functions defined in it do happens when they are called."""
        if isinstance(statement, cst.FunctionDef) or not self.plans.of:
            return []
        scope = self.program.scope(function_of(statement, module))
        found: list[Happening] = []
        for node in own_nodes(statement):
            match node:
                case cst.Attribute():
                    found += self._method(node, module, scope)
                case cst.Call():
                    found += self._call(node, module, scope)
        return found

    def leaves_open(self, function: cst.FunctionDef) -> list[Happening]:
        """Return what a function does to sessions, without those that it both begins and ends."""
        if function not in self._of_function:
            self._of_function[function] = []  # in case it calls itself
            module = self.program.module_of(function)
            if module is not None:
                found = [each for part in function.body.body for each in self.within(part, module)]
                by_place: dict[Holder, set[Kind]] = {}
                for each in found:
                    by_place.setdefault(each.place, set()).add(each.kind)
                self._of_function[function] = [each for each in found if len(by_place[each.place]) == 1]
        return self._of_function[function]

    def sessions(self, begin: Happening) -> set[SdkSession]:
        """Return the sessions whose method is called, or handed to a thread, where something happens."""
        found = self.plans.at(begin.node) if isinstance(begin.node, cst.Attribute) else None
        return {plan.session for plan in found[1]} if found is not None else set()

    def is_new(self, made: cst.BaseExpression) -> bool:
        """Return whether an expression makes a session that is rewritten."""
        if not isinstance(made, cst.Call):
            return False
        classes = {value.node for value in self.program.values(made.func) if isinstance(value, ClassRef)}
        good = [session for session, plan in self.plans.of.items() if plan.problem is None]
        return any(session.call is made or session.owner in classes for session in good)

    def place(self, node: cst.CSTNode, scope: Scope) -> Holder | None:
        """Return what a variable or an attribute means in a scope; None for any other expression."""
        name = dotted(node) if isinstance(node, cst.BaseExpression) else ""
        owner = scope.owner(name.partition(".")[0]) if name and all(name.split(".")) else None
        return Holder(owner, name) if owner is not None else None

    def _method(self, node: cst.Attribute, module: SourceModule, scope: Scope) -> Iterator[Happening]:
        """Yield what the method of a session does that is called here, or handed to a thread and awaited."""
        if node.attr.value not in (Kind.BEGINS.value, Kind.ENDS.value) or not self._is_of_session(node):
            return
        call = module.parent(node)
        is_called = isinstance(call, cst.Call) and call.func is node
        place = self.place(node.value, scope)
        if place is not None and (is_called or _is_awaited(_taker(node, module), module)):
            yield Happening(Kind(node.attr.value), place, node)

    def _is_of_session(self, node: cst.Attribute) -> bool:
        """Return whether a method is one of sessions, all of which are rewritten, or of a subclass of their class."""
        found = self.plans.at(node)
        if found is not None:
            return all(plan.problem is None for plan in found[1])
        values = self.program.values(node.value)
        classes = {self.program.root_class(value.node) for value in values if isinstance(value, Instance)}
        rewritten = {session.owner for session, plan in self.plans.of.items() if plan.problem is None}
        return bool(classes) and classes <= rewritten

    def _call(self, call: cst.Call, module: SourceModule, scope: Scope) -> Iterator[Happening]:
        """Yield what the function of the program does that is called here."""
        called = self._callee(call)
        if called is None:
            return
        function, made = called
        if function.asynchronous is not None and not _is_awaited(call, module):
            return
        home = self.program.scope(function)
        for happening in self.leaves_open(function):
            place: Holder | None = happening.place
            if happening.place.scope is home:
                place = self._seen_from(call, function, made, happening.place, module, scope)
            if place is not None:
                yield replace(happening, place=place, node=call, through=(function, *happening.through))

    def _callee(self, call: cst.Call) -> tuple[cst.FunctionDef, bool] | None:
        """Return the one function that a call runs, and whether it is the constructor of what the call makes."""
        values = self.program.values(call.func)
        if len(values) != 1 or any(isinstance(value, External) for value in values):
            return None
        (value,) = values
        if isinstance(value, ClassRef):
            method = self.program.classes[value.node].methods.get("__init__")
            return (method, True) if method is not None else None
        target = value.target if isinstance(value, Bound) else value
        return (
            (target.node, False) if isinstance(target, Function) and isinstance(target.node, cst.FunctionDef) else None
        )

    def _seen_from(
        self, call: cst.Call, function: cst.FunctionDef, made: bool, place: Holder, module: SourceModule, scope: Scope
    ) -> Holder | None:
        """Return what the caller of a function calls something that the function has in a variable of its own."""
        parameters = [param.name.value for param in (*function.params.posonly_params, *function.params.params)]
        given: cst.CSTNode | None = None
        if (made and place.head == first_parameter(function)) or _is_returned(place.head, function):
            given = assigned_to(call, module)
        elif place.head in parameters:
            given = self._argument(call, parameters, place.head, made)
        seen = self.place(given, scope) if given is not None else None
        return Holder(seen.scope, ".".join([seen.name, *place.attributes])) if seen is not None else None

    def _argument(self, call: cst.Call, parameters: list[str], name: str, made: bool) -> cst.CSTNode | None:
        index = parameters.index(name)
        bound = made or any(isinstance(value, Bound) for value in self.program.values(call.func))
        if any(argument.star for argument in call.args):
            return None
        if bound and index == 0:
            return call.func.value if isinstance(call.func, cst.Attribute) else None
        return argument_of(call, index - bound, name)


def is_plain(statement: cst.CSTNode) -> bool:
    """Return whether a statement is a line with one call or assignment on it."""
    return isinstance(only_part(statement), cst.Expr | cst.Assign | cst.AnnAssign)


def _taker(node: cst.CSTNode, module: SourceModule) -> cst.CSTNode | None:
    """Return the call to which a method is handed, if it is one that will call it."""
    argument = module.parent(node)
    call = module.parent(argument) if isinstance(argument, cst.Arg) else None
    func = call.func if isinstance(call, cst.Call) else None
    return call if isinstance(func, cst.Attribute) and func.attr.value in _HANDED_OVER else None


def _is_awaited(call: cst.CSTNode | None, module: SourceModule) -> bool:
    return call is not None and isinstance(module.parent(call), cst.Await)


def _is_returned(name: str, function: cst.FunctionDef) -> bool:
    """Return whether a variable is all that a function ever returns."""
    returned = [node.value for node in own_nodes(function) if isinstance(node, cst.Return)]
    return bool(returned) and all(isinstance(value, cst.Name) and value.value == name for value in returned)
