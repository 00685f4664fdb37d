"""Whether every path to a place has asked something: a test around it, one that leaves before it, or at every call."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import libcst as cst

from codemods.facts.program import Program
from codemods.syntax.navigate import parts
from codemods.syntax.tree import SourceModule


@dataclass(frozen=True, slots=True)
class Paths(ABC):
    """The question, in one module; what it is about is for those who ask to say.

    Attributes:
        functions: what a path does not lead out of but by its calls.
    """

    program: Program
    module: SourceModule
    functions: ClassVar[tuple[type[cst.CSTNode], ...]] = (cst.FunctionDef,)

    def hold(self, node: cst.CSTNode) -> bool:
        """Return whether every path to `node` has asked."""
        for up, child in self.module.climb(node):
            match up:
                case cst.If() | cst.While() | cst.IfExp():
                    if up.body is child and self.implies(up.test, True):
                        return True
                    if up.orelse is child and self.implies(up.test, False):
                        return True
                case cst.BooleanOperation(left=left, operator=operator, right=right) if right is child:
                    if self.implies(left, isinstance(operator, cst.And)):
                        return True
                case cst.IndentedBlock() if self._left_early(up, child):
                    return True
                case cst.MatchCase() | cst.DictElement() if self.selects(up, child):
                    return True
                case cst.FunctionDef() | cst.Lambda() if isinstance(up, self.functions):
                    return self.is_asked_by_callers(up)
        return False

    def implies(self, test: cst.BaseExpression, outcome: bool) -> bool:
        """Return whether `test` being `outcome` is the answer."""
        match test:
            case cst.UnaryOperation(operator=cst.Not(), expression=inner):
                return self.implies(inner, not outcome)
            case cst.BooleanOperation(left=left, operator=operator, right=right):
                sides = (self.implies(side, outcome) for side in (left, right))
                return any(sides) if isinstance(operator, cst.And) == outcome else all(sides)
            case cst.NamedExpr(value=value):
                return self.implies(value, outcome)
            case cst.Name():
                # `final = message["message_type"] == "FinalTranscript"`, tested later
                defs = self.program.definitions(test)
                return bool(defs) and all(
                    item.kind == "assign" and item.value is not None and self.implies(item.value, outcome)
                    for item in defs
                )
        return self.answers(test, outcome)

    def _left_early(self, block: cst.IndentedBlock, child: cst.CSTNode) -> bool:
        """Return whether an earlier `if not a transcript: continue` sits in front of `child`."""
        for statement in block.body:
            match statement:
                case _ if statement is child:
                    return False
                case cst.If(test=test, body=body, orelse=None) if leaves(body) and self.implies(test, False):
                    return True
        return False

    @abstractmethod
    def answers(self, test: cst.BaseExpression, outcome: bool) -> bool:
        """Return whether `test`, which is made of no others, answers the question by being `outcome`."""

    @abstractmethod
    def is_asked_by_callers(self, function: cst.FunctionDef | cst.Lambda) -> bool:
        """Return whether there are calls of a function, and every path to each of them has asked."""

    def selects(self, holder: cst.MatchCase | cst.DictElement, child: cst.CSTNode) -> bool:
        """Return whether `child`, part of a case or an entry of a table, is reached by the right answer only."""
        return False


def leaves(body: cst.BaseSuite) -> bool:
    """Return whether a branch ends by leaving the loop or function it is in."""
    *_, last = (None, *parts(body))
    return isinstance(last, cst.Return | cst.Continue | cst.Break | cst.Raise)
