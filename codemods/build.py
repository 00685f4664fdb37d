"""Small builders of new syntax in the style of the old."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from codemods.edits import Replace
from codemods.tree import SourceModule

_LOOSE_PARENTS = (
    cst.Arg,
    cst.If,
    cst.While,
    cst.Assign,
    cst.AnnAssign,
    cst.Return,
    cst.Assert,
    cst.Expr,
    cst.IfExp,
    cst.Element,
    cst.DictElement,
    cst.NamedExpr,
    cst.Lambda,
    cst.MatchCase,
    cst.CompIf,
    cst.Index,
    cst.FormattedStringExpression,
)


def expression(code: str) -> cst.BaseExpression:
    """Parse an expression."""
    return cst.parse_expression(code)


def quoted(text: str, like: cst.CSTNode | None) -> str:
    """Return `text` as a literal with the quotes of the literal `like`."""
    quote = '"'
    if isinstance(like, cst.SimpleString) and len(like.quote) == 1 and like.quote not in text:
        quote = like.quote
    return f"{quote}{text}{quote}"


def rename_string(node: cst.SimpleString, text: str) -> Replace:
    """Replace the content of a string literal, prefix and quotes kept."""
    value = f"{node.prefix}{node.quote}{text}{node.quote}"
    return Replace(node, lambda updated: cst.ensure_type(updated, cst.SimpleString).with_changes(value=value))


def replace_with(node: cst.CSTNode, code: str) -> Replace:
    """Replace an expression by the one in `code`; parentheses around the old one stay."""
    return Replace(node, lambda updated: keep_parentheses(updated, expression(code)))


def keep_parentheses(old: cst.CSTNode, new: cst.BaseExpression) -> cst.BaseExpression:
    """Return `new` within the parentheses that stood around `old`."""
    if isinstance(old, cst.BaseExpression) and old.lpar and not new.lpar:
        return new.with_changes(lpar=old.lpar, rpar=old.rpar)
    return new


def replace_test(module: SourceModule, node: cst.BaseExpression, code: str) -> Replace:
    """Replace a comparison by a longer condition, in parentheses where it would else be torn apart."""
    parent = module.parent(node)
    loose = isinstance(parent, _LOOSE_PARENTS)
    if isinstance(parent, cst.BooleanOperation):
        loose = isinstance(parent.operator, cst.And) and " or " not in code
    plain = not any(word in code for word in (" and ", " or ", "not "))
    if loose or plain or node.lpar:
        return replace_with(node, code)
    return replace_with(node, f"({code})")


def edit_text(node: cst.CSTNode, change: Callable[[str], str]) -> Replace:
    """Change the text of a string literal or of a piece of an f-string."""

    def build(updated: cst.CSTNode) -> cst.CSTNode:
        if isinstance(updated, cst.SimpleString):
            start, quote = len(updated.prefix), len(updated.quote)
            head, body = updated.value[: start + quote], updated.value[start + quote : -quote]
            return updated.with_changes(value=f"{head}{change(body)}{updated.quote}")
        text = cst.ensure_type(updated, cst.FormattedStringText)
        return text.with_changes(value=change(text.value))

    return Replace(node, build)
