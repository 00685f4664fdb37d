"""Abstract evaluation of expressions."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.containers import keys
from codemods.interpreter.text import as_text
from codemods.interpreter.values import (
    ELEMENT,
    NOTHING,
    SENT,
    Const,
    External,
    Function,
    Lit,
    Method,
    Obj,
    Str,
    Unknown,
    Value,
    Values,
    only_unknown,
    without_unknown,
)
from codemods.interpreter.variables import Binding, Env
from codemods.syntax.children import children

if TYPE_CHECKING:
    from codemods.interpreter.fixpoint import Interpreter

_CONSTANTS = {"True": True, "False": False, "None": None}


class Expressions:
    """Evaluates expressions over abstract values."""

    def __init__(self, run: Interpreter) -> None:
        self.values: dict[cst.CSTNode, Values] = {}
        """What each expression can be."""
        self._run = run

    def eval(self, node: cst.BaseExpression, env: Env) -> Values:
        """Return what an expression can be."""
        handler = getattr(self, f"eval_{type(node).__name__}", None)
        if handler is None:  # comparisons and the like: numbers and truth values
            self.eval_children(node, env)
            return self.record(node, NOTHING)
        outer, self._run.site = self._run.site, node
        found: Values = handler(node, env)
        self._run.site = outer
        return self.record(node, found)

    def record(self, node: cst.CSTNode, values: Values) -> Values:
        """Remember what an expression can be, and hand it on."""
        known = self.values.get(node)
        if known is None:
            self.values[node] = values
        elif not values <= known:
            self.values[node] = known | values
        return values

    def eval_children(self, node: cst.CSTNode, env: Env) -> None:
        """Evaluate everything below a node that has no meaning of its own here."""
        for child in children(node):
            if isinstance(child, cst.BaseExpression):
                self.eval(child, env)
            elif not isinstance(child, cst.BaseStatement | cst.BaseSuite):
                self.eval_children(child, env)

    # names and assignments

    def eval_Name(self, node: cst.Name, env: Env) -> Values:
        """Return what a name can hold here, and remember which definitions reach it."""
        name, scope, variables = node.value, self._run.scope, self._run.variables
        if name in _CONSTANTS:
            return frozenset({Const(_CONSTANTS[name], node)})
        owner = scope.owner(name)
        if owner is None:
            starred = variables.cells.read((scope.module, name))
            return starred or frozenset({External(name if name in self._run.library.packages else f"builtins.{name}")})
        binding = env.get(name) if owner is scope and not variables.is_shared(owner, name) else None
        if binding is None:
            binding = variables.anywhere(owner, name)
        variables.uses[node] = variables.uses.get(node, frozenset()) | binding.defs
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
        scope, variables = self._run.scope, self._run.variables
        owner = scope.owner(name) or scope
        definition = variables.define(name, node, value_node, kind, owner)
        variables.cells.join((owner, name), values)
        if owner is scope:
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
        heap = self._run.heap
        match target:
            case cst.Name(name):
                self.bind(name, target, values, env, value_node, kind)
                self.record(target, values)
            case cst.Attribute(value=owner, attr=cst.Name(name)):
                for base in self.eval(owner, env):
                    heap.join(base, f".{name}", values)
                    if name.startswith("on_"):
                        base.assign_callback(self._run, name, values, target)
                    if isinstance(base, External | Unknown):
                        self._run.calls.escape(Arguments([(value_node or target, values)]), target)
            case cst.Subscript():
                found = self._subscript_keys(target, env)
                if _is_slice(target):
                    values = self._run.iterate(values)
                for base in self.eval(target.value, env):
                    for key in found:
                        heap.join(base, key, values)
                    if isinstance(base, Obj) and target not in heap.stores[base]:
                        heap.stores[base].append(target)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                for index, element in enumerate(elements):
                    starred = isinstance(element, cst.StarredElement)
                    part = NOTHING if starred else self._run.unpacked(values, index)
                    self.assign(element.value, part, env, None, "unpack")

    # constants and text

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
        return self._run.texts.concatenate([self.eval(node.left, env), self.eval(node.right, env)], node)

    def eval_FormattedString(self, node: cst.FormattedString, env: Env) -> Values:
        pieces: list[Values] = []
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                text = part.value.replace("{{", "{").replace("}}", "}")
                pieces.append(frozenset({Str((Lit(text, part),))}))
            elif isinstance(part, cst.FormattedStringExpression):
                found = self.eval(part.expression, env)
                pieces.append(as_text(found, part.expression))
                if isinstance(part.format_spec, Iterable):
                    for spec in part.format_spec:
                        self.eval_children(spec, env)
        return self._run.texts.concatenate(pieces, node)

    def eval_BinaryOperation(self, node: cst.BinaryOperation, env: Env) -> Values:
        left, right = self.eval(node.left, env), self.eval(node.right, env)
        match node.operator:
            case cst.Add() if any(isinstance(value, Str) for value in left | right):
                return self._run.texts.concatenate([as_text(left, node.left), as_text(right, node.right)], node)
            case cst.Add():
                return frozenset(value for value in left | right if isinstance(value, Obj | Unknown))
            case cst.Modulo():
                return self._run.texts.percent(left, right)
            case cst.BitOr():  # of dicts: what is more than its entries stays what it is
                merged = NOTHING.union(*(value.copied() for value in left | right))
                return merged if without_unknown(merged) else left | right
        kept = NOTHING.union(*(value.scaled() for value in left | right))
        return only_unknown(left | right) | kept or (self._run.unknown if _out_of_sight(left | right) else NOTHING)

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
        return frozenset(value.awaited() for value in self.eval(node.expression, env))

    def eval_Yield(self, node: cst.Yield, env: Env) -> Values:
        generator = Obj(self._run.scope.node, "generator")
        match node.value:
            case None:
                given = NOTHING
            case cst.From(item=source):
                given = self._run.containers.elements(self.eval(source, env))
            case value:
                given = self.eval(value, env)
        self._run.heap.join(generator, ELEMENT, given)
        return self._run.heap.read(generator, SENT)

    def eval_Lambda(self, node: cst.Lambda, env: Env) -> Values:
        self.eval_defaults(node.params, env, node)
        self._run.defined(node)
        return frozenset({Function(node)})

    def eval_defaults(self, params: cst.Parameters, env: Env, node: cst.FunctionDef | cst.Lambda) -> None:
        """Give parameters the values of their defaults."""
        scope = self._run.variables.scopes[node]
        for param in (*params.posonly_params, *params.params, *params.kwonly_params):
            if param.default is not None:
                self._run.variables.passed.join((scope, param.name.value), self.eval(param.default, env))

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
                self._run.heap.join(obj, ELEMENT, self._run.iterate(values))
            else:
                self._run.heap.join(obj, index, values)
        return frozenset({obj})

    def eval_Dict(self, node: cst.Dict, env: Env) -> Values:
        obj = Obj(node, "dict")
        copied: set[Value] = set()
        for element in node.elements:
            values = self.eval(element.value, env)
            if isinstance(element, cst.StarredDictElement):
                copied |= NOTHING.union(*(value.copied() for value in values))
            if isinstance(element, cst.DictElement):
                for key in keys(self.eval(element.key, env)):
                    self._run.heap.join(obj, key, values)
                    if key == ELEMENT:
                        self._run.containers.own(node, "dict")
            else:
                self._run.containers.copy(values, obj)
        return frozenset(copied) if copied and len(node.elements) == 1 else frozenset({obj, *copied})

    def eval_DictComp(self, node: cst.DictComp, env: Env) -> Values:
        inner = dict(env)
        sources = self.eval_comprehension(node.for_in, inner)
        self.eval(node.key, inner)
        held = self.eval(node.value, inner)
        # `{k: v for k, v in params.items() if ...}` filters: what holds of the source holds of the result
        filtered = is_filter(node)
        kept = NOTHING.union(*(value.copied() for value in sources)) if filtered else NOTHING
        kept |= {value for value in sources if isinstance(value, Obj) and value.kind == "dict"}
        if not kept:
            kept = frozenset({self._run.containers.own(node, "dict", held)})
        return kept

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
        self._run.heap.join(obj, ELEMENT, self.eval(node.elt, inner))
        return frozenset({obj})

    def eval_comprehension(self, clause: cst.CompFor, env: Env) -> Values:
        """Bind the variables of `for ... in ...` and return what the (first) source is."""
        source = clause.iter
        values = self.eval(source, env)
        self.assign(clause.target, self._run.iterate(values), env, None, "for")
        for condition in clause.ifs:
            self.eval(condition.test, env)
        if clause.inner_for_in is not None:
            self.eval_comprehension(clause.inner_for_in, env)
        match source:
            case cst.Call(func=cst.Attribute(value=mapping, attr=cst.Name("items"))):
                return self.values.get(mapping, NOTHING)
        return values

    # reading and calling

    def _subscript_keys(self, node: cst.Subscript, env: Env) -> list[Hashable]:
        """Evaluate the index and return the constant keys it can be."""
        match node.slice:
            case [cst.SubscriptElement(slice=cst.Index(value=index))]:
                return keys(self.eval(index, env))
        self.eval_children(node.slice[0], env)
        return [ELEMENT]

    def eval_Subscript(self, node: cst.Subscript, env: Env) -> Values:
        found = self._subscript_keys(node, env)
        bases = self.eval(node.value, env)
        if _is_slice(node):
            parts = frozenset(base for base in bases if isinstance(base, Obj))
            return parts.union(*(base.item(self._run, ELEMENT, node) for base in bases - parts))
        return NOTHING.union(*(base.item(self._run, key, node) for base in bases for key in found))

    def eval_Attribute(self, node: cst.Attribute, env: Env) -> Values:
        name, bases = node.attr.value, self.eval(node.value, env)
        handed_over = self._run.containers.has_method(name)
        found = {Method(base, name) for base in bases if handed_over and isinstance(base, Obj)}
        return frozenset(found).union(*(base.attribute(self._run, name) for base in bases))

    def eval_Call(self, node: cst.Call, env: Env) -> Values:
        run = self._run
        given = run.calls.arguments(node, env)
        match node.func:
            case cst.Attribute(value=owner, attr=cst.Name(name)) as func:
                found: set[Value] = set()
                held: set[Value] = set()
                for base in self.eval(owner, env):
                    given_by, callees = self._method(base, name, node, given)
                    found |= given_by
                    held |= callees
                self.record(func, frozenset(held))
                if not any(value for value in held if not isinstance(value, Unknown)):
                    if model := run.library.methods.get(name):
                        return frozenset(found) | model(run, node, given)
            case func:
                callees = self.eval(func, env)
                found = set(NOTHING.union(*(callee.invoke(run, node, given) for callee in callees)))
        return frozenset(found)

    def _method(self, base: Value, name: str, call: cst.Call, given: Arguments) -> tuple[Values, Values]:
        """Return what a method of a value gives, and the callables that are held under its name."""
        run = self._run
        known = base.method(run, name, call, given)
        callees = base.attribute(run, name)
        if known is not None:
            callees = without_unknown(callees)
        elif name in run.library.methods and not without_unknown(callees):
            return NOTHING, NOTHING
        results = (callee.invoke(run, call, given) for callee in callees)
        return NOTHING.union(known or NOTHING, *results), callees


def _out_of_sight(values: Values) -> bool:
    return any(isinstance(value, External) for value in values)


def _is_slice(node: cst.Subscript) -> bool:
    return any(isinstance(element.slice, cst.Slice) for element in node.slice)


def is_filter(node: cst.DictComp) -> bool:
    """Return whether a comprehension takes over some entries of a dict as they are."""
    match node:
        case cst.DictComp(
            key=cst.Name(key), value=cst.Name(value), for_in=cst.CompFor(target=cst.Tuple(elements=[first, second]))
        ):
            return [getattr(part.value, "value", None) for part in (first, second)] == [key, value]
    return False
