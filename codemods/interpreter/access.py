"""What values give when they are joined, iterated over, indexed, or asked for an attribute."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from itertools import product

import libcst as cst

from codemods.interpreter.heap import ELEMENT, MAX_PARTS, Store, reachable
from codemods.interpreter.values import (
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
    Message,
    ModuleRef,
    Obj,
    Part,
    Sound,
    Str,
    Value,
    Values,
    Word,
    WsMessage,
)

AttributeModel = Callable[[Value, str], Values]
"""What an attribute of a domain value is; registered by the type of value."""


_DECLARATIONS = ("pydantic.Field()", "dataclasses.field()", "attrs.field()", "attr.ib()")
"""What declares a field in a class body, and is not what an instance has there."""


class Access(Store):
    """Reads from values: pieces of text, containers, modules, classes, domain values."""

    attribute_models: Mapping[type[Value], AttributeModel]
    path: str
    """The module whose code is being run."""
    taken: set[tuple[str, str]]
    """Names (with the module they stand in) that other modules import or read from there."""

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

    def copy_items(self, values: Values, target: Obj) -> None:
        """Copy what dicts hold into `target`."""
        for value in values:
            if isinstance(value, Obj):
                for key, found in self.items(value).items():
                    self.join_heap(target, key, found)
                self.join_heap(target, ELEMENT, self.read_heap(value, ELEMENT))
                if value is not target and value not in self.merged[target]:
                    self.merged[target].append(value)

    def keys(self, values: Values) -> list[Hashable]:
        """Return the constant keys among `values`; `ELEMENT` when there is none."""
        found: list[Hashable] = []
        for value in values:
            if isinstance(value, Str) and value.literal is not None:
                found.append(value.literal)
            elif isinstance(value, Const) and isinstance(value.value, int):
                found.append(value.value)
        return found or [ELEMENT]

    def unpacked(self, values: Values, index: int) -> Values:
        """Return what lands in place `index` when `values` are unpacked."""
        found: set[Value] = set()
        for value in values:
            if isinstance(value, Obj):
                found |= self.read_heap(value, index) | self.read_heap(value, ELEMENT)
            elif isinstance(value, External):
                found.add(External(f"{value.name}[]"))
        return frozenset(found)

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
            elif isinstance(value, ClassRef) and self.classes[value.node].is_enum:
                scope = self.scopes[value.node]
                for name in scope.local:
                    found |= self.cells.get((scope, name), NOTHING)
            elif isinstance(value, External):
                found.add(External(f"{value.name}[]"))
        return frozenset(found)

    def received(self, connection: Connection) -> Value:
        """Return what one receive on a connection gives."""
        if connection.transport == "aiohttp":
            return WsMessage(connection)
        return Frame(connection)

    def item(self, base: Value, key: Hashable, site: cst.CSTNode) -> Values:
        """Return what `base[key]`, read at `site`, can be."""
        if isinstance(base, Message):
            return frozenset({Field(base, key, site)}) if isinstance(key, str) and key != ELEMENT else NOTHING
        if isinstance(base, Field) and base.key == "words":
            return frozenset({Word(base.message)})
        if isinstance(base, Field) and (base.key, key) == ("media", "payload"):
            return frozenset({Sound(site, None, "calls")})
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
        if path != self.path:
            self.taken.add((path, name))
        return self.cells.get((self.scopes[module.tree], name), NOTHING)

    def class_attribute(self, node: cst.ClassDef, name: str, instance: Instance | None) -> Values:
        """Return an attribute of a class or its bases, as the class and those derived from it (for `self`) find it."""
        found: set[Value] = set()
        derived = reachable([node], lambda item: self.classes[item].subclasses)
        seen: set[cst.ClassDef] = set()
        queue = list(derived)
        for current in queue:
            if current in seen:
                continue
            seen.add(current)
            # defined in the class, or assigned to it from outside
            value = self.cells.get((self.scopes[current], name), NOTHING)
            value |= self.read_heap(ClassRef(current), f".{name}")
            for item in value:
                if not isinstance(item, External) or item.name not in _DECLARATIONS:
                    found |= self.bound(item, current, instance)
            if not value:
                queue += self.classes[current].bases
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

    def join_param(self, node: cst.FunctionDef | cst.Lambda, index: int, values: Values) -> None:
        """Add to what a positional parameter can be."""
        params = (*node.params.posonly_params, *node.params.params)
        if index < len(params):
            self.join_argument(self.scopes[node], params[index].name.value, values)
        elif isinstance(node.params.star_arg, cst.Param):
            self.join_heap(Obj(node.params.star_arg, "tuple"), index - len(params), values)
