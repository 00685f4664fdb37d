"""The facts about one program: what rules ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar, cast

import libcst as cst

from codemods import libraries
from codemods import protocol as v
from codemods.interpreter import methods
from codemods.interpreter.fixpoint import Interpreter
from codemods.interpreter.heap import Def
from codemods.interpreter.stdlib import models
from codemods.interpreter.values import (
    NOTHING,
    Connection,
    External,
    Field,
    Frame,
    Lit,
    Message,
    Obj,
    Str,
    Transport,
    Value,
    Values,
    Word,
    texts,
)
from codemods.libraries import audio_sources
from codemods.libraries.observations import Connect
from codemods.model import Workspace
from codemods.syntax.tree import SourceModule

T = TypeVar("T")


class Program:
    """A group of modules that are analysed together, and every fact about them.

    Attributes:
        targets: paths of the modules that may be rewritten.
        run: the interpreter that holds what each expression can be.
    """

    def __init__(self, modules: Mapping[str, SourceModule], workspace: Workspace) -> None:
        self.targets = tuple(modules)
        self.run = Interpreter(
            modules,
            workspace,
            {**models.MODELS, **audio_sources.MODELS, **libraries.MODELS},
            {**models.NAME_MODELS, **libraries.NAME_MODELS},
            {**methods.METHOD_MODELS, **libraries.METHOD_MODELS},
            libraries.ATTRIBUTE_MODELS,
            libraries.ANNOTATION_MODELS,
        )
        self.run.run()

        self._memo: dict[object, object] = {}

    def memo(self, key: object, make: Callable[[], T]) -> T:
        """Return what a rule works out once for a whole program."""
        if key not in self._memo:
            self._memo[key] = make()
        return cast(T, self._memo[key])

    # nodes

    def module_of(self, node: cst.CSTNode) -> SourceModule | None:
        """Return the module that holds `node`."""
        for module in self.run.modules.values():
            if module.owns(node):
                return module
        return None

    def values(self, node: cst.CSTNode | None) -> Values:
        """Return what an expression can be."""
        return self.run.values.get(node, NOTHING) if node is not None else NOTHING

    def definitions(self, name: cst.Name) -> frozenset[Def]:
        """Return the definitions that reach this use of a name."""
        return self.run.uses.get(name, frozenset())

    @cached_property
    def uses_of(self) -> Mapping[Def, list[cst.Name]]:
        """Every use of every definition."""
        found: dict[Def, list[cst.Name]] = {}
        for name, defs in self.run.uses.items():
            for definition in defs:
                found.setdefault(definition, []).append(name)
        return found

    def can_import(self, module: SourceModule, *names: str) -> bool:
        """Return whether each of `names` is free at the top of `module`, or is the library of that name there."""
        scope = self.run.scopes[module.tree]
        for name in scope.local & set(names):
            values = self.run.cells.get((scope, name), NOTHING)
            if not values or any(not isinstance(value, External) or value.name != name for value in values):
                return False
        return True

    # connections

    def urls(self, connect: Connect) -> list[Str]:
        """Return the texts a connection's URL can be."""
        return [value for value in self.values(connect.url) if isinstance(value, Str)]

    @cached_property
    def vendor_connections(self) -> frozenset[Connection]:
        """Connections proven to go to the vendor, v2 or already v3."""
        return frozenset(
            connect.connection
            for connect in self.run.connects.values()
            if any(v.V2_SOCKET.search(url.text) or v.V3_SOCKET.search(url.text) for url in self.urls(connect))
        )

    @cached_property
    def foreign_connections(self) -> frozenset[Connection]:
        """Connections proven to go somewhere else."""
        known = {connect.connection for connect in self.run.connects.values()}
        return frozenset(
            connection
            for connection in known - self.vendor_connections
            if all(_names_a_host(url.text) for c in self._connects(connection) for url in self.urls(c) or [_UNKNOWN])
        )

    def _connects(self, connection: Connection) -> list[Connect]:
        return [c for c in self.run.connects.values() if c.connection == connection]

    @cached_property
    def mentions_v2(self) -> bool:
        """Whether the program names the v2 endpoint anywhere, or speaks v2 over a vendor connection."""
        if self.vendor_connections:
            return True
        for module in self.run.modules.values():
            if v.V2_SOCKET.search(module.text) or v.V2_TOKEN.search(module.text):
                return True
        return False

    def is_vendor(self, connection: Connection | None) -> bool:
        """Return whether a connection is proven to be the vendor's."""
        return connection in self.vendor_connections

    def is_foreign(self, connection: Connection | None) -> bool:
        """Return whether a connection is proven to go to somebody else."""
        return connection in self.foreign_connections

    @cached_property
    def likely_connections(self) -> frozenset[Connection]:
        """Connections to a server out of sight whose messages are compared with v2's own message types."""
        return frozenset(
            value.connection
            for values in self.run.values.values()
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
            for node in self.run.modules[path].walk():
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
                found += [key for key in self.run.items(value) if isinstance(key, str)]
        return found

    def constants(self, node: cst.CSTNode) -> list[str]:
        """Return the texts that an expression, or the members of the container it is, spell out."""
        values = self.values(node)
        return texts(values) + texts(self.run.elements(values))

    @cached_property
    def reads_vendor(self) -> bool:
        """Whether flow proves that the program parses some message of the vendor."""
        return any(
            isinstance(value, Message) and self.is_vendor(value.connection)
            for values in self.run.values.values()
            for value in values
        )

    def is_ours(self, value: Value) -> bool:
        """Return whether a frame, message, field or word is proven to come from the vendor's v2 socket."""
        if isinstance(value, Field | Word):
            return self.is_ours(value.message)
        if isinstance(value, Message):
            if value.connection is not None and self.is_vendor(value.connection):
                return True
            # where the vendor's own messages are seen to be read, one of unknown origin may be the program's imitation
            unread = self.mentions_v2 and not self.reads_vendor
            return value.site in self.evident and unread and not self.is_foreign(value.connection)
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
            return value.site in self.evident and not self.is_foreign(value.connection)
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
        heads = {name.split(".", 1)[0] for name in self.run.imports.get(path, ())}
        found = [
            transport
            for head, transport in (
                ("websockets", Transport.WEBSOCKETS),
                ("websocket", Transport.WEBSOCKET_CLIENT),
                ("aiohttp", Transport.AIOHTTP),
            )
            if head in heads
        ]
        return found[0] if len(found) == 1 else None

    def closes_vendor(self, node: cst.CSTNode) -> bool:
        """Return whether a close code or close error at `node` can be the vendor's and nobody else's."""
        found = [value for value in self.values(node) if hasattr(value, "connection")]
        if not found:
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
        return any(c.connection not in self.vendor_connections for c in self.run.connects.values())


_UNKNOWN = Str(())
_TEST_MODULE = re.compile(r"(test_.*|.*_test|tests?|conftest)\.py")


def _names_a_host(text: str) -> bool:
    return "://" in text and not text.split("://", 1)[1].startswith("\0") and "assemblyai" not in text.lower()


def _walk(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _walk(child)
