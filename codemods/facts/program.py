"""The facts about one program: what rules ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import TypeVar, cast

import libcst as cst

from codemods import protocol as v
from codemods.facts.grades import Grades
from codemods.interpreter.classes import ClassFacts
from codemods.interpreter.fixpoint import Interpreter
from codemods.interpreter.scopes import Scope, ScopeNode
from codemods.interpreter.values import NOTHING, External, Lit, Obj, Str, Value, Values, texts
from codemods.interpreter.variables import Binding, Def
from codemods.libraries.observations import Connect, Send
from codemods.libraries.registry import TRANSPORTS, library
from codemods.libraries.transport import Transport
from codemods.libraries.values import Connection, Field, Frame, Message, Word
from codemods.model import Options, Workspace
from codemods.syntax.children import children
from codemods.syntax.tree import SourceModule

T = TypeVar("T")


class Program:
    """A group of modules that are analysed together, and every fact about them.

    Attributes:
        targets: paths of the modules that may be rewritten.
        options: the user's choices.
        grades: how sure it is that a place reads the vendor's messages.
    """

    def __init__(
        self, modules: Mapping[str, SourceModule], workspace: Workspace, options: Options | None = None
    ) -> None:
        self.targets = tuple(modules)
        self.options = options or Options()
        self._run = Interpreter(modules, workspace, library())
        self._run.run()
        self._unknown = self._run.take_unknown()
        self._analyses: dict[object, object] = {}
        self.grades = Grades(self)
        if self.grades.has_foreign:
            self._leave_alone()

    def _leave_alone(self) -> None:
        """Take from the tables what is read from messages that are somebody else's, too: rules do not see it."""
        table = self._run.expressions.values
        for module in self.modules.values():
            for node in module.walk():
                if node in table:
                    table[node] = self.grades.erased(module, node, table[node])

    def get(self, analysis: Callable[[Program], T]) -> T:
        """Return an analysis of this program, made on first use: a class (or function) that takes a `Program`."""
        if analysis not in self._analyses:
            self._analyses[analysis] = analysis(self)
        return cast(T, self._analyses[analysis])

    # modules

    @property
    def modules(self) -> Mapping[str, SourceModule]:
        """Every module of the program by path: the targets, and what they import of the project."""
        return self._run.modules

    def imports(self, path: str) -> AbstractSet[str]:
        """Return the dotted names of the modules that a module imports, with their leading dots."""
        return self._run.imports.imported.get(path, set())

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """Return the path of the project file that an import means; see `codemods.model.Workspace`."""
        return self._run.imports.workspace.resolve(importer, module, level)

    def is_settings(self, path: str) -> bool:
        """Return whether a module stands for a file of settings, which is changed only for those who read it."""
        return self._run.imports.workspace.is_settings(path)

    def is_taken(self, path: str, name: str) -> bool:
        """Return whether another module of the program imports `name` from the module at `path`, or reads it there."""
        return (path, name) in self._run.imports.taken

    # functions, classes, variables

    @property
    def functions(self) -> Sequence[cst.FunctionDef | cst.Lambda]:
        """Every function and lambda of the program."""
        return self._run.functions

    def is_called(self, function: cst.CSTNode) -> bool:
        """Return whether some call of the program reaches a function."""
        return function in self._run.calls.called

    @property
    def classes(self) -> Mapping[cst.ClassDef, ClassFacts]:
        """What is known of every class of the program."""
        return self._run.classes.facts

    def root_class(self, node: cst.ClassDef) -> cst.ClassDef:
        """Return the topmost class of the program that `node` inherits from."""
        return self._run.classes.root(node)

    def declared(self, node: cst.ClassDef) -> Mapping[str, str]:
        """Return the declared fields of a class and its bases, each with the key that fills it from a mapping."""
        return self._run.classes.declared(node)

    def scope(self, node: ScopeNode) -> Scope:
        """Return the scope that a module, function, lambda or class opens."""
        return self._run.variables.scopes[node]

    def variable(self, scope: Scope, name: str) -> Values:
        """Return what a variable can hold at any time."""
        return self._run.variables.cells.entries.get((scope, name), NOTHING)

    @property
    def variables(self) -> Mapping[tuple[Scope, str], Values]:
        """What every variable of the program can hold at any time."""
        return self._run.variables.cells.entries

    def variables_at(self, statement: cst.CSTNode | None) -> Mapping[str, Binding]:
        """Return the local variables just before a statement is run."""
        return self._run.statements.env_at.get(statement, {}) if statement is not None else {}

    def passed(self, function: cst.FunctionDef | cst.Lambda, name: str) -> Values:
        """Return what the calls of the program, and its default, give to a parameter."""
        return self._run.variables.passed.entries.get((self.scope(function), name), NOTHING)

    def definitions_of(self, scope: Scope, name: str) -> Sequence[Def]:
        """Return every definition of a variable."""
        return self._run.variables.definitions.get((scope, name), ())

    # objects

    def items(self, obj: Obj) -> Mapping[str | int, Values]:
        """Return what a container holds under constant keys."""
        return self._run.heap.items(obj)

    def elements(self, values: Iterable[Value]) -> Values:
        """Return what iterating over containers can give."""
        return self._run.containers.elements(values)

    def attribute(self, owner: Value, name: str) -> Values:
        """Return what the program assigns to an attribute."""
        return self._run.heap.read(owner, f".{name}")

    @property
    def heap(self) -> Mapping[tuple[Value, Hashable], Values]:
        """What every object holds under each key (a constant, `ELEMENT`, or an attribute as `.name`)."""
        return self._run.heap.contents.entries

    def stores(self, obj: Obj) -> Sequence[cst.CSTNode]:
        """Return the places that put something into a container after it was made."""
        return self._run.heap.stores.get(obj, ())

    def merged(self, obj: Obj) -> Sequence[Obj]:
        """Return the dicts whose entries were copied into a dict (`{**a}`, `dict(a)`, `b.update(a)`)."""
        return self._run.heap.merged.get(obj, ())

    # calls that open a connection or send on one

    @property
    def connects(self) -> Mapping[cst.Call, Connect]:
        """Every call that opens a connection."""
        return self._run.events.of(Connect)

    @property
    def sends(self) -> Mapping[cst.Call, Send]:
        """Every call that sends something to a peer."""
        return self._run.events.of(Send)

    # nodes

    def module_of(self, node: cst.CSTNode) -> SourceModule | None:
        """Return the module that holds `node`."""
        for module in self._run.modules.values():
            if module.owns(node):
                return module
        return None

    def code(self, node: cst.CSTNode) -> str:
        """Return the source of a node, of whatever module."""
        module = self.module_of(node)
        return module.code(node) if module is not None else cst.Module([]).code_for_node(node)

    def values(self, node: cst.CSTNode | None) -> Values:
        """Return what is known of what an expression can be; see `unknown` for the rest."""
        return self._run.expressions.values.get(node, NOTHING) if node is not None else NOTHING

    def unknown(self, node: cst.CSTNode) -> Values:
        """Return what an expression can be that comes from out of sight."""
        return self._unknown.get(node, NOTHING)

    @property
    def all_values(self) -> Mapping[cst.CSTNode, Values]:
        """What each expression of the program can be."""
        return self._run.expressions.values

    def is_use(self, name: cst.Name) -> bool:
        """Return whether a name is a variable that is read there."""
        return name in self._run.variables.uses

    def definitions(self, name: cst.Name) -> frozenset[Def]:
        """Return the definitions that reach this use of a name."""
        return self._run.variables.uses.get(name, frozenset())

    @cached_property
    def uses_of(self) -> Mapping[Def, list[cst.Name]]:
        """Every use of every definition."""
        found: dict[Def, list[cst.Name]] = {}
        for name, defs in self._run.variables.uses.items():
            for definition in defs:
                found.setdefault(definition, []).append(name)
        return found

    def can_import(self, module: SourceModule, *names: str) -> bool:
        """Return whether each of `names` is free at the top of `module`, or is the library of that name there."""
        scope = self._run.variables.scopes[module.tree]
        for name in scope.local & set(names):
            values = self._run.variables.cells.entries.get((scope, name), NOTHING)
            if not values or any(not isinstance(value, External) or value.name != name for value in values):
                return False
        return True

    # connections

    def urls(self, connect: Connect) -> list[Str]:
        """Return the texts a connection's URL can be."""
        return [value for value in self.values(connect.url) if isinstance(value, Str)]

    @cached_property
    def vendor_connections(self) -> frozenset[Connection]:
        """Connections proven to go to the vendor, v2 or already v3, and to nobody else."""
        return self._to_vendor - self.shared_connections

    @cached_property
    def shared_connections(self) -> frozenset[Connection]:
        """Connections that go to the vendor on one path and to somebody else on another."""
        return frozenset(connection for connection in self._to_vendor if self.other_servers(connection))

    @cached_property
    def _to_vendor(self) -> frozenset[Connection]:
        return frozenset(
            connect.connection
            for connect in self._run.events.of(Connect).values()
            if any(v.V2_SOCKET.search(url.text) or v.V3_SOCKET.search(url.text) for url in self.urls(connect))
        )

    def other_servers(self, connection: Connection) -> list[Str]:
        """Return the URLs of a connection that name a host of somebody else's; this very machine stands for any."""
        urls = [url for connect in self._connects(connection) for url in self.urls(connect)]
        return [url for url in urls if _names_a_host(url.text) and not _THIS_MACHINE.search(url.text)]

    @cached_property
    def foreign_connections(self) -> frozenset[Connection]:
        """Connections proven to go somewhere else."""
        known = {connect.connection for connect in self._run.events.of(Connect).values()}
        return frozenset(
            connection
            for connection in known - self._to_vendor
            if all(_names_a_host(url.text) for c in self._connects(connection) for url in self.urls(c) or [_UNKNOWN])
        )

    def _connects(self, connection: Connection) -> list[Connect]:
        return [c for c in self._run.events.of(Connect).values() if c.connection == connection]

    @cached_property
    def mentions_v2(self) -> bool:
        """Whether the program names the v2 endpoint anywhere, or speaks v2 over a vendor connection."""
        if self._to_vendor:
            return True
        for module in self._run.modules.values():
            if v.V2_SOCKET.search(module.text) or v.V2_TOKEN.search(module.text):
                return True
        return False

    def is_vendor(self, connection: Connection | None) -> bool:
        """Return whether a connection is proven to be the vendor's."""
        return connection in self.vendor_connections

    def is_foreign(self, connection: Connection | None) -> bool:
        """Return whether a connection is proven to go to somebody else."""
        return connection in self.foreign_connections

    def is_shared(self, connection: Connection | None) -> bool:
        """Return whether a connection goes to the vendor on one path and to somebody else on another."""
        return connection in self.shared_connections

    @cached_property
    def likely_connections(self) -> frozenset[Connection]:
        """Connections to a server out of sight whose messages are compared with v2's own message types."""
        return frozenset(
            value.connection
            for values in self._run.expressions.values.values()
            for value in values
            if isinstance(value, Message)
            and value.connection is not None
            and not self.is_vendor(value.connection)
            and self.is_likely(value)
        )

    # messages

    @cached_property
    def evident(self) -> frozenset[cst.CSTNode]:
        """Origins of messages that flow does not prove, but that are compared with v2's own message types."""
        found: set[cst.CSTNode] = set()
        for path in self.targets:
            for node in self._run.modules[path].find(cst.Comparison, cst.Match, cst.Subscript, cst.Call):
                for message, others in self._type_comparisons(node):
                    if any(text in v.V2_TYPES for text in others):
                        found.add(message.site)
        return frozenset(found)

    def _type_comparisons(self, node: cst.CSTNode) -> Iterator[tuple[Message, list[str]]]:
        operands: list[cst.CSTNode] = []
        others: list[str] = []
        if isinstance(node, cst.Comparison):
            operands = [node.left, *(target.comparator for target in node.comparisons)]
            for operand in operands:
                others += self.constants(operand)
        elif isinstance(node, cst.Match):
            operands = [node.subject]
            for case in node.cases:
                others += [
                    text
                    for inner in _walk(case.pattern)
                    if isinstance(inner, cst.BaseExpression)
                    for text in texts(self.values(inner))
                ]
            for value in self.values(node.subject):
                if isinstance(value, Message):
                    yield value, others
        elif isinstance(node, cst.Subscript) and len(node.slice) == 1:
            index = node.slice[0].slice
            if isinstance(index, cst.Index):
                operands = [index.value]
                others = self.table_keys(node.value)
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "get":
            operands = [argument.value for argument in node.args[:1]]
            others = self.table_keys(node.func.value)
        for operand in operands:
            for value in self.values(operand):
                if isinstance(value, Field) and value.key == v.TYPE_KEY:
                    yield value.message, others

    def table_keys(self, node: cst.BaseExpression) -> list[str]:
        """Return the constant keys of the mappings that an expression can be."""
        found: list[str] = []
        for value in self.values(node):
            if isinstance(value, Obj):
                found += [key for key in self._run.heap.items(value) if isinstance(key, str)]
        return found

    def constants(self, node: cst.CSTNode) -> list[str]:
        """Return the texts that an expression, or the members of the container it is, spell out."""
        values = self.values(node)
        return texts(values) + texts(self._run.containers.elements(values))

    def is_ours(self, value: Value) -> bool:
        """Return whether a frame, message, field or word is proven to come from the vendor's v2 socket."""
        if isinstance(value, Field | Word):
            return self.is_ours(value.message)
        if isinstance(value, Message):
            return value.connection is not None and self.is_vendor(value.connection)
        if isinstance(value, Frame):
            return self.is_vendor(value.connection)
        return False

    def is_stand_in(self, value: Value) -> bool:
        """Return whether a test made a value to stand for a server message or a part of one.

        Where the vendor's own messages arrive too, it says nothing against their being the vendor's: tests imitate
        what the program meets. (A server that sends such dicts to clients of its own does not do so from its tests.)
        """
        node = value.site if isinstance(value, Obj) else None
        if isinstance(value, Str) and value.parts:
            first = value.parts[0]
            node = first.node if isinstance(first, Lit) else None
        module = self.module_of(node) if node is not None else None
        return module is not None and node is not None and self.is_test(module, node)

    def is_test(self, module: SourceModule, node: cst.CSTNode) -> bool:
        """Return whether a place is part of the project's tests, by the names that test runners look for."""
        if _TEST_MODULE.fullmatch(module.path.rsplit("/", 1)[-1]):
            return True
        return any(
            isinstance(up, cst.FunctionDef) and up.name.value.startswith("test_") for up in module.ancestors(node)
        )

    def is_likely(self, value: Value) -> bool:
        """Return whether a value may come from the vendor's socket, though flow does not prove it."""
        if isinstance(value, Field | Word):
            return self.is_likely(value.message)
        if isinstance(value, Message):
            return value.site in self.evident and not (
                self.is_foreign(value.connection) or self.is_shared(value.connection)
            )
        return False

    def messages(self, node: cst.CSTNode) -> list[Message]:
        """Return the vendor's messages that an expression can be."""
        return [value for value in self.values(node) if isinstance(value, Message) and self.is_ours(value)]

    def fields(self, node: cst.CSTNode, key: str | None = None) -> list[Field]:
        """Return the fields of vendor messages that an expression can be."""
        return [
            value
            for value in self.values(node)
            if isinstance(value, Field) and self.is_ours(value) and (key is None or value.key == key)
        ]

    def transport_hint(self, path: str) -> Transport | None:
        """Return the one client library that a module imports, if it is just one."""
        heads = {name.split(".", 1)[0] for name in self._run.imports.imported.get(path, ())}
        found = [transport for transport in TRANSPORTS if transport.package in heads]
        return found[0] if len({transport.package for transport in found}) == 1 else None

    def closes_vendor(self, node: cst.CSTNode) -> bool:
        """Return whether a close code or close error at `node` can be the vendor's and nobody else's."""
        found = [value for value in self.values(node) if hasattr(value, "connection")]
        if not found or self.unknown(node):
            return False
        for value in found:
            connection = getattr(value, "connection", None)
            if connection is not None:
                if not self.is_vendor(connection):
                    return False
            elif not self.vendor_connections or self._other_connections():
                return False
        return True

    def _other_connections(self) -> bool:
        return any(c.connection not in self.vendor_connections for c in self._run.events.of(Connect).values())


_UNKNOWN = Str(())
_THIS_MACHINE = re.compile(r"://(localhost|127\.[\d.]+|\[::1\]|0\.0\.0\.0)(?![\w.-])", re.IGNORECASE)
_TEST_MODULE = re.compile(r"(test_.*|.*_test|tests?|conftest)\.py")


def _names_a_host(text: str) -> bool:
    return "://" in text and not text.split("://", 1)[1].startswith("\0") and "assemblyai" not in text.lower()


def _walk(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    yield node
    for child in children(node):
        yield from _walk(child)
