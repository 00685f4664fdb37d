"""Takes out what edits have made pointless: constant tests, operands that are there twice, branches never reached."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from codemods.syntax.build import keep_parentheses
from codemods.syntax.navigate import operands

Simplified = cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]


def simplified(node: cst.CSTNode, *, alone: bool) -> Simplified:
    """Return `node`, in which something was edited, without what that has made pointless.

    Args:
        node: a node whose children are simplified already.
        alone: whether it is a statement of a block, and no `elif`.

    Returns:
        The node, what takes its place, or nothing.
    """
    match node:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner) if (known := constant(inner)) is not None:
            return keep_parentheses(node, cst.Name(str(not known)))
        case cst.UnaryOperation(
            operator=cst.Not(),
            expression=cst.Comparison(lpar=[_, *_], comparisons=[cst.ComparisonTarget(cst.Equal()) as asked]) as inner,
        ):
            unequal = asked.with_changes(operator=cst.NotEqual())
            return keep_parentheses(node, inner.with_changes(lpar=(), rpar=(), comparisons=[unequal]))
        case cst.BooleanOperation():
            return _operation(node)
        case cst.Call(func=cst.Attribute(attr=cst.Name("get")), args=[key, default]) if _is_same(
            default.value, node.with_changes(args=[key.with_changes(comma=cst.MaybeSentinel.DEFAULT)])
        ):
            return keep_parentheses(node, default.value)
        case cst.Call(
            func=cst.Attribute(attr=cst.Name("get")),
            args=[_, cst.Arg(value=cst.Call(args=[_, last]) as inner)],
        ) if _is_same(inner, node.with_changes(args=[node.args[0], last])):
            return node.with_changes(args=[node.args[0], last])
        case cst.Comparison(comparisons=[cst.ComparisonTarget(cst.In() | cst.NotIn() as operator, options) as target]):
            match options:
                case cst.Tuple(elements=[cst.Element(value=only)]) | cst.List(elements=[cst.Element(value=only)]):
                    equal = cst.Equal() if isinstance(operator, cst.In) else cst.NotEqual()
                    return node.with_changes(comparisons=[target.with_changes(operator=equal, comparator=only)])
                case _:
                    return node
        case cst.IfExp(test=test, body=body, orelse=orelse) if (known := constant(test)) is not None:
            return keep_parentheses(node, body if known else orelse)
        case cst.If(test=test) if (known := constant(test)) is not None:
            return _branch(node, known, alone)
        case cst.If(orelse=cst.If()):
            return _without_taken(node)
        case _:
            return node


def _without_taken(node: cst.If) -> cst.If:
    """Return `if ... elif ...` without the branches that ask for no less than its first test."""
    asked = _conjuncts(node.test)
    following = node.orelse
    kept: list[cst.If] = []
    while isinstance(following, cst.If):
        if not asked <= _conjuncts(following.test) or not asked:
            kept.append(following)
        following = following.orelse
    rest: cst.If | cst.Else | None = following
    for branch in reversed(kept):
        rest = branch.with_changes(orelse=rest)
    return node.with_changes(orelse=rest)


def _conjuncts(node: cst.BaseExpression) -> frozenset[str]:
    """Return what a test asks for, all of it; nothing where asking twice is not asking once."""
    parts = operands(node, cst.And)
    if not all(_is_read(part) for part in parts):
        return frozenset()
    module = cst.Module(())
    codes = (module.code_for_node(part.with_changes(lpar=(), rpar=())) for part in parts)
    return frozenset(re.sub(r"\.get\((\"\w+\"|'\w+')\)", r"[\1]", code) for code in codes)


def constant(node: cst.BaseExpression) -> bool | None:
    """Return what `True` or `False` stands for; None for anything else."""
    match node:
        case cst.Name("True"):
            return True
        case cst.Name("False"):
            return False
        case _:
            return None


def _operation(node: cst.BooleanOperation) -> cst.CSTNode:
    deciding = isinstance(node.operator, cst.Or)
    known = constant(node.left)
    if known is not None:
        return _kept(node, node.left if known is deciding else node.right)
    known_already = operands(node.left, type(node.operator))
    right = _as_get(node.right) if deciding else node.right
    if any(_is_same(operand, node.right) or _is_same(operand, right) for operand in known_already):
        return _kept(node, node.left)
    inner = cst.And if deciding else cst.Or
    if any(_is_same(one, other) for one in known_already for other in operands(node.right, inner)[:-1] or ()):
        return _kept(node, node.left)  # `a or (a and b)` is `a`
    if any(_is_opposite(operand, node.right) or _is_opposite(node.right, operand) for operand in known_already):
        return keep_parentheses(node, cst.Name(str(deciding)))
    return node


def _kept(node: cst.BooleanOperation, operand: cst.BaseExpression) -> cst.BaseExpression:
    """Return what is left of an operation; what needs no parentheses gets none."""
    bare = isinstance(operand, cst.Name | cst.Call | cst.Subscript) and "\n" not in cst.Module(()).code_for_node(
        operand
    )
    return operand if bare else keep_parentheses(node, operand)


def _is_opposite(one: cst.BaseExpression, other: cst.BaseExpression) -> bool:
    return isinstance(one, cst.UnaryOperation) and isinstance(one.operator, cst.Not) and _is_same(one.expression, other)


def _as_get(node: cst.BaseExpression) -> cst.BaseExpression:
    """Return `mapping["key"]` as `mapping.get("key")`, which gives the same where there is such a key."""
    match node:
        case cst.Subscript(value=owner, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            return cst.Call(cst.Attribute(owner, cst.Name("get")), [cst.Arg(key)])
        case _:
            return node


def _is_same(one: cst.BaseExpression, other: cst.BaseExpression) -> bool:
    """Return whether two expressions read the same thing, and reading it twice is reading it once."""
    return _is_read(one) and one.with_changes(lpar=(), rpar=()).deep_equals(other.with_changes(lpar=(), rpar=()))


def _is_read(node: cst.BaseExpression) -> bool:
    match node:
        case cst.Name() | cst.SimpleString() | cst.Integer():
            return True
        case cst.Attribute(value=owner):
            return _is_read(owner)
        case cst.Subscript(value=owner, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            return _is_read(owner) and _is_read(key)
        case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name("get")), args=arguments):
            return _is_read(owner) and all(_is_read(argument.value) for argument in arguments)
        case cst.Comparison(left=left, comparisons=comparisons):
            return _is_read(left) and all(_is_read(item.comparator) for item in comparisons)
        case cst.BooleanOperation(left=left, right=right):
            return _is_read(left) and _is_read(right)
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return _is_read(inner)
        case _:
            return False


def _branch(node: cst.If, known: bool, alone: bool) -> Simplified:
    if known:
        if not alone:
            return cst.Else(body=node.body, leading_lines=node.leading_lines)
        return _inlined(node.body, node.leading_lines, node)
    match node.orelse:
        case None:
            return cst.RemoveFromParent()
        case cst.Else(body=body) if alone:
            return _inlined(body, node.leading_lines, cst.If(test=cst.Name("True"), body=body))
        case cst.If() as following if alone:
            return following.with_changes(leading_lines=[*node.leading_lines, *following.leading_lines])
        case rest:
            return rest


def _inlined(body: cst.BaseSuite, lines: Sequence[cst.EmptyLine], kept: cst.If) -> Simplified:
    """Return the statements of a block in place of the `if` around it; that `if` where the block is one line."""
    if not isinstance(body, cst.IndentedBlock):
        return kept
    first, *others = body.body
    first = first.with_changes(leading_lines=[*lines, *getattr(first, "leading_lines", ())])
    return cst.FlattenSentinel([first, *others])
