"""What calling the program's own functions and classes gives, and where the arguments go."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.heap import MAX_VALUES, Table
from codemods.interpreter.values import (
    ELEMENT,
    NOTHING,
    Bound,
    ClassRef,
    Function,
    Instance,
    Obj,
    Unknown,
    Unread,
    Value,
    Values,
)
from codemods.interpreter.variables import Env

if TYPE_CHECKING:
    from codemods.interpreter.fixpoint import Interpreter


class Calls:
    """Functions, constructors and callbacks of the program, as they are called."""

    def __init__(self, run: Interpreter) -> None:
        self.returns: Table[cst.CSTNode] = Table(run.work)
        """What a function can return."""
        self.called: set[cst.CSTNode] = set()
        self._run = run

    def arguments(self, node: cst.Call, env: Env) -> Arguments:
        """Evaluate the arguments of a call."""
        result = Arguments()
        for argument in node.args:
            values = self._run.eval(argument.value, env)
            if argument.star == "*":
                spread = self._spread(values) if not result.star else None
                if spread is None:
                    result.star.append(values)
                else:
                    result.positional += spread
            elif argument.star == "**":
                result.double_star.append(values)
                for key, entry in self._entries(values):
                    result.keywords.setdefault(key, entry)
            elif argument.keyword is not None:
                result.keywords[argument.keyword.value] = (argument.value, values)
            else:
                result.positional.append((argument.value, values))
        return result

    def _spread(self, values: Values) -> list[tuple[cst.BaseExpression, Values]] | None:
        """Return what `*values` stands for where that is one sequence whose length is known."""
        heap = self._run.heap
        obj = next(iter(values)) if len(values) == 1 else None
        if not isinstance(obj, Obj) or obj.kind not in ("tuple", "list") or heap.read(obj, ELEMENT):
            return None
        items = heap.items(obj)
        found = [(heap.origin(obj, index), items.get(index, NOTHING)) for index in range(len(items))]
        return [(node, held) for node, held in found if node is not None] if all(node for node, _ in found) else None

    def _entries(self, values: Values) -> Iterator[tuple[str, tuple[cst.BaseExpression, Values]]]:
        """Yield the entries of the dicts in `**values` whose expressions are known."""
        heap = self._run.heap
        for obj in values:
            if isinstance(obj, Obj) and obj.kind == "dict":
                for key, held in heap.items(obj).items():
                    node = heap.origin(obj, key)
                    if node is not None and isinstance(key, str):
                        yield key, (node, held)

    def give(self, node: cst.FunctionDef | cst.Lambda, index: int, values: Values) -> None:
        """Add to what a positional parameter can be."""
        self.demand(node)
        params = (*node.params.posonly_params, *node.params.params)
        if index < len(params):
            self._pass(node, params[index].name.value, values)
        elif isinstance(node.params.star_arg, cst.Param):
            self._run.heap.join(Obj(node.params.star_arg, "tuple"), _rest(index - len(params)), values)

    def demand(self, node: cst.FunctionDef | cst.Lambda) -> None:
        """Have a function run that was not to be run unasked."""
        if node in self._run.on_demand:
            self._run.on_demand.discard(node)
            self._run.work.add([node])

    def _pass(self, node: cst.FunctionDef | cst.Lambda, name: str, values: Values) -> None:
        self._run.variables.passed.join((self._run.variables.scopes[node], name), values)

    def bound(self, callee: Bound, call: cst.Call, given: Arguments) -> Values:
        """Call with the arguments given earlier in front."""
        if isinstance(callee.target, Function):
            extra = {name: (call.func, values) for name, values in callee.keywords}
            merged = Arguments(given.positional, extra | given.keywords, given.star, given.double_star)
            return self.function(callee.target.node, call, merged, callee.args)
        leading = [(call.func, values) for values in callee.args]
        merged = Arguments(leading + given.positional, given.keywords, given.star, given.double_star)
        return callee.target.invoke(self._run, call, merged)

    def function(
        self, node: cst.FunctionDef | cst.Lambda, call: cst.Call, given: Arguments, leading: tuple[Values, ...] = ()
    ) -> Values:
        """Give a function's parameters their values and return what it returns."""
        run = self._run
        self.called.add(node)
        self.demand(node)
        for index, values in enumerate(leading):
            self.give(node, index, values)
        params = (*node.params.posonly_params, *node.params.params)
        for index, (expression, values) in enumerate(given.positional, start=len(leading)):
            self.give(node, index, values)
            if index >= len(params) and isinstance(node.params.star_arg, cst.Param):
                run.heap.give(Obj(node.params.star_arg, "tuple"), _rest(index - len(params)), expression, values)
        first_star = len(leading) + len(given.positional)
        for values in given.star:
            for offset in range(max(0, len(params) - first_star)):
                self.give(node, first_star + offset, run.unpacked(values, offset))
            if isinstance(node.params.star_arg, cst.Param):
                run.heap.join(Obj(node.params.star_arg, "tuple"), ELEMENT, run.iterate(values))
        for name, (expression, values) in given.keywords.items():
            self._give_keyword(node, name, expression, values, call)
        for values in given.double_star:
            for param in (*node.params.params[len(leading) :], *node.params.kwonly_params):
                name = param.name.value
                for value in values:
                    self._pass(node, name, value.item(run, name, call))
            if node.params.star_kwarg is not None:
                run.containers.copy(values, Obj(node.params.star_kwarg, "dict"))
        if isinstance(node, cst.FunctionDef):
            generator = Obj(node, "generator")
            if run.heap.is_made(generator):
                return frozenset({generator})
        return self.returns.read(node)

    def _give_keyword(
        self, node: cst.FunctionDef | cst.Lambda, name: str, given: cst.BaseExpression, values: Values, call: cst.Call
    ) -> None:
        params = node.params
        if any(param.name.value == name for param in (*params.params, *params.kwonly_params)):
            self._pass(node, name, values)
        elif params.star_kwarg is not None:
            rest = Obj(params.star_kwarg, "dict")
            self._run.heap.give(rest, name, given, values)
            if call not in self._run.heap.stores[rest]:
                self._run.heap.stores[rest].append(call)

    def instantiate(self, node: cst.ClassDef, call: cst.Call, given: Arguments) -> Values:
        """Return a new instance, its constructor run or its declared fields filled."""
        run = self._run
        if run.classes.facts[node].is_enum:
            return given.get(0)
        instance = Instance(node)
        for method in run.classes.methods(node):  # whoever holds the instance may call them
            self.demand(method)
        constructors = run.classes.attribute(node, "__init__", instance)
        for constructor in constructors:
            constructor.invoke(run, call, given)
        if not constructors:
            self.fill_fields(instance, given, call)
        return frozenset({instance})

    def fill_fields(self, instance: Instance, given: Arguments, call: cst.Call) -> None:
        """Fill the declared fields of a dataclass, NamedTuple or model."""
        run = self._run
        keys = run.classes.declared(instance.node)
        for name, (_, values) in zip(list(keys), given.positional, strict=False):
            run.heap.join(instance, f".{name}", values)
        for name, (_, values) in given.keywords.items():
            run.heap.join(instance, f".{name}", values)
        for source in given.double_star:
            for value in source:
                for name, key in keys.items():
                    run.heap.join(instance, f".{name}", value.item(run, key, call))

    def back(self, callbacks: Values, call: cst.Call, given: list[Values]) -> Values:
        """Call callbacks as a library would, with `given` positional arguments."""
        found: set[Value] = set()
        arguments = Arguments(positional=[(call.func, item) for item in given])
        for value in callbacks:
            if isinstance(value, Function | Bound | ClassRef):
                found |= value.invoke(self._run, call, arguments)
            elif isinstance(value, Instance):
                found |= self.methods(value, ("__call__",), call, arguments)
            elif isinstance(value, Unread):
                value.invoke(self._run, call, arguments)
        return frozenset(found)

    def escape(self, given: Arguments, site: cst.CSTNode) -> None:
        """Note that functions are handed to code out of sight at `site`, which may call them with anything."""
        if not self._run.guessing:
            return
        for expression, values in (*given.positional, *given.keywords.values()):
            for value in values:
                target = value.target if isinstance(value, Bound) else value
                if isinstance(target, Function):
                    leading = len(value.args) if isinstance(value, Bound) else 0
                    self._open(target.node, leading, frozenset({Unknown(expression)}))

    def _open(self, node: cst.FunctionDef | cst.Lambda, leading: int, values: Values) -> None:
        self.demand(node)
        params = node.params
        for param in (*(*params.posonly_params, *params.params)[leading:], *params.kwonly_params):
            self._pass(node, param.name.value, values)

    def methods(
        self, instance: Instance, names: Iterable[str], call: cst.Call, given: Arguments | None = None
    ) -> Values:
        """Return what methods of an instance give."""
        found: set[Value] = set()
        for name in names:
            for method in self._run.classes.attribute(instance.node, name, instance):
                found |= method.invoke(self._run, call, given or Arguments())
        return frozenset(found)


def _rest(index: int) -> Hashable:
    """Return the key in `*args` of its argument number `index`.

    A function that hands on one argument more than it was given may call itself: beyond a number they are one.
    """
    return index if index < MAX_VALUES else ELEMENT
