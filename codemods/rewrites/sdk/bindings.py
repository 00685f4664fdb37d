"""Whether a variable or an attribute keeps what it holds, and who else knows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import libcst as cst

from codemods.facts.control_flow import Way, ways_out
from codemods.facts.program import Program
from codemods.rewrites.sdk.lifetimes import Holder
from codemods.syntax.navigate import function_of
from codemods.syntax.tree import SourceModule


class Bindings:
    """Every place of a program that gives a variable or an attribute another value."""

    def __init__(self, program: Program) -> None:
        self.program = program

    @cached_property
    def _attributes(self) -> Mapping[str, Sequence[tuple[cst.CSTNode, SourceModule]]]:
        """The attributes that are given a value anywhere, by their name; most programs are never asked."""
        found: dict[str, list[tuple[cst.CSTNode, SourceModule]]] = {}
        for module in self.program.modules.values():
            for node in module.find(*_GIVING):
                for target in _targets(node):
                    if isinstance(target, cst.Attribute):
                        found.setdefault(target.attr.value, []).append((target, module))
        return found

    def may_change(
        self, place: Holder, region: Sequence[cst.CSTNode], trusted: Sequence[cst.CSTNode], module: SourceModule
    ) -> bool:
        """Return whether `place` may hold something else behind `region` than before it.

        Args:
            region: statements of one function.
            trusted: functions that set it before the region or behind it.
        """
        inside = {node for part in region for node in module.walk(part)}
        if any(isinstance(node, cst.Name) and node.value == place.head for node in _deleted(inside)):
            return True
        home = function_of(region[0], module)
        once = len(self.program.definitions_of(place.scope, place.head)) == 1
        for node, owner in self._of(place):
            function = function_of(node, owner)
            if node in inside:
                return True
            if once and not isinstance(node, cst.Attribute):
                continue
            at_rest = function is home or function in trusted or isinstance(function, cst.Module)
            if not at_rest and not (isinstance(function, cst.FunctionDef) and function.name.value == "__init__"):
                return True
        return False

    def _of(self, place: Holder) -> Iterator[tuple[cst.CSTNode, SourceModule]]:
        owner = self.program.modules[place.scope.path]
        for definition in self.program.definitions_of(place.scope, place.head):
            yield definition.node, owner
        for attribute in place.attributes:
            yield from self._attributes.get(attribute, ())

    def is_private(self, place: Holder, module: SourceModule) -> bool:
        """Return whether only the function that made an object, and calls its methods, has it: no other, no callback.

        The whole program may be one such function.
        """
        home = place.scope.node
        found = self.program.definitions_of(place.scope, place.head)
        if place.attributes or not isinstance(home, cst.FunctionDef | cst.Module) or len(found) != 1:
            return False
        if found[0].kind != "assign" or self.program.is_taken(module.path, place.head):
            return False
        for node in module.walk(home):
            if not isinstance(node, cst.Name) or node.value != place.head or node is found[0].node:
                continue
            parent = module.parent(node)
            if isinstance(parent, cst.Attribute) and parent.attr is node:
                continue
            method = module.parent(parent) if isinstance(parent, cst.Attribute) else None
            called = isinstance(method, cst.Call) and method.func is parent
            if not called or function_of(node, module) is not home:
                return False
        return True

    def made(self, place: Holder) -> cst.BaseExpression | None:
        """Return the expression that is all that a variable ever holds; None if there is no such one."""
        found = self.program.definitions_of(place.scope, place.head)
        return found[0].value if len(found) == 1 else None


def leaves(region: Iterable[cst.CSTNode]) -> bool:
    """Return whether statements may be left by `return`, or by `break` or `continue` of a loop around them."""
    return any(ways_out([part]) & {Way.RETURN, Way.BREAK, Way.CONTINUE} for part in region)


_GIVING = (cst.AssignTarget, cst.AugAssign, cst.For, cst.CompFor, cst.Del, cst.AnnAssign, cst.AsName)


def _targets(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield what a statement gives a value, taken apart."""
    match node:
        case cst.AssignTarget() | cst.AugAssign() | cst.For() | cst.CompFor() | cst.Del():
            yield from _parts(node.target)
        case cst.AnnAssign() if node.value is not None:
            yield node.target
        case cst.AsName():
            yield from _parts(node.name)


def _parts(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.Tuple | cst.List):
        for element in node.elements:
            yield from _parts(element.value)
    else:
        yield node


def _deleted(nodes: Iterable[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    for node in nodes:
        if isinstance(node, cst.Del):
            yield from _parts(node.target)
