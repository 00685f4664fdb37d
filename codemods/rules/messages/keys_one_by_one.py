"""V3M327: keys of a message that a loop compares with v2's names."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.rule import Changes, Context, Rule, Safety
from codemods.syntax.navigate import function_of

_KEYS = frozenset({*v.FIELDS, *v.DERIVED_FIELDS, "created"})
_NOTE = "looks for a v2 key among those of a message"


class KeysOneByOne(Rule[cst.Call]):
    """Reports such comparisons where a function goes over the keys of a message."""

    code = "V3M327"
    summary = "a loop over the keys of a message looks for v2's names"
    source = v.MESSAGES
    why = "v3 calls them `transcript`, `type`, `id`: the comparison is never true again."
    safety = Safety.MANUAL

    def visit(self, node: cst.Call, context: Context) -> Changes:
        match node.func:
            case cst.Attribute(value=message, attr=cst.Name("items" | "keys")) if context.program.messages(message):
                yield from self._compared(node, context)

    def _compared(self, node: cst.Call, context: Context) -> Changes:
        for inner in context.module.walk(function_of(node, context.module)):
            key = _wanted(inner)
            if key is not None:
                now = f"{key} is {v.FIELDS[key]}" if key in v.FIELDS else f"v3 has no {key}"
                yield self.report(inner, f"{_NOTE}: {now}")


def _wanted(node: cst.CSTNode) -> str | None:
    """Return the key that `name == "text"` or `name in ("text", ...)` asks for."""
    if not isinstance(node, cst.Comparison) or not isinstance(node.left, cst.Name):
        return None
    target = node.comparisons[0]
    options: list[cst.BaseExpression] = []
    if isinstance(target.operator, cst.Equal | cst.NotEqual):
        options = [target.comparator]
    elif isinstance(target.comparator, cst.Tuple | cst.List | cst.Set):
        options = [element.value for element in target.comparator.elements]
    for option in options:
        key = option.evaluated_value if isinstance(option, cst.SimpleString) else None
        if isinstance(key, str) and key in _KEYS:
            return key
    return None
