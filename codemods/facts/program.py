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
from codemods.interpreter.scopes import Scope
from codemods.interpreter.values import NOTHING, External, Instance, Lit, Obj, Str, Value, Values, texts
from codemods.interpreter.variables import Binding, Def
from codemods.libraries.observations import Connect, Send
from codemods.libraries.registry import TRANSPORTS, library
from codemods.libraries.transport import Transport
from codemods.libraries.values import Connection, Field, Frame, Message, Word
from codemods.model import Options, Workspace
from codemods.syntax.children import walk
from codemods.syntax.navigate import ScopeNode
from codemods.syntax.tree import SourceModule

T = TypeVar("T")
N = TypeVar("N", bound=cst.CSTNode)


class Program:
    """A group of modules that are analysed together, and every fact about them.

    Attributes:
        targets: paths of the modules that may be rewritten.
        options: the user's choices.
        receivers: by module the names of the definitions that the vendor's values come into.
        grades: how sure it is that a place reads the vendor's messages.
    """

    def __init__(
        self, modules: Mapping[str, SourceModule], workspace: Workspace, options: Options | None = None
    ) -> None:
        self.targets = tuple(modules)
        self.options = options or Options()
        self._run = Interpreter(modules, workspace, library())
        self._run.run()
        self.receivers: Mapping[str, AbstractSet[str]] = self._run.receivers.names()
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

    @property
    def own(self) -> Iterator[SourceModule]:
        """The modules that may be rewritten."""
        return (self._run.modules[path] for path in self.targets)

    def walk(self) -> Iterator[tuple[cst.CSTNode, SourceModule]]:
        """Yield every node of the modules that may be rewritten, with its module."""
        return ((node, module) for module in self.own for node in module.walk())

    def find(self, kind: type[N]) -> Iterator[tuple[N, SourceModule]]:
        """Yield every node of one type in the modules that may be rewritten, with its module."""
        return ((node, module) for module in self.own for node in module.find(kind))

    def imports(self, path: str) -> AbstractSet[str]:
        """Return the dotted names of the modules that a module imports, with their leading dots."""
        return self._run.imports.imported.get(path, set())

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """Return the path of the project file that an import means, else None; see `codemods.model.Workspace`."""
        return self._run.imports.workspace.resolve(importer, module, level)

    def bound(self, path: str) -> AbstractSet[str]:
        """Return the names that a module of the program has at its top, those of `import *` included."""
        return self._run.imports.bound(path)

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
        """Return the module that holds `node`; None for a node that is made, and stands nowhere."""
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

    def names(self, node: cst.CSTNode | None) -> frozenset[str]:
        """Return the dotted names of the library objects that an expression can be; `()` in one stands for a result."""
        return frozenset(value.name for value in self.values(node) if isinstance(value, External))

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
        """Connections proven to go to the vendor, v2 or already v3, and to nobody else, that can be moved to v3."""
        return self._to_vendors_alone - self.shared_connections

    @cached_property
    def shared_connections(self) -> frozenset[Connection]:
        """Connections that go to the vendor's v2 on one path and to somebody else on another.

        And those that have their address of v2 from the same place, a constant or a setting: it stays as it is.
        """
        v2 = self._opened_at(v.V2_SOCKET)
        spelled = {connection: self._spelled(connection) for connection in v2}
        found = v2 - self._to_vendors_alone
        joining = found
        while joining:
            taken = {node for connection in found for node in spelled[connection]}
            joining = frozenset(connection for connection in v2 - found if spelled[connection] & taken)
            found |= joining
        return found

    def _spelled(self, connection: Connection) -> set[cst.CSTNode]:
        """Return the literals that a connection's addresses of v2 are made of."""
        urls = [url for connect in self._connects(connection) for url in self.urls(connect)]
        parts = [part for url in urls if v.V2_SOCKET.search(url.text) for part in url.parts]
        return {part.node for part in parts if isinstance(part, Lit)}

    @cached_property
    def _to_vendors_alone(self) -> frozenset[Connection]:
        return frozenset(connection for connection in self._to_vendor if not self.other_servers(connection))

    @cached_property
    def _to_vendor(self) -> frozenset[Connection]:
        return self._opened_at(v.V2_SOCKET) | self._opened_at(v.V3_SOCKET)

    def _opened_at(self, socket: re.Pattern[str]) -> frozenset[Connection]:
        connects = self._run.events.of(Connect).values()
        return frozenset(c.connection for c in connects if any(socket.search(url.text) for url in self.urls(c)))

    def other_servers(self, connection: Connection) -> list[Str]:
        """Return the URLs of a connection that name a host of somebody else's, or another service of some host.

        This very machine stands for any.
        """
        urls = [url for connect in self._connects(connection) for url in self.urls(connect)]
        return [
            url
            for url in urls
            if (_names_a_host(url.text) and not _THIS_MACHINE.search(url.text))
            or (_names_a_path(url.text) and not self._is_of_tests(url))
        ]

    def _is_of_tests(self, url: Str) -> bool:
        """Return whether a test puts a URL together: a server of its own stands for the vendor's."""
        literals = [part.node for part in url.parts if isinstance(part, Lit)]
        modules = [(module, node) for node in literals if (module := self.module_of(node)) is not None]
        return any(self.is_test(module, node) for module, node in modules)

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
        texts = (module.text for module in self._run.modules.values())
        return any(v.V2_SOCKET.search(text) or v.V2_TOKEN.search(text) for text in texts)

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
        return frozenset(
            message.site
            for node, _ in self.walk()
            for message, others in self._type_comparisons(node)
            if not v.V2_TYPES.isdisjoint(others)
        )

    def _type_comparisons(self, node: cst.CSTNode) -> Iterator[tuple[Message, list[str]]]:
        operands: list[cst.BaseExpression] = []
        others: list[str] = []
        match node:
            case cst.Comparison(left=left, comparisons=comparisons):
                operands = [left, *(target.comparator for target in comparisons)]
                others = [text for operand in operands for text in self.constants(operand)]
            case cst.Match(subject=subject, cases=cases):
                operands = [subject]
                others = [text for case in cases for inner in walk(case.pattern) for text in texts(self.values(inner))]
                yield from ((value, others) for value in self.values(subject) if isinstance(value, Message))
            case cst.Subscript(value=table, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
                operands, others = [key], self.table_keys(table)
            case cst.Call(func=cst.Attribute(value=table, attr=cst.Name("get")), args=[cst.Arg(value=key), *_]):
                operands, others = [key], self.table_keys(table)
        for operand in operands:
            for value in self.values(operand):
                if isinstance(value, Field) and value.key == v.TYPE_KEY:
                    yield value.message, others

    def table_keys(self, node: cst.BaseExpression) -> list[str]:
        """Return the constant keys of the mappings that an expression can be."""
        tables = [value for value in self.values(node) if isinstance(value, Obj)]
        return [key for table in tables for key in self._run.heap.items(table) if isinstance(key, str)]

    def constants(self, node: cst.CSTNode) -> list[str]:
        """Return the texts that an expression, or the members of the container it is, spell out."""
        values = self.values(node)
        return texts(values) + texts(self._run.containers.elements(values))

    def is_ours(self, value: Value) -> bool:
        """Return whether a frame, message, field or word is proven to come from the vendor's v2 socket."""
        match value:
            case Field(message=message) | Word(message=message):
                return self.is_ours(message)
            case Message(connection=connection) | Frame(connection=connection):
                return connection is not None and self.is_vendor(connection)
        return False

    def is_stand_in(self, value: Value) -> bool:
        """Return whether a test made a value to stand for a server message or a part of one.

        Where the vendor's own messages arrive too, it says nothing against their being the vendor's: tests imitate
        what the program meets. (A server that sends such dicts to clients of its own does not do so from its tests.)
        """
        node = value.site if isinstance(value, Obj) else value.node if isinstance(value, Instance) else None
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
        match value:
            case Field(message=message) | Word(message=message):
                return self.is_likely(message)
            case Message(site=site, connection=connection):
                return site in self.evident and not (self.is_foreign(connection) or self.is_shared(connection))
        return False

    def may_be_ours(self, value: Value) -> bool:
        """Return whether a value comes from the vendor's v2 socket, proven or likely."""
        return self.is_ours(value) or self.is_likely(value)

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
_PATHS = ("v2/realtime/ws", "v2/ws", "v3/realtime/ws", "v3/ws")
_TEST_MODULE = re.compile(r"(test_.*|.*_test|tests?|conftest)\.py")


def _names_a_host(text: str) -> bool:
    return "://" in text and not text.split("://", 1)[1].startswith("\0") and "assemblyai" not in text.lower()


def _names_a_path(text: str) -> bool:
    """Return whether a URL has a path that is not the one of the vendor's sockets, as far as it is in sight."""
    known = text.partition("?")[0].rpartition("://")[2].rpartition("\0")[2]
    path = known.partition("/")[2].strip("/")
    return bool(path) and not any(own.endswith(path) or path.endswith(own) for own in _PATHS)
