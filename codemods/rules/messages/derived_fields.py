"""V3M304: fields that v3 has on words only."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.narrowing import has_transcript
from codemods.facts.type_tests import is_message, read_base
from codemods.rewrites.derived_values import computing
from codemods.rule import Changes, Context, Rule
from codemods.syntax.build import quoted, replace_with
from codemods.syntax.edits import Replace

_TIGHT = (cst.Assign, cst.AnnAssign, cst.Return, cst.Arg, cst.DictElement, cst.Element, cst.NamedExpr)


class DerivedFields(Rule[cst.Subscript | cst.Call]):
    """Computes a transcript's confidence and times from its words."""

    code = "V3M304"
    summary = "confidence, audio_start and audio_end are computed from the words"
    source = v.MESSAGES
    why = (
        "v3 has no confidence and no times on a turn; `end_of_turn_confidence` is something else (how sure the service "
        "is that the speaker is done). Nor does a message say when it was created: take the clock when it arrives."
    )

    def visit(self, node: cst.Subscript | cst.Call, context: Context) -> Changes:
        base = read_base(node)
        if base is None or base.key is None:
            return
        keys = set(context.program.constants(base.key))
        if len(keys) != 1:
            return
        key = keys.pop()
        if not is_message(context.program, base.node):
            if key in {*v.DERIVED_FIELDS, "created"} and context.program.messages(base.node):
                yield self.report(node, f"v3 messages have no {key!r}; the server's messages and others are read here")
            return
        if key == "created":
            yield self.report(node, "v3 messages carry no time of creation: take the clock when the message arrives")
            return
        if key not in v.DERIVED_FIELDS:
            return
        if isinstance(context.module.parent(node), cst.AssignTarget):
            yield self.report(node, f"v3 messages have no {key!r}: keep this value in a variable of your own")
            return
        message = f"v2 field {key!r} becomes what the words say"
        if isinstance(base.node, cst.Name) and has_transcript(node, base.node, context):
            code = self._inline(key, base.node.value, base.key)
            yield self.change(node, message, self._replace(node, code, context))
            return
        computed = computing(context.module, key)
        yield self.change(node, message, replace_with(node, f"{computed.name}({context.code(base.node)})"), computed)

    def _inline(self, key: str, name: str, like: cst.CSTNode) -> str:
        words = f"{name}[{quoted('words', like)}]"
        if key == "confidence":
            return f"sum(word[{quoted('confidence', like)}] for word in {words}) / max(len({words}), 1)"
        index, field = (0, "start") if key == "audio_start" else (-1, "end")
        return f"{words}[{index}][{quoted(field, like)}] if {words} else 0"

    def _replace(self, node: cst.CSTNode, code: str, context: Context) -> Replace:
        parent = context.module.parent(node)
        if not isinstance(parent, _TIGHT):
            code = f"({code})"
        return replace_with(node, code)
