"""V3M303: reads of message fields that only change their name."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods import protocol as v
from codemods.facts.narrowing import has_transcript
from codemods.facts.type_tests import is_message, read_base
from codemods.interpreter.values import Obj
from codemods.libraries.values import Message
from codemods.model import Safety
from codemods.rule import Context, Rule
from codemods.syntax.build import quoted, replace_with
from codemods.syntax.edits import Change, Edit, Replace


class Fields(Rule):
    """Renames keys of server messages, and nothing else that has the same name."""

    code = "V3M303"
    summary = "keys of v2 messages become the keys of v3 messages"
    source = v.MESSAGES
    why = (
        "v3 calls them `type`, `transcript`, `id`, `turn_is_formatted`. A read that no type test protects is made "
        "safe: not every v3 message has a transcript."
    )
    nodes = (cst.Subscript, cst.Call, cst.Comparison)
    order = 40

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        if isinstance(node, cst.Comparison):
            yield from self._membership(node, context)
            return
        base = read_base(node)
        if base is None or base.key is None or context.is_claimed(node):
            return
        values = context.program.values(base.node)
        messages = [value for value in values if isinstance(value, Message)]
        ours = [message for message in messages if context.program.is_ours(message)]
        likely = [message for message in messages if context.program.is_likely(message)]
        if not ours and not likely:
            return
        key = self._key(base.key, context)
        if key is None and ours:
            known = [text for text in context.program.constants(base.key) if text in v.FIELDS]
            listed = ", ".join(f"{text} is {v.FIELDS[text]}" for text in known)
            yield self.report(
                node, f"key of a server message out of sight: v3 has other names{listed and ': '}{listed}"
            )
            return
        if key not in v.FIELDS:
            return
        added = any(isinstance(value, Obj) and key in context.program.items(value) for value in values)
        sure = context.program.grades.is_sure(base.node) and not added  # `{**message, "text": ...}`
        new = v.FIELDS[key]
        edits = self._edits(node, base.node, base.key, key, new, context)
        yield self.change(
            node,
            f"v2 field {key!r} becomes {new!r}",
            *edits,
            safety=Safety.SAFE if sure else Safety.UNSAFE,
        )

    def _key(self, node: cst.CSTNode, context: Context) -> str | None:
        found = context.program.constants(node)
        return found[0] if len(set(found)) == 1 else None

    def _edits(
        self, node: cst.CSTNode, base: cst.BaseExpression, key_node: cst.CSTNode, key: str, new: str, context: Context
    ) -> list[Edit]:
        literal = quoted(new, key_node)
        if key == "text" and isinstance(node, cst.Subscript) and not self._is_stored(node, context):
            if not has_transcript(node, base, context):
                default = quoted("", key_node)
                context.claim(key_node)

                def build(updated: cst.CSTNode) -> cst.CSTNode:
                    subscript = cst.ensure_type(updated, cst.Subscript)
                    function = cst.Attribute(value=subscript.value, attr=cst.Name("get"))
                    arguments = [cst.parse_expression(literal), cst.parse_expression(default)]
                    return cst.Call(
                        func=function,
                        args=[cst.Arg(argument) for argument in arguments],
                        lpar=subscript.lpar,
                        rpar=subscript.rpar,
                    )

                return [Replace(node, build)]
        return [replace_with(key_node, literal)]

    def _is_stored(self, node: cst.Subscript, context: Context) -> bool:
        parent = context.module.parent(node)
        return isinstance(parent, cst.AssignTarget | cst.AugAssign | cst.Del) and (
            not isinstance(parent, cst.AugAssign) or parent.target is node
        )

    def _membership(self, node: cst.Comparison, context: Context) -> Iterable[Change]:
        """Rewrite `"text" in message`."""
        if len(node.comparisons) != 1 or context.is_claimed(node):
            return
        target = node.comparisons[0]
        if not isinstance(target.operator, cst.In | cst.NotIn):
            return
        if not is_message(context.program, target.comparator):
            return
        key = self._key(node.left, context)
        new = v.FIELDS.get(key or "") or ("words" if key in v.DERIVED_FIELDS else None)
        if new is not None:
            yield self.change(
                node, f"v2 field {key!r} becomes {new!r}", replace_with(node.left, quoted(new, node.left))
            )
