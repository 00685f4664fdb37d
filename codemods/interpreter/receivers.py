"""Where the values end up for which a program is run: whoever else uses those definitions has to be looked at, too."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import libcst as cst

from codemods.interpreter.scopes import Scope
from codemods.interpreter.values import NOTHING, Bound, ClassRef, External, Function, Instance, Value
from codemods.syntax.carried import reached
from codemods.syntax.children import walk
from codemods.syntax.navigate import ScopeNode

if TYPE_CHECKING:
    from codemods.interpreter.fixpoint import Interpreter


class Receivers:
    """Definitions of a program's modules that values come into for which it is run."""

    def __init__(self, run: Interpreter) -> None:
        self._run = run

    def names(self) -> dict[str, frozenset[str]]:
        """Return them by module, as far as the program has been run.

        A function counts if it takes such a value apart or gives it back, a class or a variable if it keeps one:
        whoever uses the name may hand in something else, or get what has come in. Who only passes a value on leads to
        one that counts.
        """
        run, found = self._run, defaultdict[str, set[str]](set)

        def add(scope: Scope) -> None:
            name = run.definition(scope)
            if name is not None:
                found[scope.path].add(name)

        passed = run.variables.passed.entries.items()
        for scope in {scope: None for (scope, _), values in passed if run.leads_to_what_matters(values)}:
            if self._takes_apart(scope.node):
                add(scope)
        for (scope, name), values in run.variables.cells.entries.items():
            if scope.parent is None and run.leads_to_what_matters(values):
                found[scope.path].add(name)
        for function, values in run.calls.returns.entries.items():
            if isinstance(function, cst.FunctionDef) and run.leads_to_what_matters(values):
                add(run.variables.scopes[function])
        for (owner, _), values in run.heap.contents.entries.items():
            if isinstance(owner, Instance) and run.leads_to_what_matters(values):
                add(run.variables.scopes[owner.node])
        return {path: frozenset(names) for path, names in found.items()}

    def demand_users(self) -> bool:
        """Have functions run, called or not, that use such definitions: what they hand in may be somebody else's.

        Returns:
            Whether there are any that have not run.
        """
        run = self._run
        known = frozenset[str]().union(*self.names().values())
        waiting = {node: run.variables.scopes[node] for node in run.on_demand}
        texts = {path: run.modules[path].text for path in {scope.path for scope in waiting.values()}}
        users = reached(texts, lambda _: False, known)
        found = [node for node, scope in waiting.items() if run.definition(scope) in users[scope.path]]
        for node in found:
            run.calls.demand(node)
        return bool(found)

    def _takes_apart(self, node: ScopeNode) -> bool:
        for part in walk(node):
            match part:
                case (
                    cst.Subscript(value=value)
                    | cst.Attribute(value=value)
                    | cst.For(iter=value)
                    | cst.CompFor(iter=value)
                    | cst.StarredDictElement(value=value)
                ):
                    if self._is_one(value):
                        return True
                case cst.Call(func=callee, args=args):
                    if self._is_anything(callee) and any(self._is_one(arg.value) for arg in args):
                        return True
        return False

    def _is_one(self, node: cst.BaseExpression) -> bool:
        return self._run.leads_to_what_matters(self._run.expressions.values.get(node, NOTHING))

    def _is_anything(self, callee: cst.BaseExpression) -> bool:
        """Return whether what is called is no definition by its name: others may have put it there."""
        match callee:
            case cst.Name(name) | cst.Attribute(attr=cst.Name(name)):
                found = self._run.expressions.values.get(callee, NOTHING)
                return not any(_is_called(name, value) for value in found)
        return True


def _is_called(name: str, value: Value) -> bool:
    """Return whether a value is a definition of that name, or something of a library."""
    match value:
        case Bound(target=target):
            return _is_called(name, target)
        case Function(node=cst.FunctionDef(name=known)) | ClassRef(node=cst.ClassDef(name=known)):
            return known.value == name
    return isinstance(value, External)
