"""Where a program shows the text of a turn that is not over: v3 keeps the words that may still change out of it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods.facts import query
from codemods.facts.message_writes import MessageWrites
from codemods.facts.narrowing import Place, catches_key_errors, has_transcript, is_not_partial
from codemods.facts.program import Program
from codemods.facts.type_tests import read_base
from codemods.libraries.values import Field, Message
from codemods.syntax.navigate import given_to
from codemods.syntax.tree import SourceModule


class PartialTexts:
    """The reads of a message's text that a partial may reach."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.switched_off = any(
            parameter.name == "disable_partial_transcripts"
            and {text.lower() for text in query.constants(program, parameter) or ("true",)} & {"true", "1"}
            for parameter in query.parameters(program)
        )
        """Whether v2 was told not to send partials: see V3M105."""
        self.knows_v3 = any(
            isinstance(value, Field) and value.key == "transcript" and program.is_ours(value)
            for values in program.all_values.values()
            for value in values
        )
        """Whether the program reads `transcript` already, so that its author has chosen."""
        self.writes_text = program.get(MessageWrites).writes("text")
        """Whether it puts a text of its own in the place of the server's."""
        self._shown: set[Message] = set()
        """Messages whose text is used for more than a test of whether there is any."""
        for module in program.own:
            for base in self._reads(module):
                self._shown |= self._messages(base)

    def _reads(self, module: SourceModule) -> Iterator[cst.BaseExpression]:
        """Yield the messages whose text is used in a module."""
        for node in module.find(cst.Subscript, cst.Call):
            if (read := read_base(node)) is not None:
                if read.key is None or self.program.constants(read.key) != ["text"]:
                    continue
                if not is_only_tested(node, module) and self._is_partial(node, read.node, module):
                    if self._messages(read.node):
                        yield read.node

    @property
    def are_wanted(self) -> bool:
        """Whether the words of a partial belong where its text was."""
        return not (self.switched_off or self.knows_v3 or self.writes_text)

    def joins(self, node: cst.CSTNode, base: cst.BaseExpression, module: SourceModule) -> bool:
        """Return whether the words of a turn are wanted where its text is read, and can be had."""
        return self._is_wanted(node, base, module) and not _is_compared(node, base, Place(self.program, module))

    def is_shortened(self, node: cst.CSTNode, base: cst.BaseExpression, module: SourceModule) -> bool:
        """Return whether they are wanted, but the read cannot be replaced."""
        return self._is_wanted(node, base, module) and _is_compared(node, base, Place(self.program, module))

    def _is_wanted(self, node: cst.CSTNode, base: cst.BaseExpression, module: SourceModule) -> bool:
        return bool(self._messages(base) & self._shown) and self._is_partial(node, base, module)

    def _messages(self, base: cst.BaseExpression) -> set[Message]:
        return {
            value
            for value in self.program.values(base)
            if isinstance(value, Message) and self.program.may_be_ours(value)
        }

    def _is_partial(self, node: cst.CSTNode, base: cst.BaseExpression, module: SourceModule) -> bool:
        """Return whether a partial's text can be read at `node` and used where it is a partial still."""
        place = Place(self.program, module)
        if not self.are_wanted or is_not_partial(node, base, place):
            return False
        match module.parent(node):
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)], value=value) if value is node:
                uses = [use for item, found in self.program.uses_of.items() if item.node is name for use in found]
                return any(
                    not module.owns(use) or not (is_only_tested(use, module) or is_not_partial(use, base, place))
                    for use in uses
                )
            case _:
                return True


def is_sure_of_key(node: cst.CSTNode, base: cst.BaseExpression, place: Place) -> bool:
    """Return whether a message has a text wherever it is read at `node`, or is meant to fail there if not."""
    return has_transcript(node, base, place) or (isinstance(node, cst.Subscript) and catches_key_errors(node, place))


def is_only_tested(node: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether it only matters whether a value is true."""
    match module.parent(node):
        case cst.If(test=test) | cst.While(test=test) | cst.IfExp(test=test) | cst.CompIf(test=test):
            return test is node
        case cst.UnaryOperation(operator=cst.Not()):
            return True
        case cst.BooleanOperation() as operation:
            return is_only_tested(operation, module)
        case cst.Arg():
            call = given_to(node, module)
            return call is not None and isinstance(call.func, cst.Name) and call.func.value in ("len", "bool")
        case _:
            return compared_with_nothing(node, module) is not None


def compared_with_nothing(node: cst.CSTNode, module: SourceModule) -> cst.SimpleString | None:
    """Return the empty text that a value is compared with, if it is."""
    comparison = module.parent(node)
    if isinstance(comparison, cst.ComparisonTarget):
        comparison = module.parent(comparison)
    match comparison:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(cst.Equal() | cst.NotEqual(), right)]):
            other = right if left is node else left
            return other if isinstance(other, cst.SimpleString) and not other.evaluated_value else None
        case _:
            return None


def _is_compared(node: cst.CSTNode, base: cst.BaseExpression, place: Place) -> bool:
    """Return whether the default of a read tells a message without a text apart."""
    if not isinstance(node, cst.Call) or has_transcript(node, base, place):
        return False
    match node.args:
        case [_, cst.Arg(value=cst.SimpleString() as default)]:
            return bool(default.evaluated_value)
        case [_, _]:
            return True
    return _meets_none(node, place)


def _meets_none(node: cst.CSTNode, place: Place) -> bool:
    match place.module.parent(node):
        case (
            cst.Comparison(comparisons=[cst.ComparisonTarget(operator=cst.Is() | cst.IsNot())])
            | cst.Comparison(comparisons=[cst.ComparisonTarget(comparator=cst.Name("None"))])
        ):
            return True
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)]):
            uses = [use for item, found in place.program.uses_of.items() if item.node is name for use in found]
            return any(place.module.owns(use) and _meets_none(use, place) for use in uses)
        case _:
            return False
