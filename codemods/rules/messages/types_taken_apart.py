"""V3M325: message types that are looked at in ways that no list of types explains."""

from __future__ import annotations

from typing import TypeGuard

import libcst as cst

from codemods import protocol as v
from codemods.facts.type_tests import TypeTests
from codemods.interpreter.values import Const
from codemods.rule import Changes, Context, Rule, Safety
from codemods.syntax.build import rename_string

_PIECES = frozenset(
    {
        "casefold",
        "count",
        "endswith",
        "find",
        "index",
        "lower",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "split",
        "startswith",
        "upper",
    }
)
_COMPARED = (cst.Equal, cst.NotEqual, cst.In, cst.NotIn, cst.Is, cst.IsNot)
_TYPES = "v3's are Begin, Turn and Termination"


class TypesTakenApart(Rule[cst.Call | cst.Comparison | cst.Subscript]):
    """Reports tests of a message type whose v2 types are spelled in pieces, or out of sight."""

    code = "V3M325"
    summary = "a test of the message type that cannot be rewritten, because the types it asks for cannot be seen"
    source = v.MESSAGES
    why = "`kind.startswith('Final')` or `kind == settings.FINAL` is never true again: v3 has other types."
    safety = Safety.MANUAL

    def visit(self, node: cst.Call | cst.Comparison | cst.Subscript, context: Context) -> Changes:
        match node:
            case cst.Comparison():
                yield from self._comparison(node, context)
            case cst.Subscript():
                if context.program.fields(node.value, v.TYPE_KEY):
                    yield self.report(node, f"looks at part of a message type: {_TYPES}")
            case cst.Call() if self._takes_apart(node, context):
                yield self.report(node, f"looks at part of a message type: {_TYPES}")

    def _takes_apart(self, call: cst.Call, context: Context) -> bool:
        program = context.program
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in _PIECES:
            return bool(program.fields(call.func.value, v.TYPE_KEY))
        if not any(name.startswith("re.") for name in program.names(call.func)):
            return False
        return any(program.fields(argument.value, v.TYPE_KEY) for argument in call.args)

    def _comparison(self, node: cst.Comparison, context: Context) -> Changes:
        operator = node.comparisons[0].operator
        if len(node.comparisons) != 1 or not isinstance(operator, _COMPARED):
            return
        if node in context.get(TypeTests).tests:
            return
        left, right = node.left, node.comparisons[0].comparator
        if context.program.fields(left, v.TYPE_KEY):
            message = self._other(right, context)
        elif context.program.fields(right, v.TYPE_KEY):
            inside = isinstance(operator, cst.In | cst.NotIn)
            message = f"looks at part of a message type: {_TYPES}" if inside else self._other(left, context)
        else:
            return
        error = next((item for item in (left, right) if _is_error(item)), None)
        if error is not None and isinstance(operator, cst.Equal | cst.NotEqual):
            sure = context.program.grades.of(right if error is left else left).is_sure
            yield self.change(
                node,
                "v2 had no such type; v3's for an error is 'Error', with `error_code` and `error`",
                rename_string(error, "Error"),
                safety=Safety.SAFE if sure else Safety.UNSAFE,
            )
        elif message is not None:
            yield self.report(node, message)

    def _other(self, node: cst.BaseExpression, context: Context) -> str | None:
        """Return what to say about something that a message type is compared with."""
        program = context.program
        values = program.values(node)
        if any(isinstance(value, Const) for value in values) or program.fields(node, v.TYPE_KEY):
            return None
        found = [text for text in program.constants(node) if text]
        if not found:
            return f"compares a message type with something out of sight: {_TYPES}"
        if any(text in v.V3_TYPES for text in found):
            return None
        return f"v2 has no message type {found[0]!r}, and v3 has not either: {_TYPES}"


def _is_error(node: cst.CSTNode) -> TypeGuard[cst.SimpleString]:
    """Return whether a literal is a type that programs expect errors under."""
    return isinstance(node, cst.SimpleString) and node.evaluated_value in ("error", "ERROR")
