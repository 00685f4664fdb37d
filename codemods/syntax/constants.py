"""Arithmetic on numbers of the user's program, folded where they are written out."""

from __future__ import annotations

import libcst as cst

from codemods.syntax.children import children
from codemods.syntax.navigate import last_name

_PURE = frozenset({"int", "float", "min", "max", "round", "abs", "len", "getenv", "get", "getattr"})


def folded(node: cst.BaseExpression) -> int | None:
    """Return the whole number that an expression of literals is; None for any other expression."""
    match node:
        case cst.Integer():
            return node.evaluated_value
        case cst.SimpleString() if node.raw_value.isdecimal():
            return int(node.raw_value)
        case cst.BinaryOperation(operator=operator):
            match folded(node.left), operator, folded(node.right):
                case int(left), cst.Multiply(), int(right):
                    return left * right
                case int(left), cst.Add(), int(right):
                    return left + right
                case int(left), cst.Subtract(), int(right):
                    return left - right
    return None


def clamped(node: cst.BaseExpression, code: str, low: int | None, high: int) -> str | None:
    """Return the source of a number held between two limits, or None if it cannot be written down twice.

    Args:
        code: the source of `node`.
        low: no lower limit if None.
    """
    number = folded(node)
    if number is not None:
        return str(min(number if low is None else max(number, low), high))
    if not _is_pure(node):
        return None
    return f"min({code}, {high})" if low is None else f"min(max({code}, {low}), {high})"


def _is_pure(node: cst.CSTNode) -> bool:
    """Return whether an expression can be evaluated twice with no harm done."""
    match node:
        case cst.Await() | cst.Yield() | cst.NamedExpr():
            return False
        case cst.Call(func=func) if last_name(func) not in _PURE:
            return False
    return all(_is_pure(child) for child in children(node))
