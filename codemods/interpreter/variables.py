"""Variables: their definitions, what each can hold, and which definitions reach a use."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeAlias

import libcst as cst

from codemods.interpreter.heap import Table
from codemods.interpreter.scopes import Scope
from codemods.interpreter.values import Values
from codemods.interpreter.work import Work
from codemods.syntax.navigate import ScopeNode


@dataclass(eq=False, slots=True)
class Def:
    """One place that binds a name.

    Attributes:
        node: the bound name (the `cst.Name` target, or the parameter, import alias, function, class).
        value: the expression assigned, when the whole of it goes to this one name; else None.
        kind: `assign`, `augment`, `param`, `for`, `with`, `import`, `def`, `class`, `except`, `unpack`, `match`.
    """

    name: str
    node: cst.CSTNode
    value: cst.BaseExpression | None
    kind: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class Binding:
    """A variable at one point of a function: what it can hold and which definitions put it there."""

    values: Values
    defs: frozenset[Def]


Env: TypeAlias = dict[str, Binding]


def merge(first: Env | None, second: Env | None) -> Env | None:
    """Return the variables where two paths meet; None is a path that does not get there."""
    if first is None:
        return second
    if second is None or first is second:
        return first
    merged = dict(first)
    for name, binding in second.items():
        mine = merged.get(name)
        if mine is None:
            merged[name] = binding
        elif mine is not binding:
            merged[name] = Binding(mine.values | binding.values, mine.defs | binding.defs)
    return merged


class Variables:
    """The variables of a program, over all its scopes."""

    def __init__(self, work: Work) -> None:
        self.scopes: dict[ScopeNode, Scope] = {}
        self.cells: Table[tuple[Scope, str]] = Table(work)
        """What a variable can hold at any time."""
        self.passed: Table[tuple[Scope, str]] = Table(work)
        """What a parameter can hold when its function starts: not what the body assigns to the name later."""
        self.definitions: dict[tuple[Scope, str], list[Def]] = defaultdict(list)
        self.uses: dict[cst.Name, frozenset[Def]] = {}
        """The definitions that reach each use of a name."""
        self._work = work
        self._by_node: dict[cst.CSTNode, Def] = {}
        self._shared: set[tuple[Scope, str]] = set()

    def add(self, scopes: dict[ScopeNode, Scope]) -> None:
        """Take in the scopes of one more module."""
        self.scopes.update(scopes)
        for scope in scopes.values():
            for name in scope.globals:
                self._shared.add((scope.module, name))
            for name in scope.nonlocals:
                owner = scope.owner(name)
                if owner is not None:
                    self._shared.add((owner, name))

    def is_shared(self, scope: Scope, name: str) -> bool:
        """Return whether some other scope assigns the variable, so that no order of assignments is known."""
        return (scope, name) in self._shared

    def anywhere(self, scope: Scope, name: str) -> Binding:
        """Return all that a variable can hold, whatever the order of assignments."""
        return Binding(self.cells.read((scope, name)), frozenset(self.definitions.get((scope, name), ())))

    def define(self, name: str, node: cst.CSTNode, value: cst.BaseExpression | None, kind: str, scope: Scope) -> Def:
        """Return the definition at `node`; the same object each time."""
        known = self._by_node.get(node)
        if known is None or known.name != name:
            known = Def(name, node, value, kind, scope)
            self._by_node[node] = known
            self.definitions[(scope, name)].append(known)
            self._work.grown(self.cells, (scope, name))
        return known
