"""Abstract evaluation of expressions."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from functools import partial

import libcst as cst

from codemods.interpreter.calls import Calls
from codemods.interpreter.heap import ELEMENT, Arguments, Binding, Env
from codemods.interpreter.text import filled
from codemods.interpreter.values import (
    NOTHING,
    Connecting,
    Const,
    External,
    Function,
    Lit,
    Message,
    Obj,
    Str,
    Value,
    Values,
)

_CONSTANTS = {"True": True, "False": False, "None": None}


class Expressions(Calls):
    """Evaluates expressions over abstract values."""

    def lookup(self, node: cst.Name, env: Env) -> Values:
        """Return what a name can hold here, and remember which definitions reach it."""
        name = node.value
        if name in _CONSTANTS:
            return frozenset({Const(_CONSTANTS[name], node)})
        owner = self.scope.owner(name)
        if owner is None:
            starred = self.cells.get((self.scope.module, name), NOTHING)
            return starred or frozenset({External(f"builtins.{name}")})
        binding = env.get(name) if owner is self.scope and not self.is_shared(owner, name) else None
        if binding is None:
            known = self.definitions.get((owner, name), [])
            binding = Binding(self.cells.get((owner, name), NOTHING), frozenset(known))
        self.uses[node] = self.uses.get(node, frozenset()) | binding.defs
        return binding.values

    def bind(
        self,
        name: str,
        node: cst.CSTNode,
        values: Values,
        env: Env,
        value_node: cst.BaseExpression | None = None,
        kind: str = "assign",
    ) -> None:
        """Bind `name` to `values` from here on."""
        owner = self.scope.owner(name) or self.scope
        definition = self.define(name, node, value_node, kind, owner)
        self.join_cell(owner, name, values)
        if owner is self.scope:
            env[name] = Binding(values, frozenset({definition}))

    def assign(
        self,
        target: cst.BaseExpression,
        values: Values,
        env: Env,
        value_node: cst.BaseExpression | None = None,
        kind: str = "assign",
    ) -> None:
        """Store `values` in an assignment target of any form."""
        if isinstance(target, cst.Name):
            self.bind(target.value, target, values, env, value_node, kind)
            self.record(target, values)
        elif isinstance(target, cst.Attribute):
            for base in self.eval(target.value, env):
                self.join_heap(base, f".{target.attr.value}", values)
                self.attribute_assigned(base, target.attr.value, values, target)
        elif isinstance(target, cst.Subscript):
            keys = self.subscript_keys(target, env)
            for base in self.eval(target.value, env):
                for key in keys:
                    self.join_heap(base, key, values)
                if isinstance(base, Obj) and target not in self.stores[base]:
                    self.stores[base].append(target)
        elif isinstance(target, cst.Tuple | cst.List):
            for index, element in enumerate(target.elements):
                part = NOTHING if isinstance(element, cst.StarredElement) else self.unpacked(values, index)
                self.assign(element.value, part, env, None, "unpack")

    def attribute_assigned(self, base: Value, name: str, values: Values, target: cst.Attribute) -> None:
        """Hook for callbacks set as attributes (`ws.on_message = f`)."""
        handler = self.method_models.get(type(base))
        if handler is not None and name.startswith("on_"):
            call = cst.Call(func=target)
            handler(self, base, f"={name}", call, Arguments(positional=[(target, values)]))

    def eval(self, node: cst.BaseExpression, env: Env) -> Values:
        """Return what an expression can be."""
        handler = getattr(self, f"eval_{type(node).__name__}", None)
        if handler is None:
            self.eval_children(node, env)
            return self.record(node, NOTHING)
        found: Values = handler(node, env)
        return self.record(node, found)

    def eval_children(self, node: cst.CSTNode, env: Env) -> None:
        """Evaluate everything below a node that has no meaning of its own here."""
        for child in node.children:
            if isinstance(child, cst.BaseExpression):
                self.eval(child, env)
            elif not isinstance(child, cst.BaseStatement | cst.BaseSuite):
                self.eval_children(child, env)

    def eval_Name(self, node: cst.Name, env: Env) -> Values:
        return self.lookup(node, env)

    def eval_Integer(self, node: cst.Integer, env: Env) -> Values:
        return frozenset({Const(node.evaluated_value, node)})

    def eval_Float(self, node: cst.Float, env: Env) -> Values:
        return frozenset({Const(node.evaluated_value, node)})

    def eval_SimpleString(self, node: cst.SimpleString, env: Env) -> Values:
        value = node.evaluated_value
        if isinstance(value, bytes):
            return frozenset({Const(value, node)})
        return frozenset({Str((Lit(value, node),))})

    def eval_ConcatenatedString(self, node: cst.ConcatenatedString, env: Env) -> Values:
        return self.concatenate([self.eval(node.left, env), self.eval(node.right, env)], node)

    def eval_FormattedString(self, node: cst.FormattedString, env: Env) -> Values:
        pieces: list[Values] = []
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                text = part.value.replace("{{", "{").replace("}}", "}")
                pieces.append(frozenset({Str((Lit(text, part),))}))
            elif isinstance(part, cst.FormattedStringExpression):
                found = self.eval(part.expression, env)
                pieces.append(self.as_text(found, part.expression))
                if isinstance(part.format_spec, Iterable):
                    for spec in part.format_spec:
                        self.eval_children(spec, env)
        return self.concatenate(pieces, node)

    def eval_BinaryOperation(self, node: cst.BinaryOperation, env: Env) -> Values:
        left, right = self.eval(node.left, env), self.eval(node.right, env)
        if isinstance(node.operator, cst.Add):
            if any(isinstance(value, Str) for value in left | right):
                return self.concatenate(
                    [self.as_text(left, node.left), self.as_text(right, node.right)],
                    node,
                )
            return frozenset(value for value in left | right if isinstance(value, Obj))
        if isinstance(node.operator, cst.Modulo):
            given = partial(self._operand, right)
            return frozenset(filled(value, given, percent=True) for value in left if isinstance(value, Str))
        if isinstance(node.operator, cst.BitOr):
            return left | right
        return NOTHING

    def _operand(self, right: Values, key: str | int) -> Values:
        """Return what the right side of `%` gives for a placeholder."""
        found: set[Value] = set()
        for value in right:
            if isinstance(value, Obj):
                found |= self.read_heap(value, key)
            elif key == 0:
                found.add(value)
        return frozenset(found)

    def eval_BooleanOperation(self, node: cst.BooleanOperation, env: Env) -> Values:
        left = self.eval(node.left, env)
        return left | self.eval(node.right, env)

    def eval_IfExp(self, node: cst.IfExp, env: Env) -> Values:
        self.eval(node.test, env)
        return self.eval(node.body, env) | self.eval(node.orelse, env)

    def eval_NamedExpr(self, node: cst.NamedExpr, env: Env) -> Values:
        values = self.eval(node.value, env)
        self.assign(node.target, values, env, node.value)
        return values

    def eval_Await(self, node: cst.Await, env: Env) -> Values:
        return frozenset(
            value.connection if isinstance(value, Connecting) else value for value in self.eval(node.expression, env)
        )

    def eval_Yield(self, node: cst.Yield, env: Env) -> Values:
        value = node.value
        function = self.scope.node
        if isinstance(value, cst.From):
            self.join_heap(Obj(function, "generator"), ELEMENT, self.elements(self.eval(value.item, env)))
        elif value is not None:
            self.join_heap(Obj(function, "generator"), ELEMENT, self.eval(value, env))
        return NOTHING

    def eval_Lambda(self, node: cst.Lambda, env: Env) -> Values:
        self.eval_defaults(node.params, env, node)
        return frozenset({Function(node)})

    def eval_defaults(self, params: cst.Parameters, env: Env, node: cst.FunctionDef | cst.Lambda) -> None:
        """Give parameters the values of their defaults."""
        scope = self.scopes[node]
        for param in (*params.posonly_params, *params.params, *params.kwonly_params):
            if param.default is not None:
                self.join_argument(scope, param.name.value, self.eval(param.default, env))

    def eval_Tuple(self, node: cst.Tuple, env: Env) -> Values:
        return self._sequence(node, node.elements, "tuple", env)

    def eval_List(self, node: cst.List, env: Env) -> Values:
        return self._sequence(node, node.elements, "list", env)

    def eval_Set(self, node: cst.Set, env: Env) -> Values:
        return self._sequence(node, node.elements, "set", env)

    def _sequence(self, node: cst.BaseExpression, elements: Iterable[cst.BaseElement], kind: str, env: Env) -> Values:
        obj = Obj(node, kind)
        for index, element in enumerate(elements):
            values = self.eval(element.value, env)
            if isinstance(element, cst.StarredElement):
                self.join_heap(obj, ELEMENT, self.elements(values))
            else:
                self.join_heap(obj, index, values)
        return frozenset({obj})

    def eval_Dict(self, node: cst.Dict, env: Env) -> Values:
        obj = Obj(node, "dict")
        copied: set[Value] = set()
        for element in node.elements:
            values = self.eval(element.value, env)
            if isinstance(element, cst.StarredDictElement):
                copied |= {value for value in values if isinstance(value, Message)}
            if isinstance(element, cst.DictElement):
                for key in self.keys(self.eval(element.key, env)):
                    self.join_heap(obj, key, values)
            else:
                self.copy_items(values, obj)
        return frozenset(copied) if copied and len(node.elements) == 1 else frozenset({obj, *copied})

    def eval_DictComp(self, node: cst.DictComp, env: Env) -> Values:
        inner = dict(env)
        sources = self.eval_comprehension(node.for_in, inner)
        self.eval(node.key, inner)
        self.eval(node.value, inner)
        # `{k: v for k, v in params.items() if ...}` filters: what holds of the source holds of the result
        kept = (Obj, Message) if is_filter(node) else Obj
        return frozenset(
            value
            for value in sources
            if isinstance(value, kept) and (isinstance(value, Message) or value.kind == "dict")
        )

    def eval_ListComp(self, node: cst.ListComp, env: Env) -> Values:
        return self._comprehension(node, "list", env)

    def eval_SetComp(self, node: cst.SetComp, env: Env) -> Values:
        return self._comprehension(node, "set", env)

    def eval_GeneratorExp(self, node: cst.GeneratorExp, env: Env) -> Values:
        return self._comprehension(node, "generator", env)

    def _comprehension(self, node: cst.BaseSimpleComp, kind: str, env: Env) -> Values:
        inner = dict(env)
        self.eval_comprehension(node.for_in, inner)
        obj = Obj(node, kind)
        self.join_heap(obj, ELEMENT, self.eval(node.elt, inner))
        return frozenset({obj})

    def eval_comprehension(self, clause: cst.CompFor, env: Env) -> Values:
        """Bind the variables of `for ... in ...` and return what the (first) source is."""
        source = clause.iter
        values = self.eval(source, env)
        self.assign(clause.target, self.iterate(values), env, None, "for")
        for condition in clause.ifs:
            self.eval(condition.test, env)
        if clause.inner_for_in is not None:
            self.eval_comprehension(clause.inner_for_in, env)
        if (
            isinstance(source, cst.Call)
            and isinstance(source.func, cst.Attribute)
            and source.func.attr.value == "items"
        ):
            return self.values.get(source.func.value, NOTHING)
        return values

    def subscript_keys(self, node: cst.Subscript, env: Env) -> list[Hashable]:
        """Evaluate the index and return the constant keys it can be."""
        if len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
            return self.keys(self.eval(node.slice[0].slice.value, env))
        self.eval_children(node.slice[0], env)
        return [ELEMENT]

    def eval_Subscript(self, node: cst.Subscript, env: Env) -> Values:
        keys = self.subscript_keys(node, env)
        found: set[Value] = set()
        for base in self.eval(node.value, env):
            for key in keys:
                found |= self.item(base, key, node)
        return frozenset(found)

    def eval_Attribute(self, node: cst.Attribute, env: Env) -> Values:
        name = node.attr.value
        found: set[Value] = set()
        for base in self.eval(node.value, env):
            found |= self.attribute(base, name)
        return frozenset(found)

    def eval_Call(self, node: cst.Call, env: Env) -> Values:
        arguments = self.arguments(node, env)
        found: set[Value] = set()
        func = node.func
        if isinstance(func, cst.Attribute):
            # a method of something the models know; `found` is empty for what they do not
            for base in self.eval(func.value, env):
                model = self.method_models.get(type(base))
                if model is not None:
                    found |= model(self, base, func.attr.value, node, arguments)
        callees = self.eval(func, env)
        for callee in callees:
            found |= self.call(callee, node, arguments)
        if not callees and isinstance(func, cst.Attribute) and (named := self.name_models.get(func.attr.value)):
            found |= named(self, node, arguments)
        return frozenset(found)

    def arguments(self, node: cst.Call, env: Env) -> Arguments:
        """Evaluate the arguments of a call."""
        result = Arguments()
        for argument in node.args:
            values = self.eval(argument.value, env)
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
        obj = next(iter(values)) if len(values) == 1 else None
        if not isinstance(obj, Obj) or obj.kind not in ("tuple", "list") or self.read_heap(obj, ELEMENT):
            return None
        items = self.items(obj)
        found = [(self.origin(obj, index), items.get(index, NOTHING)) for index in range(len(items))]
        return [(node, held) for node, held in found if node is not None] if all(node for node, _ in found) else None

    def _entries(self, values: Values) -> Iterator[tuple[str, tuple[cst.BaseExpression, Values]]]:
        """Yield the entries of the dicts in `**values` whose expressions are known."""
        for obj in values:
            if isinstance(obj, Obj) and obj.kind == "dict":
                for key, held in self.items(obj).items():
                    node = self.origin(obj, key)
                    if node is not None and isinstance(key, str):
                        yield key, (node, held)


def is_filter(node: cst.DictComp) -> bool:
    """Return whether a comprehension takes over some entries of a dict as they are."""
    target = node.for_in.target
    if not isinstance(target, cst.Tuple) or len(target.elements) != 2:
        return False
    names = [element.value.value for element in target.elements if isinstance(element.value, cst.Name)]
    return names == [getattr(node.key, "value", None), getattr(node.value, "value", None)]
