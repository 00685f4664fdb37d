"""The classes of the program: bases, declared fields, attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from codemods.interpreter.values import NOTHING, Bound, ClassRef, External, Function, Instance, Unread, Value, Values
from codemods.syntax.children import children
from codemods.syntax.navigate import keyword, last_name, parts

if TYPE_CHECKING:
    from codemods.interpreter.fixpoint import Interpreter
    from codemods.interpreter.scopes import Scope

_DECLARATIONS = ("pydantic.Field()", "dataclasses.field()", "attrs.field()", "attr.ib()")
"""What declares a field in a class body, and is not what an instance has there."""

_OF_ENVIRONMENT = "BaseSettings"
"""The base of classes whose fields are filled from the environment (pydantic)."""


@dataclass(eq=False, slots=True)
class ClassFacts:
    """A class of the program: its bases, methods and declared fields."""

    node: cst.ClassDef
    path: str
    bases: list[cst.ClassDef] = field(default_factory=list)
    external_bases: list[str] = field(default_factory=list)
    subclasses: list[cst.ClassDef] = field(default_factory=list)

    @property
    def methods(self) -> dict[str, cst.FunctionDef]:
        """The functions defined directly in the class."""
        defined = (part for part in self.node.body.body if isinstance(part, cst.FunctionDef))
        return {function.name.value: function for function in defined}

    @property
    def fields(self) -> list[cst.AnnAssign]:
        """The annotated names of the body, as dataclasses, pydantic models and TypedDicts declare them."""
        return [part for part in parts(self.node.body) if isinstance(part, cst.AnnAssign)]

    @property
    def is_enum(self) -> bool:
        """Whether the class is an enumeration."""
        return any(base.rsplit(".", 1)[-1] in ("Enum", "StrEnum", "IntEnum", "Flag") for base in self.external_bases)


class Classes:
    """What is known of every class of the program."""

    def __init__(self, run: Interpreter) -> None:
        self.facts: dict[cst.ClassDef, ClassFacts] = {}
        self._kin: dict[cst.ClassDef, frozenset[cst.ClassDef]] = {}
        self._run = run

    def inherit(self, node: cst.ClassDef, bases: Iterable[Value]) -> None:
        """Note what a class inherits from."""
        facts = self.facts[node]
        for value in bases:
            if isinstance(value, ClassRef) and value.node not in facts.bases and value.node is not node:
                facts.bases.append(value.node)
                self.facts[value.node].subclasses.append(node)
                self._kin.clear()
            elif isinstance(value, Unread):
                self._run.imports.load(value.path)
                continue
            elif isinstance(value, External) and value.name not in facts.external_bases:
                facts.external_bases.append(value.name)
                self._override(node, value.name)
            else:
                continue
            # methods are now found elsewhere, too
            self._run.work.add(known for known in self._run.functions if known not in self._run.on_demand)

    def _override(self, node: cst.ClassDef, base: str) -> None:
        """Call the methods of a class that a library calls on whatever is derived from its class `base`."""
        called = self._run.library.overrides.get(base, {})
        for method in self.methods(node):
            if method.name.value in called:
                for index, values in called[method.name.value](method).items():
                    self._run.calls.give(method, index, values)

    def methods(self, node: cst.ClassDef) -> Iterator[cst.FunctionDef]:
        """Yield the methods of a class and of those of the program that it inherits from."""
        waiting, seen = [node], set[cst.ClassDef]()
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                yield from (part for part in current.body.body if isinstance(part, cst.FunctionDef))
                waiting += self.facts[current].bases

    def around(self, scope: Scope) -> cst.ClassDef | None:
        """Return the class whose code a scope is."""
        around: Scope | None = scope
        while around is not None and not isinstance(around.node, cst.ClassDef):
            around = around.parent
        return around.node if around is not None and isinstance(around.node, cst.ClassDef) else None

    def root(self, node: cst.ClassDef) -> cst.ClassDef:
        """Return the topmost class of the program that `node` inherits from."""
        seen = {node}
        while True:
            bases = [base for base in self.facts[node].bases if base not in seen]
            if not bases:
                return node
            node = bases[0]
            seen.add(node)

    def kin(self, node: cst.ClassDef) -> frozenset[cst.ClassDef]:
        """Return the classes whose code an object may run that is an instance of `node`, or of a class derived from it.

        Two classes of one base are not kin: what one assigns to an attribute, the other does not see.
        """
        known = self._kin.get(node)
        if known is None:
            derived = _reachable([node], lambda item: self.facts[item].subclasses)
            known = self._kin[node] = frozenset(_reachable(derived, lambda item: self.facts[item].bases))
        return known

    def declared(self, node: cst.ClassDef) -> dict[str, str]:
        """Return the declared fields of a class and its bases, each with the key that fills it from a mapping."""
        facts = self.facts[node]
        found: dict[str, str] = {}
        for base in facts.bases:
            found |= self.declared(base)
        for item in facts.fields:
            if isinstance(item.target, cst.Name):
                literal = alias(item)
                found[item.target.value] = str(literal.evaluated_value) if literal else item.target.value
        return found

    def members(self, node: cst.ClassDef) -> Values:
        """Return the members of an enumeration."""
        scope = self._run.variables.scopes[node]
        return NOTHING.union(*(self._run.variables.cells.read((scope, name)) for name in scope.local))

    def attribute(self, node: cst.ClassDef, name: str, instance: Instance | None) -> Values:
        """Return an attribute of a class or its bases, as the class and those derived from it (for `self`) find it."""
        run = self._run
        found: set[Value] = set()
        seen: set[cst.ClassDef] = set()
        queue = _reachable([node], lambda item: self.facts[item].subclasses)
        for current in queue:
            if current in seen:
                continue
            seen.add(current)
            # defined in the class, or assigned to it from outside
            value = run.variables.cells.read((run.variables.scopes[current], name))
            value |= run.heap.read(ClassRef(current), f".{name}")
            if any(isinstance(item, External) and item.name in _DECLARATIONS for item in value):
                continue
            for item in value:
                found |= self._bound(item, current, instance)
            if not value:
                queue += self.facts[current].bases
        return frozenset(found) | self._of_environment(node, name)

    def _of_environment(self, node: cst.ClassDef, name: str) -> Values:
        """Return what the environment gives a field of a class of settings, whatever it is by default."""
        above = _reachable([node], lambda item: self.facts[item].bases)
        if not any(base.endswith(_OF_ENVIRONMENT) for item in above for base in self.facts[item].external_bases):
            return NOTHING
        declared = next((field for item in above for field in self.facts[item].fields if _is_of(field, name)), None)
        if declared is None:
            return NOTHING
        literal = alias(declared)
        prefix = next((found for item in above if (found := _prefix(item))), "")
        wanted = str(literal.evaluated_value) if literal is not None else f"{prefix}{name}"
        return self._run.imports.environment(dict.fromkeys([wanted, wanted.upper(), wanted.lower()]))

    def _bound(self, value: Value, owner: cst.ClassDef, instance: Instance | None) -> Values:
        """Return a class attribute as seen through an instance (or the class): bound, called if a property."""
        if not isinstance(value, Function) or not isinstance(value.node, cst.FunctionDef):
            return frozenset({value})
        decorators = {decorator_name(item) for item in value.node.decorators}
        if "classmethod" in decorators:
            return frozenset({Bound(value, (frozenset({ClassRef(owner)}),))})
        if instance is None or "staticmethod" in decorators:
            return frozenset({value})
        if decorators & {"property", "cached_property"}:
            self._run.calls.give(value.node, 0, frozenset({instance}))
            return self._run.calls.returns.read(value.node)
        return frozenset({Bound(value, (frozenset({instance}),))})


def _is_of(declaration: cst.AnnAssign, name: str) -> bool:
    return isinstance(declaration.target, cst.Name) and declaration.target.value == name


def _prefix(node: cst.ClassDef) -> str:
    """Return the `env_prefix` in the configuration of a class of settings."""
    waiting: list[cst.CSTNode] = [node.body]
    for current in waiting:
        match current:
            case cst.Arg(keyword=cst.Name("env_prefix"), value=cst.SimpleString() as value):
                return str(value.evaluated_value)
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Name("env_prefix"))], value=cst.SimpleString() as value
            ):
                return str(value.evaluated_value)
            case cst.DictElement(key=cst.SimpleString() as key, value=cst.SimpleString() as value):
                if key.evaluated_value == "env_prefix":
                    return str(value.evaluated_value)
        waiting += children(current)
    return ""


def _reachable(
    start: Iterable[cst.ClassDef], following: Callable[[cst.ClassDef], Iterable[cst.ClassDef]]
) -> list[cst.ClassDef]:
    """Return classes and all that follow from them, each once, nearest first."""
    found = dict.fromkeys(start)
    queue = list(found)
    for node in queue:
        for other in following(node):
            if other not in found:
                found[other] = None
                queue.append(other)
    return queue


def decorator_name(decorator: cst.Decorator) -> str:
    """Return the last part of a decorator's name."""
    made = decorator.decorator
    return last_name(made.func if isinstance(made, cst.Call) else made)


def alias(declaration: cst.AnnAssign) -> cst.SimpleString | None:
    """Return the alias in `name: type = Field(alias="...")`; None where the name is the key."""
    made = declaration.value
    given = keyword(made, "alias", "validation_alias") if isinstance(made, cst.Call) else None
    return given.value if given is not None and isinstance(given.value, cst.SimpleString) else None
