"""Small builders of new syntax in the style of the old."""

from __future__ import annotations

import re
from collections.abc import Callable

import libcst as cst

from codemods.syntax.edits import AddHelper, Replace
from codemods.syntax.tree import SourceModule

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
    return Replace(node, lambda updated: keep_parentheses(updated, expression(code)), whole=True)


def as_edited(root: cst.CSTNode, updated: cst.CSTNode, node: cst.CSTNode) -> cst.CSTNode | None:
    """Return what has become of `node`, below `root`, in the edited form of `root`; None where the forms differ."""
    if root is node:
        return updated
    pairs = zip(root.children, updated.children, strict=False)
    return next((found for old, new in pairs if (found := as_edited(old, new, node)) is not None), None)


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
        joined = isinstance(parent.operator, cst.And) and " or " not in code
        loose = joined or isinstance(expression(code), cst.UnaryOperation)
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


def indented(module: SourceModule, code: str) -> str:
    """Return source with the indentation that the module has."""
    unit = module.tree.default_indent
    lines = []
    for line in code.splitlines(keepends=True):
        body = line.lstrip(" ")
        lines.append(unit * ((len(line) - len(body)) // 4) + body)
    return "".join(lines)


def helper(module: SourceModule, name: str, code: str) -> AddHelper:
    """Return the edit that gives a module a function.

    The function is called `name`, or something else where that name has a meaning of the program's own: see `.name`.
    """
    code = indented(module, code)
    for choice in (name, f"{name}_v3", f"v3_{name}"):
        renamed = re.sub(rf"\b{name}\b", choice, code)
        if choice not in module.names or _defines(module, choice, renamed):
            return AddHelper(choice, renamed)
    return AddHelper(name, code)


def _defines(module: SourceModule, name: str, code: str) -> bool:
    """Return whether a module has this very function or class, of an earlier run."""
    return any(
        isinstance(item, cst.FunctionDef | cst.ClassDef)
        and item.name.value == name
        and module.code(item.with_changes(leading_lines=())).strip() == code.strip()
        for item in module.tree.body
    )
