"""What calling a value gives, and where the arguments go."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from codemods.interpreter.access import Access
from codemods.interpreter.heap import ELEMENT, Arguments
from codemods.interpreter.scopes import Scope
from codemods.interpreter.values import (
    NOTHING,
    Bound,
    ClassRef,
    Connecting,
    External,
    Function,
    Instance,
    Obj,
    Value,
    Values,
)

Model = Callable[["Calls", cst.Call, Arguments], Values]
"""What a library function does to values; registered by its dotted name."""
MethodModel = Callable[["Calls", Value, str, cst.Call, Arguments], Values]
"""What a method of a domain value does; registered by the type of value."""


class Calls(Access):
    """Calls functions, classes, callbacks, and what the models know of libraries."""

    models: dict[str, Model]
    name_models: dict[str, Model]
    """Models by method name alone, for names that only one library has."""
    method_models: dict[type[Value], MethodModel]
    scope: Scope
    """The scope whose code is being run."""

    def call(self, callee: Value, node: cst.Call, arguments: Arguments) -> Values:
        """Return what calling `callee` can give, and pass the arguments on to it."""
        if isinstance(callee, Function):
            return self.call_function(callee.node, node, arguments, ())
        if isinstance(callee, Bound):
            return self.call_bound(callee, node, arguments)
        if isinstance(callee, ClassRef):
            return self.instantiate(callee.node, node, arguments)
        if isinstance(callee, External):
            model = self.models.get(callee.name)
            if model is None:
                model = self.name_models.get(callee.name.rsplit(".", 1)[-1])
            if model is not None:
                return model(self, node, arguments)
            return frozenset({External(f"{callee.name}()")})
        return NOTHING

    def call_bound(self, callee: Bound, node: cst.Call, arguments: Arguments) -> Values:
        """Call with the arguments given earlier in front."""
        if isinstance(callee.target, Function):
            extra = {name: (node.func, values) for name, values in callee.keywords}
            merged = Arguments(arguments.positional, extra | arguments.keywords, arguments.star, arguments.double_star)
            return self.call_function(callee.target.node, node, merged, callee.args)
        leading = [(node.func, values) for values in callee.args]
        return self.call(
            callee.target,
            node,
            Arguments(leading + arguments.positional, arguments.keywords, arguments.star, arguments.double_star),
        )

    def call_function(
        self, node: cst.FunctionDef | cst.Lambda, call: cst.Call, arguments: Arguments, leading: tuple[Values, ...]
    ) -> Values:
        """Give a function's parameters their values and return what it returns."""
        self.called.add(node)
        for index, values in enumerate(leading):
            self.join_param(node, index, values)
        params = (*node.params.posonly_params, *node.params.params)
        for index, (given, values) in enumerate(arguments.positional, start=len(leading)):
            self.join_param(node, index, values)
            if index >= len(params) and isinstance(node.params.star_arg, cst.Param):
                self.give(Obj(node.params.star_arg, "tuple"), index - len(params), given, values)
        first_star = len(leading) + len(arguments.positional)
        for values in arguments.star:
            for offset in range(max(0, len(params) - first_star)):
                self.join_param(node, first_star + offset, self.unpacked(values, offset))
        for name, (given, values) in arguments.keywords.items():
            self._join_keyword(node, name, given, values, call)
        for values in arguments.double_star:
            for param in (*node.params.params[len(leading) :], *node.params.kwonly_params):
                name = param.name.value
                for value in values:
                    self.join_argument(self.scopes[node], name, self.item(value, name, call))
            if node.params.star_kwarg is not None:
                self.copy_items(values, Obj(node.params.star_kwarg, "dict"))
        if isinstance(node, cst.FunctionDef) and self.heap.get((Obj(node, "generator"), ELEMENT)) is not None:
            return frozenset({Obj(node, "generator")})
        return self.returns.get(node, NOTHING)

    def _join_keyword(
        self,
        node: cst.FunctionDef | cst.Lambda,
        name: str,
        given: cst.BaseExpression,
        values: Values,
        call: cst.Call,
    ) -> None:
        params = node.params
        if any(param.name.value == name for param in (*params.params, *params.kwonly_params)):
            self.join_argument(self.scopes[node], name, values)
        elif params.star_kwarg is not None:
            rest = Obj(params.star_kwarg, "dict")
            self.give(rest, name, given, values)
            if call not in self.stores[rest]:
                self.stores[rest].append(call)

    def instantiate(self, node: cst.ClassDef, call: cst.Call, arguments: Arguments) -> Values:
        """Return a new instance, its constructor run or its declared fields filled."""
        facts = self.classes[node]
        if facts.is_enum:
            return arguments.get(0)
        instance = Instance(node)
        init = self.class_attribute(node, "__init__", instance)
        if init:
            for constructor in init:
                self.call(constructor, call, arguments)
            return frozenset({instance})
        self.fill_fields(instance, arguments, call)
        return frozenset({instance})

    def fill_fields(self, instance: Instance, arguments: Arguments, call: cst.Call) -> None:
        """Fill the declared fields of a dataclass, NamedTuple or model."""
        keys = self.declared(instance.node)
        names = list(keys)
        for name, (_, values) in zip(names, arguments.positional, strict=False):
            self.join_heap(instance, f".{name}", values)
        for name, (_, values) in arguments.keywords.items():
            self.join_heap(instance, f".{name}", values)
        for source in arguments.double_star:
            for value in source:
                for name, key in keys.items():
                    self.join_heap(instance, f".{name}", self.item(value, key, call))

    def call_back(self, values: Values, call: cst.Call, given: list[Values]) -> Values:
        """Call callbacks as a library would, with `given` positional arguments."""
        found: set[Value] = set()
        arguments = Arguments(positional=[(call.func, item) for item in given])
        for value in values:
            if isinstance(value, Function | Bound | ClassRef):
                found |= self.call(value, call, arguments)
            elif isinstance(value, Instance):
                for method in self.class_attribute(value.node, "__call__", value):
                    found |= self.call(method, call, arguments)
        return frozenset(found)

    def entered(self, values: Values, node: cst.BaseExpression) -> Values:
        """Return what `with values as x` binds."""
        found: set[Value] = set()
        for value in values:
            if isinstance(value, Connecting):
                found.add(value.connection)
            elif isinstance(value, Obj) and value.kind == "generator":
                # only one made by `contextmanager` can be entered: what it yields
                found |= self.elements([value])
            elif isinstance(value, Instance):
                for name in ("__enter__", "__aenter__"):
                    for method in self.class_attribute(value.node, name, value):
                        found |= self.call(method, cst.Call(func=node), Arguments())
                found.add(value)
            else:
                found.add(value)
        return frozenset(found)
