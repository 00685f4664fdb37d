"""V3M303: reads of message fields that only change their name."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.message_writes import MessageWrites
from codemods.facts.partial_texts import PartialTexts, compared_with_nothing, is_only_tested, is_sure_of_key
from codemods.facts.type_tests import Base, TypeTests, is_message, read_base
from codemods.interpreter.values import Obj, Values
from codemods.libraries.values import Message
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import quoted, replace_with
from codemods.syntax.templates import rewrite


class Fields(Rule[cst.Subscript | cst.Call | cst.Comparison]):
    """Renames keys of server messages, and nothing else that has the same name."""

    code = "V3M303"
    summary = "keys of v2 messages become the keys of v3 messages"
    source = v.MESSAGES
    why = (
        "v3 calls them `type`, `transcript`, `id`, `turn_is_formatted`. A read that no type test protects is made "
        "safe: not every v3 message has a transcript."
    )

    def visit(self, node: cst.Subscript | cst.Call | cst.Comparison, context: Context) -> Changes:
        if isinstance(node, cst.Comparison):
            yield from self._membership(node, context)
            return
        base = read_base(node)
        if base is None or base.key is None or not isinstance(node, cst.BaseExpression):
            return
        if node in context.get(TypeTests).kinds:
            return  # V3M302's
        values = context.program.values(base.node)
        messages = [value for value in values if isinstance(value, Message) and context.program.may_be_ours(value)]
        if not messages:
            return
        key = self._key(base.key, context)
        if key is None and context.program.messages(base.node):
            known = [text for text in context.program.constants(base.key) if text in v.FIELDS]
            listed = ", ".join(f"{text} is {v.FIELDS[text]}" for text in known)
            yield self.report(
                node, f"key of a server message out of sight: v3 has other names{listed and ': '}{listed}"
            )
            return
        if key not in v.FIELDS:
            return
        sure = context.program.grades.is_sure(base.node) and not self._is_added(values, key, context)
        new = v.FIELDS[key]
        edits = self._edits(node, base, key, context)
        if key == "text" and context.get(PartialTexts).is_shortened(node, base.node, context.module):
            advice = "v3 keeps the words that may still change out of `transcript`: join those of `words` to show them"
            yield self.report(node, advice)
        yield self.change(node, f"v2 field {key!r} becomes {new!r}", *edits, sure=sure)

    def _is_added(self, values: Values, key: str, context: Context) -> bool:
        """Return whether the program puts a value of its own under the key: `{**message, "text": ...}`."""
        merged, program = context.get(MessageWrites).merged, context.program
        return any(
            isinstance(value, Obj)
            and value.site not in merged
            and key in program.items(value)
            and not program.is_stand_in(value)
            for value in values
        )

    def _key(self, node: cst.CSTNode, context: Context) -> str | None:
        found = context.program.constants(node)
        return found[0] if len(set(found)) == 1 else None

    def _edits(self, node: cst.BaseExpression, read: Base, key: str, context: Context) -> list[Edit]:
        assert read.key is not None
        new = quoted(v.FIELDS[key], read.key)
        if key != "text" or self._is_stored(node, context):
            return [replace_with(read.key, new)]
        if context.get(PartialTexts).joins(node, read.node, context.module):
            return self._joined(node, read, context)
        if not isinstance(node, cst.Subscript) or is_sure_of_key(node, read.node, context):
            return [replace_with(read.key, new)]
        return [rewrite(node, f"{{message}}.get({new}, {quoted('', read.key)})", message=read.node)]

    def _joined(self, node: cst.BaseExpression, read: Base, context: Context) -> list[Edit]:
        """Return the edits that take a turn's words for its text, which in v3 lacks those that may still change."""
        assert read.key is not None
        if is_only_tested(node, context.module):
            nothing = compared_with_nothing(node, context.module)
            words = replace_with(read.key, quoted("words", read.key))
            return [words, replace_with(nothing, "[]")] if nothing is not None else [words]
        space, text, key = (quoted(item, read.key) for item in (" ", "text", "words"))
        is_sure = is_sure_of_key(node, read.node, context)
        source = f"{{message}}[{key}]" if is_sure else f"{{message}}.get({key}, ())"
        return [rewrite(node, f"{space}.join(word[{text}] for word in {source})", message=read.node)]

    def _is_stored(self, node: cst.CSTNode, context: Context) -> bool:
        match context.module.parent(node):
            case cst.AssignTarget() | cst.Del():
                return True
            case cst.AugAssign(target=target):
                return target is node
        return False

    def _membership(self, node: cst.Comparison, context: Context) -> Changes:
        """Rewrite `"text" in message`."""
        match node.comparisons:
            case [cst.ComparisonTarget(cst.In() | cst.NotIn(), message)] if is_message(context.program, message):
                key = self._key(node.left, context)
                new = v.FIELDS.get(key or "") or ("words" if key in v.DERIVED_FIELDS else None)
                if new is not None:
                    edit = replace_with(node.left, quoted(new, node.left))
                    yield self.change(node, f"v2 field {key!r} becomes {new!r}", edit)
