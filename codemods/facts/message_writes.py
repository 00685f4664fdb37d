"""Where a program puts something into a server message: `update(text=...)`, `dict(message, text=...)`, `|=`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from codemods.facts.program import Program
from codemods.facts.type_tests import is_message
from codemods.interpreter.values import Obj


@dataclass(frozen=True, slots=True)
class MessageWrite:
    """One entry that becomes part of a message, or of a copy of one.

    Attributes:
        node: the literal or the keyword that names the key; what holds the entry, if the key is named elsewhere.
        here: whether the key can be renamed there and nothing else depends on it.
    """

    key: str
    node: cst.CSTNode
    here: bool = True


class MessageWrites:
    """Every such entry of a program, by the call, operation or statement that writes it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.at: dict[cst.CSTNode, list[MessageWrite]] = {}
        self.merged: set[cst.CSTNode] = set()
        """Dict displays whose entries become part of a message, under the keys that it has in v3."""
        for node, _ in program.walk():
            if found := list(self._writes(node)):
                self.at[node] = found

    def writes(self, key: str) -> bool:
        """Return whether something of the program's own is put into a message under `key`."""
        return any(write.key == key for found in self.at.values() for write in found)

    def _writes(self, node: cst.CSTNode) -> Iterator[MessageWrite]:
        match node:
            case cst.Call(func=cst.Attribute(value=base, attr=cst.Name("update")), args=arguments) if self._is(base):
                for argument in arguments:
                    yield from self._argument(argument)
            case cst.Call(func=function, args=[cst.Arg(value=base), *arguments]) if self._is(base):
                if self.program.names(function) & {"builtins.dict", "dict"}:
                    for argument in arguments:
                        yield from self._argument(argument)
            case (
                cst.AugAssign(target=base, operator=cst.BitOrAssign(), value=value)
                | cst.BinaryOperation(left=base, operator=cst.BitOr(), right=value)
            ) if self._is(base):
                yield from self._mapping(value)
            case cst.AssignTarget(target=cst.Subscript(value=base, slice=[cst.SubscriptElement(cst.Index(key))])):
                if self._is(base):
                    yield from (MessageWrite(text, key) for text in self.program.constants(key))

    def _is(self, node: cst.BaseExpression) -> bool:
        return is_message(self.program, node)

    def _argument(self, argument: cst.Arg) -> Iterator[MessageWrite]:
        if argument.keyword is not None:
            yield MessageWrite(argument.keyword.value, argument.keyword)
        else:
            yield from self._mapping(argument.value)

    def _mapping(self, node: cst.BaseExpression) -> Iterator[MessageWrite]:
        if isinstance(node, cst.Dict):
            self.merged.add(node)
            for element in node.elements:
                match element:
                    case cst.DictElement(key=cst.SimpleString() as key):
                        yield MessageWrite(str(key.evaluated_value), key)
                    case cst.DictElement(key=key):
                        yield from (MessageWrite(text, key, here=False) for text in self.program.constants(key))
            return
        dicts = (value for value in self.program.values(node) if isinstance(value, Obj) and value.kind == "dict")
        for name in (key for value in dicts for key in self.program.items(value) if isinstance(key, str)):
            yield MessageWrite(name, node, here=False)
