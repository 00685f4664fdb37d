"""Arguments of the legacy constructor: what they can be, and how they are written for v3."""

from __future__ import annotations

import libcst as cst

from codemods.facts.program import Program
from codemods.interpreter.values import Const, Str
from codemods.rewrites.sdk.names import Names
from codemods.rewrites.sdk.sdk_imports import SdkImports
from codemods.syntax.tree import SourceModule


def may_be_none(program: Program, node: cst.BaseExpression | None) -> bool:
    """Return whether an argument can be `None`, which v2 took for not given."""
    if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.Or):
        return may_be_none(program, node.right)
    if not isinstance(node, cst.Name | cst.Attribute | cst.Subscript | cst.IfExp):
        return False
    return any(isinstance(value, Const) and value.value is None for value in program.values(node))


def converted(program: Program, module: SourceModule, node: cst.BaseExpression, used: set[str]) -> str:
    """Return the source of an expression with the SDK's legacy names replaced, and note the v3 names used."""
    names, imports = Names.of(program, module), program.get(SdkImports)

    class Renamer(cst.CSTTransformer):
        def on_leave(self, original_node, updated_node):  # type: ignore[no-untyped-def]
            legacy = names.legacy(original_node) if isinstance(original_node, cst.Name | cst.Attribute) else None
            if legacy is None:
                return updated_node
            code, missing = imports.spelling(original_node, module)
            if missing:
                used.add(code)
            return cst.parse_expression(code)

    result = node.visit(Renamer())
    assert isinstance(result, cst.BaseExpression)
    return module.code(result)


def comment_of(argument: cst.Arg) -> str | None:
    """Return the comment behind an argument on its own line; None if there is none."""
    comma = argument.comma
    space = comma.whitespace_after if isinstance(comma, cst.Comma) else argument.whitespace_after_arg
    if isinstance(space, cst.ParenthesizedWhitespace) and space.first_line.comment is not None:
        return space.first_line.comment.value
    return None


def text_of(program: Program, node: cst.BaseExpression | None) -> str | None:
    """Return the text an expression spells, if it is just one."""
    found = [value.literal for value in program.values(node) if isinstance(value, Str)]
    return found[0] if len(found) == 1 else None
