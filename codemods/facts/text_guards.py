"""Whether a function asks if there is any text before it does something with it.

When a session is asked to end, `universal-streaming-*` sends one more end of turn, without a word: a final for whoever
does not ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

import libcst as cst

from codemods.facts.paths import leaves
from codemods.facts.program import Program
from codemods.facts.sessions import own_nodes
from codemods.libraries.values import Field
from codemods.syntax.navigate import function_of
from codemods.syntax.tree import SourceModule

_TEXTS = frozenset({"text", "transcript", "words"})
_BARE = frozenset({"strip", "rstrip", "lstrip", "lower"})


def asks_for_text(node: cst.CSTNode, program: Program, module: SourceModule) -> bool:
    """Return whether a message without text is kept from what is done where a test holds, by another test.

    One around it, one beside it, one inside the branch that it opens, or one that leaves before it; of a test whose
    outcome is kept in a variable, one at each place where that is asked.
    """
    uses = _kept(node, program, module)
    if uses:
        return all(asks_for_text(use, program, module) for use in uses)
    home = function_of(node, module)
    around = [*takewhile(lambda up: up is not home, module.ancestors(node)), home]
    function = node if isinstance(node, cst.FunctionDef | cst.Lambda) else home
    opened = next((up for up in around if isinstance(up, cst.If)), None)
    for test in own_nodes(function):
        if not any(_is_text(inner, program) for inner in _judged(test)):
            continue
        match test:
            case cst.If(body=body) if test not in around:
                if leaves(body) or (opened is not None and any(up is opened for up in module.ancestors(test))):
                    return True
            case cst.If(body=body):
                if body in around or test is opened:
                    return True
            case _ if test in around or function is node:
                return True
    return False


def _kept(node: cst.CSTNode, program: Program, module: SourceModule) -> list[cst.Name]:
    """Return where the outcome of a test is asked for that a variable keeps, if it is used for nothing else."""
    for up, child in module.climb(node):
        match up:
            case cst.BooleanOperation():
                continue
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as target)], value=value) if value is child:
                made = [item for item in program.uses_of if item.node is target]
                uses = [use for item in made for use in program.uses_of[item]]
                return uses if all(is_judged(use, module) for use in uses) else []
            case _:
                return []
    return []


def is_judged(node: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether an expression counts as true or false where it stands, and is kept nowhere."""
    for up, child in module.climb(node):
        match up:
            case cst.If() | cst.While() | cst.IfExp() | cst.CompIf() | cst.Assert():
                return up.test is child
            case cst.BooleanOperation() | cst.UnaryOperation(operator=cst.Not()):
                continue
            case _:
                return False
    return False


def _judged(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield the expressions that count as true or false."""
    match node:
        case cst.If(test=test) | cst.While(test=test) | cst.IfExp(test=test) | cst.CompIf(test=test):
            yield from _operands(test)
        case cst.BooleanOperation() | cst.UnaryOperation(operator=cst.Not()):
            yield from _operands(node)


def _operands(node: cst.BaseExpression) -> Iterator[cst.CSTNode]:
    match node:
        case cst.BooleanOperation(left=left, right=right):
            yield from _operands(left)
            yield from _operands(right)
        case cst.UnaryOperation(operator=cst.Not(), expression=inner) | cst.NamedExpr(value=inner):
            yield from _operands(inner)
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(comparator=right)]):
            if any(isinstance(side, cst.SimpleString) and side.evaluated_value == "" for side in (left, right)):
                yield from (left, right)
            elif isinstance(left, cst.Call) and isinstance(left.func, cst.Name) and left.func.value == "len":
                yield left.args[0].value
        case cst.Call(func=cst.Name("len" | "bool"), args=[cst.Arg(value=inner)]):
            yield inner
        case _:
            yield node


def _is_text(node: cst.CSTNode, program: Program) -> bool:
    match node:
        case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(name))) if name in _BARE:
            return _is_text(inner, program)
        case cst.Attribute(attr=cst.Name(name)) if name in _TEXTS:
            return True
        case _:
            return any(isinstance(value, Field) and value.key in _TEXTS for value in program.values(node))
