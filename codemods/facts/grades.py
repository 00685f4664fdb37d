"""How sure it is that a place reads the vendor's messages: the one answer that every rule asks for.

A place where every value is the vendor's is proven. Where values from out of sight meet the vendor's, it is mixed: all
reads of the message are rewritten, and each place where the unknown comes in is told. Where some value is seen to be
somebody else's (a dict of the program's own, say, or another provider's message) it is foreign: for the whole function,
nothing that is read from that message is the vendor's any more, so that no function is left half v2 and half v3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import libcst as cst

from codemods import protocol as v
from codemods.interpreter.values import OWN, External, Instance, Obj, Unknown, Unread, Value, Values
from codemods.libraries.assemblyai_values import EventKind, SdkEvent
from codemods.libraries.values import Connection, Field, Frame, Message, Word
from codemods.syntax.navigate import function_of
from codemods.syntax.tree import SourceModule

if TYPE_CHECKING:
    from codemods.facts.program import Program

_KEYS = frozenset(v.FIELDS) | frozenset(v.FIELDS.values()) | v.DERIVED_FIELDS
"""The keys of messages, old and new, under which a dict of the program's own may be mistaken for one."""


_ATTRIBUTES = frozenset(v.FIELDS) | v.DERIVED_FIELDS | {"created", v.TYPE_KEY}
"""What the SDK's transcripts of v2 have and v3's have not."""


class Grade(Enum):
    """How sure it is that an expression is a message of the vendor's, or a part of one."""

    PROVEN = "every value that reaches the place is the vendor's"
    MIXED = "the vendor's values and unknown ones meet"
    FOREIGN = "some value is seen to be somebody else's"
    LIKELY = "there is evidence, and no flow"
    UNKNOWN = "nothing says that it is the vendor's"

    @property
    def is_sure(self) -> bool:
        """Whether a place is rewritten without being asked."""
        return self in (Grade.PROVEN, Grade.MIXED)


@dataclass(frozen=True, slots=True)
class Read:
    """A place where a key of a message is read or its type is tested.

    Attributes:
        node: the whole read.
        holder: the expression that is the message, or (in a test) its type.
        function: the function it stands in, or the module.
    """

    node: cst.CSTNode
    holder: cst.BaseExpression
    module: SourceModule
    function: cst.CSTNode


@dataclass(frozen=True, slots=True)
class Foreign:
    """Why a place is left alone: a read, and somebody else's values that reach it."""

    read: Read
    others: Values


class Grades:
    """The grades of a program. Made with it, for what is foreign is taken out of what rules see.

    Attributes:
        reads: every read and test of what may be the vendor's.
        foreign: by place that is left alone, the read with the values of somebody else that are the reason.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self.reads: list[Read] = []
        self.foreign: dict[cst.CSTNode, Foreign] = {}
        self._part: set[tuple[cst.CSTNode, Message | SdkEvent]] = set()
        """Function and message: what is read from that message in that function is left alone."""
        self._find_foreign()

    def of(self, node: cst.BaseExpression) -> Grade:
        """Return the grade of an expression that may be a message, or a part of one."""
        if node in self.foreign:
            return Grade.FOREIGN
        program = self._program
        values = program.values(node)
        if any(self._is_ours(value) for value in values):
            return Grade.MIXED if self.unseen(node) else Grade.PROVEN
        return Grade.LIKELY if any(program.is_likely(value) for value in values) else Grade.UNKNOWN

    def is_sure(self, node: cst.BaseExpression) -> bool:
        """Return whether what is read from `node` is rewritten without being asked."""
        return self.of(node).is_sure

    def unseen(self, node: cst.BaseExpression) -> set[cst.CSTNode]:
        """Return where the values come into the program that meet the vendor's at `node` and are not known."""
        program = self._program
        places = {unknown.site or node for unknown in program.unknown(node) if isinstance(unknown, Unknown)}
        for value in program.values(node):
            if self._is_ours(value) or program.is_stand_in(value):
                continue
            message = _message(value)
            if isinstance(message, Message):
                places.add(message.connection.site if message.connection is not None else message.site)
            elif isinstance(value, Frame) or (isinstance(value, External | Unread) and not places):
                places.add(node)
        return places

    # what is somebody else's

    def _find_foreign(self) -> None:
        """Spread "somebody else's" from the reads that see it to all reads of the message in the same function."""
        program = self._program
        held: dict[Read, list[Value]] = {}
        for node, module in program.walk():
            for holder in holders(node):
                parts = [value for value in program.values(holder) if self._is_read(value, node)]
                if parts:
                    held[Read(node, holder, module, function_of(node, module))] = parts
        self.reads = reads = list(held)
        by_site = {read.node: read for read in reads}
        for read in reads:
            of_sdk = any(isinstance(part, SdkEvent) for part in held[read])
            others = frozenset(value for value in program.values(read.holder) if self._is_foreign(value, of_sdk))
            if others:
                self.foreign[read.node] = Foreign(read, others)
        known = 0
        while len(self.foreign) > known:
            known = len(self.foreign)
            reasons: dict[tuple[cst.CSTNode, Message | SdkEvent], Foreign] = {}
            for node, reason in self.foreign.items():
                read = by_site[node]
                for value in held[read]:
                    message = _message(value)
                    if message is not None:
                        reasons.setdefault((read.function, message), reason)
                    if isinstance(value, Field) and value.site in by_site:  # a test: what was read for it
                        reasons.setdefault((by_site[value.site].function, value.message), reason)
            for read in reads:
                for value in held[read]:
                    message = _message(value)
                    found = reasons.get((read.function, message)) if message is not None else None
                    if found is None and isinstance(value, Field) and value.site in self.foreign:
                        found = self.foreign[value.site]
                    if found is not None:
                        self.foreign.setdefault(read.node, found)
            self._part = set(reasons)
        for read in reads:
            if read.node in self.foreign:
                self.foreign.setdefault(read.holder, self.foreign[read.node])

    def erased(self, module: SourceModule, node: cst.CSTNode, values: Values) -> Values:
        """Return `values` without the parts of messages that are left alone at `node`."""
        messages = {message for _, message in self._part}
        mine = [value for value in values if _message(value) in messages]
        if not mine:
            return values
        function = function_of(node, module)
        return values - {
            value
            for value in mine
            if (function, _message(value)) in self._part or (isinstance(value, Field) and value.site in self.foreign)
        }

    @property
    def has_foreign(self) -> bool:
        """Whether anything is left alone for being somebody else's, too."""
        return bool(self.foreign)

    def _is_read(self, value: Value, node: cst.CSTNode) -> bool:
        """Return whether a value is a message, or (in a test) its type, and perhaps the vendor's."""
        if isinstance(value, SdkEvent):
            return _message(value) is not None and _reads_attributes(node)
        if _reads_attributes(node):
            return False
        tested = isinstance(node, cst.Comparison | cst.Match)
        is_type = isinstance(value, Field) and value.key == v.TYPE_KEY and tested
        return (isinstance(value, Message) or is_type) and self._is_part(value)

    def _is_ours(self, value: Value) -> bool:
        return self._program.is_ours(value) or isinstance(_message(value), SdkEvent)

    def _is_part(self, value: Value) -> bool:
        return self._program.may_be_ours(value) or self._is_shared(_message(value))

    def _is_shared(self, message: Message | SdkEvent | None) -> bool:
        return isinstance(message, Message) and self._program.is_shared(message.connection)

    def is_own(self, value: Value) -> bool:
        """Return whether a value is an object of the program's own, and no stand-in of a test."""
        return isinstance(value, Obj | Instance) and not self._program.is_stand_in(value)

    def _is_foreign(self, value: Value, of_sdk: bool) -> bool:
        """Return whether a value is a message of somebody else's, or what the program keeps under a message's keys.

        Args:
            of_sdk: whether it meets transcripts of the SDK: any object of the program's own is none.
        """
        program = self._program
        message = _message(value)
        if of_sdk:
            return self.is_own(value)
        if isinstance(message, Message):
            return self._is_shared(message) or program.is_foreign(message.connection)
        if not isinstance(value, Obj) or value.kind not in ("dict", "row") or program.is_stand_in(value):
            return False
        if isinstance(value.site, cst.Dict) and any(
            self._is_part(part)
            for element in value.site.elements
            if isinstance(element, cst.StarredDictElement)
            for part in program.values(element.value)
        ):
            return False  # `{**message, ...}`: the message, and what the program adds to it
        return bool(_KEYS & program.items(value).keys()) or (value, OWN) in program.heap


def _reads_attributes(node: cst.CSTNode) -> bool:
    """Return whether a node asks an object for attributes, or for its class, as one does with those of the SDK."""
    return isinstance(node, cst.Attribute) or (isinstance(node, cst.Call) and isinstance(node.func, cst.Name))


def whereabouts(node: cst.CSTNode, program: Program, here: SourceModule) -> str:
    """Return where a node stands, in words that stay true when lines move: `show` or `replay.py, show`."""
    module = program.module_of(node)
    if module is None:
        return ""
    around = function_of(node, module)
    name = around.name.value if isinstance(around, cst.FunctionDef) else "the module itself"
    return name if module is here else f"{module.path}, {name}"


def renamed(node: cst.CSTNode, program: Program) -> bool:
    """Return whether a read or a test names something that is called otherwise in v3."""
    match node:
        case (
            cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=key))])
            | cst.Call(func=cst.Name("hasattr" | "getattr"), args=[_, cst.Arg(value=key), *_])
            | cst.Call(func=cst.Attribute(), args=[cst.Arg(value=key), *_])
        ):
            texts = program.constants(key)
        case cst.Attribute(attr=cst.Name(value=name)):
            return name in _ATTRIBUTES
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(comparator=right)]):
            texts = [*program.constants(left), *program.constants(right)]
        case _:
            return isinstance(node, cst.Match | cst.Call)
    return not texts or bool({*v.FIELDS, *v.DERIVED_FIELDS, *v.V2_TYPES, "created"} & set(texts))


def _message(value: Value) -> Message | SdkEvent | None:
    """Return the message that a value is, or is a part of; the SDK's transcripts are messages, too."""
    match value:
        case Field(message=message) | Word(message=message):
            return message
        case Message() | SdkEvent(kind=EventKind.TRANSCRIPT):
            return value
    return None


def connection_of(value: Value) -> Connection | None:
    """Return where a message, or a part of one, comes from; None for anything else."""
    message = _message(value)
    return message.connection if isinstance(message, Message) else None


def holders(node: cst.CSTNode) -> Iterable[cst.BaseExpression]:
    """Return the expressions that have to be a message, or its type, for `node` to mean what it says."""
    match node:
        case (
            cst.Attribute(value=base)
            | cst.Call(func=cst.Name("isinstance" | "hasattr" | "getattr" | "type"), args=[cst.Arg(base), *_])
        ):
            return (base,)
        case (
            cst.Subscript(value=base, slice=[cst.SubscriptElement(slice=cst.Index())])
            | cst.Call(func=cst.Attribute(value=base, attr=cst.Name("get" | "pop" | "setdefault")), args=[_, *_])
            | cst.Match(subject=base)
        ):
            return (base,)
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(comparator=right)]):
            return (left, right)
    return ()
