"""Statements that register a callback with the v3 client."""

from __future__ import annotations

import libcst as cst

from codemods.rewrites.sdk.constructor_arguments import comment_of
from codemods.rewrites.sdk.handlers import FINAL, Handler
from codemods.syntax.build import expression
from codemods.syntax.children import walk


def find_call(tree: cst.CSTNode, original: cst.Call) -> cst.Call:
    """Return the call in an edited statement that `original` has become: its function is not edited."""
    return next(node for node in walk(tree) if isinstance(node, cst.Call) and node.func.deep_equals(original.func))


def registration(
    code: str, handler: Handler | None, edited: cst.Call, module: cst.Module
) -> cst.SimpleStatementLine | cst.BaseCompoundStatement:
    """Return the statement `code` with the handler, as edited by now, in its place."""
    statement = cst.parse_statement(code, config=module.config_for_parsing)
    if handler is None:
        return statement
    argument = next(a for a in edited.args if a.keyword is not None and a.keyword.value == handler.name)
    value: cst.BaseExpression = argument.value
    if not handler.direct:
        called, once = module.code_for_node(value), ""
        if isinstance(value, cst.Lambda):
            called = f"({called})"
        elif not isinstance(value, cst.Name | cst.Attribute):
            # what a call makes, or a table holds at this moment, is the callback
            called, once = "callback", f", callback={called}"
        guard = f"{FINAL.format('event')} and event.transcript and " if handler.filtered else ""
        if isinstance(value, cst.Call) and module.code_for_node(value.func).rsplit(".", 1)[-1] in ("get", "getattr"):
            guard += f"{called} and "
        value = expression(f"lambda client, event{once}: {guard}{called}(event)")
    marker = next(node for node in walk(statement) if isinstance(node, cst.Name) and node.value == "HANDLER")
    result = statement.deep_replace(marker, value)
    comment = comment_of(handler.argument)
    assert isinstance(result, cst.SimpleStatementLine | cst.BaseCompoundStatement)
    if comment is not None and isinstance(result, cst.SimpleStatementLine):
        return result.with_changes(
            trailing_whitespace=cst.TrailingWhitespace(cst.SimpleWhitespace("  "), cst.Comment(comment))
        )
    return result
