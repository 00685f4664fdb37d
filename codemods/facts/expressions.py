"""Abstract evaluation of expressions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import product

import libcst as cst

from codemods.facts.scopes import Scope
from codemods.facts.store import ELEMENT, MAX_PARTS, Arguments, Binding, Env, Store
from codemods.facts.values import (
    NOTHING,
    Bound,
    ClassRef,
    CloseCode,
    CloseError,
    Connecting,
    Connection,
    Const,
    Encoded,
    External,
    Field,
    Frame,
    Function,
    Hole,
    Instance,
    Json,
    Lit,
    Message,
    ModuleRef,
    Obj,
    Part,
    Str,
    Value,
    Values,
    Word,
    WsMessage,
)

Model = Callable[["Expressions", cst.Call, Arguments], Values]
"""What a library function does to values; registered by its dotted name."""
MethodModel = Callable[["Expressions", Value, str, cst.Call, Arguments], Values]
"""What a method of a domain value does; registered by the type of value."""
AttributeModel = Callable[[Value, str], Values]
"""What an attribute of a domain value is; registered by the type of value."""

_CONSTANTS = {"True": True, "False": False, "None": None}


class Expressions(Store):
    """Evaluates expressions over abstract values."""

    scope: Scope
    path: str
    models: dict[str, Model]
    name_models: dict[str, Model]
    """Models by method name alone, for names that only one library has."""
    method_models: dict[type[Value], MethodModel]
    attribute_models: Mapping[type[Value], AttributeModel]

    # names ------------------------------------------------------------------------------------------------------

    def lookup(self, node: cst.Name, env: Env) -> Values:
        """Return what a name can hold here, and remember which definitions reach it."""
        name = node.value
        if name in _CONSTANTS:
            return frozenset({Const(_CONSTANTS[name], node)})
        owner = self.scope.owner(name)
        if owner is None:
            return frozenset({External(f"builtins.{name}")})
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

    def unpacked(self, values: Values, index: int) -> Values:
        """Return what lands in place `index` when `values` are unpacked."""
        found: set[Value] = set()
        for value in values:
            if isinstance(value, Obj):
                found |= self.read_heap(value, index) | self.read_heap(value, ELEMENT)
            elif isinstance(value, External):
                found.add(External(f"{value.name}[]"))
        return frozenset(found)

    # expressions ------------------------------------------------------------------------------------------------

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

    def as_text(self, values: Values, node: cst.CSTNode) -> Values:
        """Return `values` as pieces of a longer text."""
        found = frozenset(value for value in values if isinstance(value, Str))
        return found or frozenset({Str((Hole(node),))})

    def concatenate(self, pieces: list[Values], node: cst.CSTNode) -> Values:
        """Return every text that the pieces can make together."""
        alternatives = [self.as_text(piece, node) for piece in pieces]
        count = 1
        for choice in alternatives:
            count *= len(choice)
        if count > 16:
            alternatives = [choice if len(choice) == 1 else frozenset({Str((Hole(node),))}) for choice in alternatives]
        found: set[Value] = set()
        for combination in product(*alternatives):
            parts: tuple[Part, ...] = tuple(
                part for text in combination if isinstance(text, Str) for part in text.parts
            )
            found.add(Str(parts if len(parts) <= MAX_PARTS else (Hole(node),)))
        return frozenset(found)

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
            return frozenset(value for value in left if isinstance(value, Str))
        if isinstance(node.operator, cst.BitOr):
            return left | right
        return NOTHING

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
                self.join_cell(scope, param.name.value, self.eval(param.default, env))

    # containers

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

    def copy_items(self, values: Values, target: Obj) -> None:
        """Copy what dicts hold into `target`."""
        for value in values:
            if isinstance(value, Obj):
                for key, found in self.items(value).items():
                    self.join_heap(target, key, found)
                self.join_heap(target, ELEMENT, self.read_heap(value, ELEMENT))

    def keys(self, values: Values) -> list[Hashable]:
        """Return the constant keys among `values`; `ELEMENT` when there is none."""
        found: list[Hashable] = []
        for value in values:
            if isinstance(value, Str) and value.literal is not None:
                found.append(value.literal)
            elif isinstance(value, Const) and isinstance(value.value, int):
                found.append(value.value)
        return found or [ELEMENT]

    def eval_DictComp(self, node: cst.DictComp, env: Env) -> Values:
        inner = dict(env)
        sources = self.eval_comprehension(node.for_in, inner)
        self.eval(node.key, inner)
        self.eval(node.value, inner)
        # `{k: v for k, v in params.items() if ...}` filters: what holds of the source holds of the result
        return frozenset(value for value in sources if isinstance(value, Obj) and value.kind == "dict")

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

    def iterate(self, values: Values) -> Values:
        """Return what `for x in values` binds."""
        found: set[Value] = set(self.elements(values))
        for value in values:
            if isinstance(value, Connection):
                found.add(self.received(value))
            elif isinstance(value, Connecting):
                found.add(value.connection)
            elif isinstance(value, Field) and value.key == "words":
                found.add(Word(value.message))
            elif isinstance(value, External):
                found.add(External(f"{value.name}[]"))
        return frozenset(found)

    def received(self, connection: Connection) -> Value:
        """Return what one receive on a connection gives."""
        if connection.transport == "aiohttp":
            return WsMessage(connection)
        return Frame(connection)

    # access

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

    def item(self, base: Value, key: Hashable, site: cst.CSTNode) -> Values:
        """Return what `base[key]`, read at `site`, can be."""
        if isinstance(base, Message):
            return frozenset({Field(base, key, site)}) if isinstance(key, str) and key != ELEMENT else NOTHING
        if isinstance(base, Field) and base.key == "words":
            return frozenset({Word(base.message)})
        if isinstance(base, Obj | External | Instance | ClassRef):
            found = self.read_heap(base, key)
            if isinstance(base, Obj):
                found |= self.read_heap(base, ELEMENT)
                if key == ELEMENT:
                    for item in self.items(base).values():
                        found |= item
            if not found and isinstance(base, External):
                return frozenset({External(f"{base.name}[]")})
            return found
        if isinstance(base, Encoded | Json):
            return NOTHING
        return NOTHING

    def eval_Attribute(self, node: cst.Attribute, env: Env) -> Values:
        name = node.attr.value
        found: set[Value] = set()
        for base in self.eval(node.value, env):
            found |= self.attribute(base, name)
        return frozenset(found)

    def attribute(self, base: Value, name: str) -> Values:
        """Return what `base.name` can be."""
        known = self.read_heap(base, f".{name}")
        model = self.attribute_models.get(type(base))
        if model is not None:
            return known | model(base, name)
        if isinstance(base, External):
            return known | {External(f"{base.name}.{name}")}
        if isinstance(base, ModuleRef):
            return self.module_attribute(base.path, name)
        if isinstance(base, Instance):
            return known | self.class_attribute(base.node, name, base)
        if isinstance(base, ClassRef):
            found = known | self.class_attribute(base.node, name, None)
            return found or frozenset({Bound(External(f"class.{name}"), (frozenset({base}),))})
        if isinstance(base, WsMessage):
            return frozenset({Frame(base.connection)}) if name == "data" else NOTHING
        if isinstance(base, CloseError) and name in ("code", "rcvd", "sent", "status_code"):
            return frozenset({CloseCode(base.connection)} if name in ("code", "status_code") else {base})
        if isinstance(base, Connection) and name in ("close_code", "sock"):
            return known | ({CloseCode(base)} if name == "close_code" else {base})
        if isinstance(base, Str) and name in ("value", "name"):
            return frozenset({base})
        if isinstance(base, Field) and name == "value":
            return frozenset({base})
        return known

    def module_attribute(self, path: str, name: str) -> Values:
        """Return what a module of the program exports under `name`."""
        module = self.modules.get(path)
        if module is None:
            return NOTHING
        return self.cells.get((self.scopes[module.tree], name), NOTHING)

    def class_attribute(self, node: cst.ClassDef, name: str, instance: Instance | None) -> Values:
        """Return an attribute of a class, its bases or (for `self`) its subclasses."""
        found: set[Value] = set()
        queue, seen = [node], set()
        while queue:
            current = queue.pop(0)
            if current in seen:
                continue
            seen.add(current)
            facts = self.classes[current]
            value = self.cells.get((self.scopes[current], name), NOTHING)
            for item in value:
                found |= self.bound(item, current, instance)
            if not value:
                queue += facts.bases
            queue += facts.subclasses
        return frozenset(found)

    def bound(self, value: Value, owner: cst.ClassDef, instance: Instance | None) -> Values:
        """Return a class attribute as seen through an instance (or the class): bound, called if a property."""
        if not isinstance(value, Function) or not isinstance(value.node, cst.FunctionDef):
            return frozenset({value})
        decorators = {self.decorator_name(item) for item in value.node.decorators}
        if "staticmethod" in decorators:
            return frozenset({value})
        if "classmethod" in decorators:
            return frozenset({Bound(value, (frozenset({ClassRef(owner)}),))})
        if instance is None:
            return frozenset({value})
        if decorators & {"property", "cached_property"}:
            self.join_param(value.node, 0, frozenset({instance}))
            return self.returns.get(value.node, NOTHING)
        return frozenset({Bound(value, (frozenset({instance}),))})

    @staticmethod
    def decorator_name(decorator: cst.Decorator) -> str:
        """Return the last part of a decorator's name."""
        node = decorator.decorator
        if isinstance(node, cst.Call):
            node = node.func
        if isinstance(node, cst.Attribute):
            return node.attr.value
        return node.value if isinstance(node, cst.Name) else ""

    # calls ------------------------------------------------------------------------------------------------------

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
                result.star.append(values)
            elif argument.star == "**":
                result.double_star.append(values)
            elif argument.keyword is not None:
                result.keywords[argument.keyword.value] = (argument.value, values)
            else:
                result.positional.append((argument.value, values))
        return result

    def call(self, callee: Value, node: cst.Call, arguments: Arguments) -> Values:
        """Return what calling `callee` can give, and pass the arguments on to it."""
        if isinstance(callee, Function):
            return self.call_function(callee.node, arguments, ())
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
            return self.call_function(callee.target.node, merged, callee.args)
        leading = [(node.func, values) for values in callee.args]
        return self.call(
            callee.target,
            node,
            Arguments(leading + arguments.positional, arguments.keywords, arguments.star, arguments.double_star),
        )

    def call_function(
        self, node: cst.FunctionDef | cst.Lambda, arguments: Arguments, leading: tuple[Values, ...]
    ) -> Values:
        """Give a function's parameters their values and return what it returns."""
        self.called.add(node)
        for index, values in enumerate(leading):
            self.join_param(node, index, values)
        for index, (_, values) in enumerate(arguments.positional, start=len(leading)):
            self.join_param(node, index, values)
        first_star = len(leading) + len(arguments.positional)
        for values in arguments.star:
            params = (*node.params.posonly_params, *node.params.params)
            for offset in range(max(0, len(params) - first_star)):
                self.join_param(node, first_star + offset, self.unpacked(values, offset))
        scope = self.scopes[node]
        for name, (_, values) in arguments.keywords.items():
            if name in scope.local:
                self.join_cell(scope, name, values)
        if isinstance(node, cst.FunctionDef) and self.heap.get((Obj(node, "generator"), ELEMENT)) is not None:
            return frozenset({Obj(node, "generator")})
        return self.returns.get(node, NOTHING)

    def join_param(self, node: cst.FunctionDef | cst.Lambda, index: int, values: Values) -> None:
        """Add to what a positional parameter can be."""
        params = (*node.params.posonly_params, *node.params.params)
        if index < len(params):
            self.join_cell(self.scopes[node], params[index].name.value, values)
        elif isinstance(node.params.star_arg, cst.Param):
            self.join_heap(Obj(node.params.star_arg, "tuple"), index - len(params), values)

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
        fields = self.classes[instance.node].fields
        names = [item.target.value for item in fields if isinstance(item.target, cst.Name)]
        for name, (_, values) in zip(names, arguments.positional, strict=False):
            self.join_heap(instance, f".{name}", values)
        for name, (_, values) in arguments.keywords.items():
            self.join_heap(instance, f".{name}", values)
        for source in arguments.double_star:
            for value in source:
                for name in names:
                    self.join_heap(instance, f".{name}", self.item(value, name, call))

    def call_back(self, values: Values, call: cst.Call, given: list[Values]) -> Values:
        """Call callbacks as a library would, with `given` positional arguments."""
        found: set[Value] = set()
        arguments = Arguments(positional=[(call.func, item) for item in given])
        for value in values:
            if isinstance(value, Function | Bound | ClassRef):
                found |= self.call(value, call, arguments)
        return frozenset(found)
