"""What the interpreter knows so far: variables, object contents, results of functions, values of nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import libcst as cst

from codemods.interpreter import scopes
from codemods.interpreter.values import (
    NOTHING,
    Bound,
    ClassRef,
    Connection,
    Function,
    Instance,
    Obj,
    Str,
    Transport,
    Value,
    Values,
)
from codemods.libraries.observations import Connect, Send
from codemods.syntax.tree import SourceModule

ELEMENT = "*"
"""The heap key for "some element" of a container."""
MAX_VALUES = 48
MAX_PARTS = 64


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
    scope: scopes.Scope


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


@dataclass(slots=True)
class Arguments:
    """The evaluated arguments of a call, with the expression each one came from."""

    positional: list[tuple[cst.BaseExpression, Values]] = field(default_factory=list)
    keywords: dict[str, tuple[cst.BaseExpression, Values]] = field(default_factory=dict)
    star: list[Values] = field(default_factory=list)
    double_star: list[Values] = field(default_factory=list)

    def get(self, position: int | None, keyword: str | None = None) -> Values:
        """Return the values given at `position` or under `keyword`."""
        entry = self.entry(position, keyword)
        return entry[1] if entry else NOTHING

    def node(self, position: int | None, keyword: str | None = None) -> cst.BaseExpression | None:
        """Return the expression given at `position` or under `keyword`."""
        entry = self.entry(position, keyword)
        return entry[0] if entry else None

    def entry(self, position: int | None, keyword: str | None) -> tuple[cst.BaseExpression, Values] | None:
        """Return expression and values given at `position` or under `keyword`."""
        if keyword is not None and keyword in self.keywords:
            return self.keywords[keyword]
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None


class Store:
    """The growing knowledge about one program. Everything only ever grows, so that the analysis ends."""

    def __init__(self, modules: Mapping[str, SourceModule]) -> None:
        self.modules = dict(modules)
        self.scopes: dict[scopes.ScopeNode, scopes.Scope] = {}
        self.functions: list[cst.FunctionDef | cst.Lambda] = []
        self.classes: dict[cst.ClassDef, ClassFacts] = {}
        self.path_of: dict[scopes.ScopeNode, str] = {}
        self.cells: dict[tuple[scopes.Scope, str], Values] = {}
        self.passed: dict[tuple[scopes.Scope, str], Values] = {}
        self.definitions: dict[tuple[scopes.Scope, str], list[Def]] = defaultdict(list)
        self.heap: dict[tuple[Value, Hashable], Values] = {}
        self._keys: dict[Value, dict[Hashable, None]] = {}
        self._assigners: dict[Hashable, dict[cst.ClassDef, None]] = defaultdict(dict)
        self._kin: dict[cst.ClassDef, frozenset[cst.ClassDef]] = {}
        self.stores: dict[Obj, list[cst.CSTNode]] = defaultdict(list)
        self.merged: dict[Obj, list[Obj]] = defaultdict(list)
        """By dict, the dicts whose entries were copied into it (`{**a}`, `dict(a)`, `b.update(a)`)."""
        self._given: dict[tuple[Obj, Hashable], cst.BaseExpression | None] = {}
        self.returns: dict[cst.CSTNode, Values] = {}
        self.values: dict[cst.CSTNode, Values] = {}
        self.uses: dict[cst.Name, frozenset[Def]] = {}
        self.env_at: dict[cst.CSTNode, Env] = {}
        self.imports: dict[str, set[str]] = defaultdict(set)
        self.called: set[cst.CSTNode] = set()
        self.connects: dict[cst.Call, Connect] = {}
        self.sends: dict[cst.Call, Send] = {}
        self._defs: dict[cst.CSTNode, Def] = {}
        self._shared: set[tuple[scopes.Scope, str]] = set()
        self.guessing = False
        """Whether values that nothing in the program gives are now taken for possible messages."""
        self.changed = False
        for module in modules.values():
            self.add_module(module)

    def add_module(self, module: SourceModule) -> None:
        """Take in one more module of the program."""
        self.modules[module.path] = module
        found = scopes.build(module.path, module.tree)
        self.scopes.update(found)
        for node, scope in found.items():
            self.path_of[node] = module.path
            if isinstance(node, cst.FunctionDef | cst.Lambda):
                self.functions.append(node)
            elif isinstance(node, cst.ClassDef):
                self.classes[node] = ClassFacts(node, module.path)
            for name in scope.globals:
                self._shared.add((scope.module, name))
            for name in scope.nonlocals:
                owner = scope.owner(name)
                if owner is not None:
                    self._shared.add((owner, name))
        self.changed = True

    # names

    def is_shared(self, scope: scopes.Scope, name: str) -> bool:
        """Return whether some other scope assigns the variable, so that no order of assignments is known."""
        return (scope, name) in self._shared

    def define(
        self, name: str, node: cst.CSTNode, value: cst.BaseExpression | None, kind: str, scope: scopes.Scope
    ) -> Def:
        """Return the definition at `node`; the same object each time."""
        known = self._defs.get(node)
        if known is None or known.name != name:
            known = Def(name, node, value, kind, scope)
            self._defs[node] = known
            self.definitions[(scope, name)].append(known)
        return known

    def join_cell(self, scope: scopes.Scope, name: str, values: Values) -> None:
        """Add to what a variable can hold at any time."""
        self._join(self.cells, (scope, name), values)

    def join_argument(self, scope: scopes.Scope, name: str, values: Values) -> None:
        """Add to what a parameter can hold when its function starts: not what the body assigns to the name later."""
        self._join(self.passed, (scope, name), values)

    # objects

    def join_heap(self, owner: Value, key: Hashable, values: Values) -> None:
        """Add to what `owner` can hold under `key` (an attribute `.name`, a key, or `ELEMENT`)."""
        self._keys.setdefault(owner, {})[key] = None
        if isinstance(owner, Instance):
            self._assigners[key][owner.node] = None
        self._join(self.heap, (owner, key), values)

    def give(self, rest: Obj, key: Hashable, node: cst.BaseExpression, values: Values) -> None:
        """Add an argument to what `*args` or `**kwargs` of a function collects."""
        self.join_heap(rest, key, values)
        known = self._given.setdefault((rest, key), node)
        if known is not node:
            self._given[rest, key] = None

    def origin(self, obj: Obj, key: Hashable) -> cst.BaseExpression | None:
        """Return the one expression that gives a container what it holds under `key`, if it can be told."""
        site = obj.site
        if isinstance(site, cst.Tuple | cst.List) and isinstance(key, int) and key < len(site.elements):
            return site.elements[key].value
        if isinstance(site, cst.Dict):
            for element in site.elements:
                if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
                    if element.key.evaluated_value == key:
                        return element.value
        if isinstance(site, cst.Call):
            return next((arg.value for arg in site.args if arg.keyword is not None and arg.keyword.value == key), None)
        return self._given.get((obj, key))

    def read_heap(self, owner: Value, key: Hashable) -> Values:
        """Return what `owner` can hold under `key`; an instance, what the code of all its classes assigns."""
        if not isinstance(owner, Instance):
            return self.heap.get((owner, key), NOTHING)
        assigners = self._assigners.get(key, {})
        if not assigners:
            return NOTHING
        if len(assigners) == 1 and owner.node in assigners:
            return self.heap[owner, key]
        kin = self.kin(owner.node)
        return frozenset().union(*(self.heap[Instance(node), key] for node in assigners if node in kin))

    def derive(self, node: cst.ClassDef, base: cst.ClassDef) -> None:
        """Note that a class of the program inherits from another one."""
        self.classes[node].bases.append(base)
        self.classes[base].subclasses.append(node)
        self._kin.clear()
        self.changed = True

    def kin(self, node: cst.ClassDef) -> frozenset[cst.ClassDef]:
        """Return the classes whose code an object may run that is an instance of `node`, or of a class derived from it.

        Two classes of one base are not kin: what one assigns to an attribute, the other does not see.
        """
        known = self._kin.get(node)
        if known is None:
            derived = reachable([node], lambda item: self.classes[item].subclasses)
            known = self._kin[node] = frozenset(reachable(derived, lambda item: self.classes[item].bases))
        return known

    def items(self, obj: Obj) -> dict[str | int, Values]:
        """Return what a container holds under constant keys."""
        keys = self._keys.get(obj, ())
        return {key: self.heap[obj, key] for key in keys if isinstance(key, str | int)}

    def elements(self, values: Iterable[Value]) -> Values:
        """Return what iterating over containers can give."""
        found: set[Value] = set()
        for value in values:
            if isinstance(value, Obj):
                found |= self.read_heap(value, ELEMENT)
                if value.kind != "dict":
                    for item in self.items(value).values():
                        found |= item
        return frozenset(found)

    def root_class(self, node: cst.ClassDef) -> cst.ClassDef:
        """Return the topmost class of the program that `node` inherits from."""
        seen = {node}
        while True:
            bases = [base for base in self.classes[node].bases if base not in seen]
            if not bases:
                return node
            node = bases[0]
            seen.add(node)

    def declared(self, node: cst.ClassDef) -> dict[str, str]:
        """Return the declared fields of a class and its bases, each with the key that fills it from a mapping."""
        facts = self.classes[node]
        found: dict[str, str] = {}
        for base in facts.bases:
            found |= self.declared(base)
        for item in facts.fields:
            if isinstance(item.target, cst.Name):
                literal = alias(item)
                found[item.target.value] = str(literal.evaluated_value) if literal else item.target.value
        return found

    def connect(self, connect: Connect) -> None:
        """Note a call that opens a connection."""
        self.connects[connect.call] = connect

    def send(
        self,
        call: cst.Call,
        transport: Transport | None,
        method: str,
        data: cst.BaseExpression | None,
        connection: Connection | None,
    ) -> None:
        """Note a call that sends `data`."""
        if data is None:
            return
        known = self.sends.get(call)
        connections = frozenset({connection} if connection else ()) | (known.connections if known else frozenset())
        transport = transport or (known.transport if known else None)
        self.sends[call] = Send(call, transport, method, data, connections)

    def returned(self, node: cst.CSTNode, values: Values) -> None:
        """Add to what a function can return."""
        self._join(self.returns, node, values)

    def record(self, node: cst.CSTNode, values: Values) -> Values:
        """Remember what an expression can be, and hand it on."""
        known = self.values.get(node)
        if known is None:
            self.values[node] = values
        elif not values <= known:
            self.values[node] = known | values
        return values

    def _join(self, table: dict[object, Values] | dict, key: object, values: Values) -> None:  # type: ignore[type-arg]
        known = table.get(key)
        if known is None:
            table[key] = limited(values)
            self.changed = True
        elif not values <= known and len(known) < MAX_VALUES:
            table[key] = limited(known | values)
            self.changed = True


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
        return {
            statement.name.value: statement
            for statement in self.node.body.body
            if isinstance(statement, cst.FunctionDef)
        }

    @property
    def fields(self) -> list[cst.AnnAssign]:
        """The annotated names of the body, as dataclasses, pydantic models and TypedDicts declare them."""
        found = []
        for statement in self.node.body.body:
            if isinstance(statement, cst.SimpleStatementLine):
                found += [part for part in statement.body if isinstance(part, cst.AnnAssign)]
        return found

    @property
    def is_enum(self) -> bool:
        """Whether the class is an enumeration."""
        return any(base.rsplit(".", 1)[-1] in ("Enum", "StrEnum", "IntEnum", "Flag") for base in self.external_bases)


def reachable(
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


def alias(declaration: cst.AnnAssign) -> cst.SimpleString | None:
    """Return the alias in `name: type = Field(alias="...")`."""
    for argument in declaration.value.args if isinstance(declaration.value, cst.Call) else ():
        if argument.keyword is not None and argument.keyword.value in ("alias", "validation_alias"):
            return argument.value if isinstance(argument.value, cst.SimpleString) else None
    return None


def limited(values: Values) -> Values:
    """Return `values`, without texts grown too long to be of use."""
    if len(values) <= MAX_VALUES:
        return values
    return frozenset(value for value in values if not isinstance(value, Str))


def callables(values: Iterable[Value]) -> list[Value]:
    """Return the values that can be called and are the program's own."""
    return [value for value in values if isinstance(value, Function | Bound | ClassRef)]
