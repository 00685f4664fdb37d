"""Callbacks: which function each one is, and whether that function itself can take v3's extra argument."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import libcst as cst

from codemods import protocol as v
from codemods.facts.program import Program
from codemods.facts.text_guards import asks_for_text
from codemods.interpreter.values import Bound, Function
from codemods.rewrites.sdk.portability import occurs
from codemods.rewrites.sdk.sessions import SdkSession, function_of_value
from codemods.syntax.tree import SourceModule

EVENTS = {
    "on_open": "Begin",
    "on_data": "Turn",
    "on_extra_session_information": "Termination",
    "on_error": "Error",
}
"""The v3 event for each callback of the constructor, in the order in which they are registered."""

FINAL = "{0}.end_of_turn and {0}.turn_is_formatted"
"""The test for a final turn that holds for every variant of the service while `format_turns` is on."""


def final_test(code: str, place: cst.CSTNode, program: Program, module: SourceModule) -> str:
    """Return the test for a final: one without a word, as it comes after `Terminate`, is none for who does not ask."""
    if asks_for_text(place, program, module) or not v.formats_on_request(program.options.speech_model):
        return FINAL.format(code)
    return f"{FINAL.format(code)} and {code}.transcript"


@dataclass(eq=False, slots=True)
class Handler:
    """One callback of one session.

    Attributes:
        function: the function it is, where there is just one.
        given: how many arguments come before the event: `self`, those of a `functools.partial`.
        direct: whether the function gets the client as an argument of its own; else it is called through a lambda.
        filtered: whether partial transcripts must be kept from it.
    """

    name: str
    argument: cst.Arg
    session: SdkSession
    function: cst.FunctionDef | cst.Lambda | None
    given: int
    direct: bool
    filtered: bool

    @property
    def event(self) -> str:
        """The v3 event."""
        return EVENTS[self.name]


class Handlers:
    """Every callback of the sessions that are rewritten."""

    def __init__(self, program: Program, sessions: list[SdkSession]) -> None:
        self.program = program
        self.of_session: dict[SdkSession, list[Handler]] = defaultdict(list)
        self.of_function: dict[cst.CSTNode, list[Handler]] = defaultdict(list)
        for session in sessions:
            filtered = session.is_true(program, "disable_partial_transcripts")
            for name in EVENTS:
                value = session.value(name)
                if value is None:
                    continue
                known = function_of_value(program.values(value))
                function, given = known if known is not None else (None, 0)
                handler = Handler(
                    name, session.arguments[name], session, function, given, False, filtered and name == "on_data"
                )
                self.of_session[session].append(handler)
                if function is not None:
                    self.of_function[function].append(handler)
        for shared, handlers in self.of_function.items():
            direct = self._can_change(shared, handlers)
            for handler in handlers:
                handler.direct = direct

    def _can_change(self, function: cst.CSTNode, handlers: list[Handler]) -> bool:
        assert isinstance(function, cst.FunctionDef | cst.Lambda)
        module = self.program.module_of(function)
        if module is None or module.path not in self.program.targets:
            return False
        if len({handler.given for handler in handlers}) != 1 or len({handler.filtered for handler in handlers}) != 1:
            return False
        if not _takes_one(function, handlers[0].given):
            return False
        if isinstance(function, cst.Lambda):
            return all(handler.argument.value is function for handler in handlers)
        for decorator in function.decorators:
            if not isinstance(decorator.decorator, cst.Name) or decorator.decorator.value != "staticmethod":
                return False
        allowed = [handler.argument.value for handler in handlers]
        return all(
            any(node is value or _within(node, value, home) for value in allowed)
            for node, home in self._references(function)
        )

    def _references(self, function: cst.FunctionDef) -> list[tuple[cst.CSTNode, SourceModule]]:
        """Return every place that names the function, or could."""
        found: list[tuple[cst.CSTNode, SourceModule]] = []
        for node, module in self.program.get(_spellings).get(function.name.value, ()):
            values = self.program.values(node)
            if not values or function in {_target(value) for value in values}:
                found.append((node, module))
        return found


def _spellings(program: Program) -> dict[str, list[tuple[cst.CSTNode, SourceModule]]]:
    """Return the places that read each name, as a variable or as an attribute."""
    found: dict[str, list[tuple[cst.CSTNode, SourceModule]]] = defaultdict(list)
    for module in program.modules.values():
        for node in module.walk():
            match node:
                case cst.Attribute(attr=cst.Name(name)):
                    found[name].append((node, module))
                case cst.Name(name) if not _only_names(node, module):
                    found[name].append((node, module))
    return found


def _target(value: object) -> cst.CSTNode | None:
    while isinstance(value, Bound):
        value = value.target
    return value.node if isinstance(value, Function) else None


def _only_names(node: cst.Name, module: SourceModule) -> bool:
    """Return whether a name is not read here: a keyword, a parameter, an import, the end of a dotted name."""
    parent = module.parent(node)
    match parent:
        case cst.Arg():
            return parent.keyword is node
        case cst.Attribute():
            return parent.attr is node
    return isinstance(parent, cst.Param | cst.ImportAlias | cst.AsName | cst.FunctionDef | cst.ClassDef)


def _within(node: cst.CSTNode, tree: cst.CSTNode, module: SourceModule) -> bool:
    return any(up is tree for up in module.ancestors(node))


def _takes_one(function: cst.FunctionDef | cst.Lambda, given: int) -> bool:
    """Return whether the function takes exactly the event after the arguments that are given already."""
    params = function.params
    plain = [*params.posonly_params, *params.params]
    required = [param for param in plain if param.default is None]
    return len(plain) > given and len(required) <= given + 1 and not isinstance(params.star_arg, cst.Param)


def client_name(function: cst.FunctionDef | cst.Lambda, module: SourceModule) -> str:
    """Return a name for the client that means nothing else inside the function."""
    for name in ("client", "streaming_client", "_streaming_client"):
        if not occurs(name, function, module):
            return name
    return "_v3_client"


def event_parameter(handler: Handler) -> cst.Param:
    """Return the parameter that receives the event."""
    assert handler.function is not None
    params = handler.function.params
    return [*params.posonly_params, *params.params][handler.given]
