"""Where a program asks what type a message has, and whether the message itself is at hand there.

v2 tells partial from final by the message type; v3 by flags of the message. So a test can be rewritten in place only
where the message can be named. Elsewhere the type is made to tell them apart at its origin: see `kinds`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from codemods import protocol as v
from codemods.facts.program import Program
from codemods.facts.unpacking import Fillings
from codemods.interpreter.values import ClassRef, Str
from codemods.libraries.values import Field, Message
from codemods.syntax.children import walk
from codemods.syntax.tree import SourceModule


@dataclass(frozen=True, slots=True)
class Base:
    """The message a type was read from, as it can be named at the test.

    Attributes:
        node: the expression for the message.
        getter: whether the program reads it with `.get`.
        key: the literal `"message_type"`, for its quotes.
    """

    node: cst.BaseExpression
    getter: bool
    key: cst.CSTNode | None


@dataclass(eq=False, slots=True)
class TypeTest:
    """One use of a message type that tells types apart.

    Attributes:
        node: the comparison, `match`, or table lookup.
        operand: the expression that is the type.
        types: the v2 types it is held against; empty when they cannot be seen.
        origins: the expressions that read the type from the message.
        base: the message, where it can be named here.
    """

    node: cst.CSTNode
    operand: cst.BaseExpression
    types: tuple[str, ...]
    origins: frozenset[cst.CSTNode]
    base: Base | None
    module: SourceModule
    named: bool = False
    """Whether the v2 types have names here (constants, members of an enum), which are worth keeping."""


class TypeTests:
    """Every test of a message type in a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.tests: dict[cst.CSTNode, TypeTest] = {}
        for node, module in program.walk():
            for test in self._tests_at(node, module):
                self.tests[node] = test
        self.kinds = self._kinds()
        """Origins whose value has to say "partial" or "final" by itself, since the message is out of reach later."""
        self.stuck = frozenset(origin for origin in self.kinds if not self._is_reachable(origin))
        """Those of `kinds` where that cannot be done, for want of a message to ask or because of another origin."""

    def uses_kind(self, test: TypeTest) -> bool:
        """Return whether a test sees kinds instead of v3 types."""
        return bool(test.origins & self.kinds)

    def is_stuck(self, test: TypeTest) -> bool:
        """Return whether a test has to stay as it is, since its operand cannot be made to say what it asks."""
        return bool(test.origins & self.stuck)

    def is_sure(self, test: TypeTest) -> bool:
        """Return whether the operand is a vendor's message type, or None, and nothing else."""
        if self.uses_kind(test):
            return all(self.is_sure_origin(origin) for origin in test.origins)
        return self._is_type(test.operand)

    def is_sure_origin(self, origin: cst.CSTNode) -> bool:
        """Return whether every test of the type read at `origin` can be rewritten, so that all of them are."""
        return all(self._is_type(test.operand) for test in self.tests.values() if origin in test.origins)

    def _is_type(self, operand: cst.BaseExpression) -> bool:
        program = self.program
        return program.grades.is_sure(operand) and all(
            program.is_stand_in(value) or _is_no_type(value)
            for value in program.values(operand)
            if isinstance(value, Str)
        )

    def _tests_at(self, node: cst.CSTNode, module: SourceModule) -> Iterator[TypeTest]:
        program = self.program
        if isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
            left, right = node.left, node.comparisons[0].comparator
            for operand, other in ((left, right), (right, left)):
                if self._types_in(operand):
                    if isinstance(node.comparisons[0].operator, cst.In | cst.NotIn) and self._is_table(other):
                        yield self._test(node, operand, (), module, inline=False, named=True)
                        return
                    types = tuple(text for text in program.constants(other) if text in v.V2_TYPES)
                    if types:
                        named = not self._is_spelled(other)
                        yield self._test(node, operand, types, module, inline=not named, named=named)
                        return
        elif isinstance(node, cst.Match):
            elements = node.subject.elements if isinstance(node.subject, cst.Tuple) else ()
            for operand in (node.subject, *(element.value for element in elements)):
                if self._types_in(operand):
                    yield self._test(node, operand, (), module, inline=False)
                    return
        match node:
            case cst.Call(func=func, args=[cst.Arg(value=operand), *_]) if self.is_enum(func):
                if self._types_in(operand):
                    yield self._test(node, operand, (), module, inline=False)
            case (
                cst.Subscript(value=table, slice=[cst.SubscriptElement(slice=cst.Index(value=operand))])
                | cst.Call(func=cst.Attribute(value=table, attr=cst.Name("get")), args=[cst.Arg(value=operand), *_])
            ):
                if self._types_in(operand) and self._is_table(table):
                    yield self._test(node, operand, (), module, inline=False)

    def _is_spelled(self, node: cst.BaseExpression) -> bool:
        """Return whether an expression is a text written in place, or a collection whose v2 types all are."""
        match node:
            case cst.SimpleString() | cst.ConcatenatedString():
                return True
            case cst.Tuple(elements=elements) | cst.List(elements=elements) | cst.Set(elements=elements):
                return not any(isinstance(element, cst.StarredElement) for element in elements) and all(
                    self._is_spelled(element.value) or not set(self.program.constants(element.value)) & v.V2_TYPES
                    for element in elements
                )
            case cst.BinaryOperation(left=left, right=right):
                return self._is_spelled(left) and self._is_spelled(right)
            case _:
                return False

    def _types_in(self, node: cst.CSTNode) -> list[Field]:
        """Return the message types of the vendor, proven or likely, that an expression can be."""
        return [
            value
            for value in self.program.values(node)
            if isinstance(value, Field) and value.key == v.TYPE_KEY and self.program.may_be_ours(value)
        ]

    def is_enum(self, node: cst.BaseExpression) -> bool:
        """Return whether an expression is an enumeration of the program, to be made from a value."""
        return any(
            isinstance(value, ClassRef) and self.program.classes[value.node].is_enum
            for value in self.program.values(node)
        )

    def _is_table(self, node: cst.BaseExpression) -> bool:
        return any(text in v.V2_TYPES for text in self.program.table_keys(node))

    def _test(
        self,
        node: cst.CSTNode,
        operand: cst.BaseExpression,
        types: tuple[str, ...],
        module: SourceModule,
        *,
        inline: bool,
        named: bool = False,
    ) -> TypeTest:
        origins = frozenset(field.site for field in self._types_in(operand))
        base = self._base(node, operand, origins, module) if inline else None
        return TypeTest(node, operand, types, origins, base, module, named)

    def _base(
        self, test: cst.CSTNode, operand: cst.BaseExpression, origins: frozenset[cst.CSTNode], module: SourceModule
    ) -> Base | None:
        direct = read_base(operand)
        if direct is not None and operand in origins:
            return direct
        if isinstance(operand, cst.BooleanOperation):
            return self._either(operand, module)
        if not isinstance(operand, cst.Name):
            return None
        if len(origins) == 1:
            origin = next(iter(origins))
            source = read_base(origin)
            if source is not None and module.owns(origin) and self._is_assigned_from(operand, origin):
                statement = module.statement(test)
                if isinstance(source.node, cst.Name) and statement is not None:
                    if self._same_variable(source.node, statement):
                        return source
                    return None
                if isinstance(source.node, cst.Call) and self._same_arguments(source.node, module, statement):
                    return source
        return self._parameter_base(operand, module)

    def _either(self, operand: cst.BooleanOperation, module: SourceModule) -> Base | None:
        """Return the message in `message.get("type") or message["message_type"]`, which reads both protocols."""
        reads = [read_base(side) for side in (operand.left, operand.right)]
        found = [read for read in reads if read is not None and read.key is not None]
        keys = {key for read in found if read.key is not None for key in self.program.constants(read.key)}
        messages = {module.code(read.node) for read in found}
        if len(found) < 2 or keys != {"type", v.TYPE_KEY} or len(messages) > 1:
            return None
        return Base(found[0].node, any(read.getter for read in found), found[0].key)

    def _is_assigned_from(self, name: cst.Name, origin: cst.CSTNode) -> bool:
        """Return whether the variable holds just what was read at `origin`."""
        defs = self.program.definitions(name)
        return bool(defs) and all(
            item.kind == "assign" and item.value is not None and origin in walk(item.value) for item in defs
        )

    def _same_variable(self, base: cst.Name, statement: cst.CSTNode) -> bool:
        """Return whether `base` still names the same value when `statement` begins."""
        then = self.program.definitions(base)
        env = self.program.variables_at(statement)
        binding = env.get(base.value)
        return binding is not None and bool(then) and binding.defs == then

    def _same_arguments(self, call: cst.Call, module: SourceModule, statement: cst.CSTNode | None) -> bool:
        names = [argument.value for argument in call.args]
        return statement is not None and all(
            isinstance(name, cst.Name) and self._same_variable(name, statement) for name in names
        )

    def _parameter_base(self, operand: cst.Name, module: SourceModule) -> Base | None:
        """Return the parameter that brings the message along with its type."""
        defs = self.program.definitions(operand)
        if not defs or not all(item.kind == "param" for item in defs):
            return None
        messages = {field.message for field in self._types_in(operand)}
        scope = next(iter(defs)).scope
        for (owner, name), values in self.program.variables.items():
            if owner is scope and name != operand.value and values and values == messages:
                known = self.program.definitions_of(owner, name)
                if len(known) == 1 and known[0].kind == "param":
                    return Base(cst.Name(name), False, None)
        return None

    def _is_reachable(self, origin: cst.CSTNode) -> bool:
        fillings = self.program.get(Fillings)
        linked = self._linked({origin})
        return all(self._reads_type(other) or fillings.can_fill(other) for other in linked) and all(
            self._is_renamable(test) for test in self.tests.values() if test.origins & linked
        )

    def _reads_type(self, origin: cst.CSTNode) -> bool:
        """Return whether a read asks for the type and nothing else (`message[key] for key in ...` asks for more)."""
        base = read_base(origin)
        if base is None:
            return False
        return base.key is None or set(self.program.constants(base.key)) == {v.TYPE_KEY}

    def _is_renamable(self, test: TypeTest) -> bool:
        """Return whether each v2 type that a test names is one literal, which can be given another name."""
        if not isinstance(test.node, cst.Comparison):
            return True
        right = self.program.values(test.node.comparisons[0].comparator)
        values = self.program.values(test.node.left) | right | self.program.elements(right)
        return all(
            len(value.parts) == 1 and isinstance(getattr(value.parts[0], "node", None), cst.SimpleString)
            for value in values
            if isinstance(value, Str) and value.literal in v.V2_TYPES
        )

    def _kinds(self) -> frozenset[cst.CSTNode]:
        found: set[cst.CSTNode] = set()
        for test in self.tests.values():
            if test.base is None and (
                test.named or not test.types or any(text in v.TRANSCRIPTS for text in test.types)
            ):
                found |= test.origins
        return self._linked(found)

    def _linked(self, found: set[cst.CSTNode]) -> frozenset[cst.CSTNode]:
        """Return `found` and every origin that takes part in a test together with one of them."""
        while True:
            more = {
                origin
                for test in self.tests.values()
                if test.origins & found
                for origin in test.origins
                if origin not in found
            }
            if not more:
                return frozenset(found)
            found |= more


def _is_no_type(value: Str) -> bool:
    """Return whether a value is a text that no test of a type takes for one: the default of a field."""
    return value.literal is not None and value.literal not in v.V2_TYPES


def read_base(node: cst.CSTNode) -> Base | None:
    """Return the message in `message["key"]` or `message.get("key")`; None for anything else."""
    match node:
        case cst.Subscript(value=message, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            return Base(message, False, key)
        case cst.Call(
            func=cst.Attribute(value=message, attr=cst.Name("get" | "pop" | "setdefault")),
            args=[cst.Arg(value=key), *_],
        ):
            return Base(message, True, key)
    return None


def is_message(program: Program, node: cst.BaseExpression) -> bool:
    """Return whether an expression is a vendor message, whatever may come from out of sight besides."""
    return program.grades.is_sure(node) and any(isinstance(value, Message) for value in program.values(node))
