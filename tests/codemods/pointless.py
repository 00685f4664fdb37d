"""What a program has that means nothing: constant tests, things said twice, statements without effect."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator


def pointless(source: str) -> Counter[str]:
    """Return what a program has that means nothing, by kind."""
    return Counter(what for node in ast.walk(ast.parse(source)) for what in _pointless(node))


def _pointless(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.If(test=ast.Constant()) | ast.IfExp(test=ast.Constant()) | ast.Assert(test=ast.Constant(True)):
            yield "a test of a constant"
        case ast.While(test=ast.Constant(False | None | 0)):
            yield "a loop that never runs"
        case ast.UnaryOp(op=ast.Not(), operand=ast.Constant()):
            yield "not of a constant"
        case ast.BoolOp(values=values):
            if len({ast.dump(value) for value in values}) < len(values):
                yield "an operand twice"
            if any(isinstance(value, ast.Constant) for value in values[:-1]):
                yield "a constant operand"
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Tuple(elts=[_]) | ast.List(elts=[_])]):
            yield "in a collection of one"
        case ast.Compare(comparators=[ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items)]):
            if len({ast.dump(item) for item in items}) < len(items):
                yield "an element twice"
        case ast.Dict(keys=keys):
            named = [ast.dump(key) for key in keys if key is not None]
            if len(set(named)) < len(named):
                yield "a key twice"
        case ast.Expr(value=ast.Constant(value=str())):
            pass  # a docstring
        case ast.Expr(value=ast.Constant() | ast.Name() | ast.Attribute() | ast.Subscript() | ast.Compare()):
            yield "a statement without effect"
        case ast.Expr(value=ast.BoolOp() | ast.UnaryOp() | ast.Tuple() | ast.List() | ast.Dict() | ast.JoinedStr()):
            yield "a statement without effect"
        case ast.JoinedStr(values=[ast.FormattedValue(conversion=-1, format_spec=None)]):
            yield "an f-string around one value"
        case ast.If():
            if _is_chained_twice(node):
                yield "a branch for what an earlier one has taken"
    for block in ("body", "orelse", "finalbody"):
        statements = getattr(node, block, None)
        if isinstance(statements, list):
            for statement in statements[:-1]:
                if isinstance(statement, ast.Return | ast.Raise | ast.Continue | ast.Break):
                    yield "a statement that is never reached"


def _is_chained_twice(node: ast.If) -> bool:
    """Return whether a branch of `if ... elif ...` asks for all that this one, the first, has asked for."""
    wanted, following = _conjuncts(node.test), node.orelse
    while len(following) == 1 and isinstance(following[0], ast.If):
        if wanted <= _conjuncts(following[0].test):
            return True
        following = following[0].orelse
    return False


def _conjuncts(test: ast.expr) -> frozenset[str]:
    """Return what a test asks for, all of it; `message.get("type")` asks what `message["type"]` asks."""
    parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
    return frozenset(re.sub(r"\.get\(('\w+')\)", r"[\1]", ast.unparse(part)) for part in parts)
