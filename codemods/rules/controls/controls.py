"""V3M401: what the client asks of the server."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import libcst as cst

from codemods import protocol as v
from codemods.facts import query
from codemods.interpreter.values import Json, Obj
from codemods.model import Safety
from codemods.rule import Context, Rule
from codemods.syntax.build import edit_text, quoted
from codemods.syntax.edits import Change, Replace


class Controls(Rule):
    """Rewrites the control messages that v2 knew."""

    code = "V3M401"
    summary = "control messages become v3 ones: Terminate, ForceEndpoint, UpdateConfiguration"
    source = v.MESSAGES
    why = "v3 answers an unknown message with an error close; a session that is not terminated is billed for hours."
    nodes = (cst.Dict, cst.Call, cst.SimpleString)
    order = 35

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        if context.is_claimed(node):
            return
        if isinstance(node, cst.Dict):
            yield from self._dict(node, context)
        elif isinstance(node, cst.Call):
            yield from self._call(node, context)
            yield from self._sent(node, context)
        elif isinstance(node, cst.SimpleString):
            yield from self._text(node, context)

    def _dict(self, node: cst.Dict, context: Context) -> Iterable[Change]:
        if len(node.elements) != 1 or not isinstance(node.elements[0], cst.DictElement):
            return
        element = node.elements[0]
        keys = set(context.program.constants(element.key))
        if len(keys) != 1:
            return
        key = keys.pop()
        if key not in v.CONTROLS and key != v.SILENCE:
            return
        if key == v.SILENCE and query.is_mapping(context.program, node):
            return
        safety = self._safety(node, context)
        if safety is None:
            return
        if safety is Safety.MANUAL:
            yield self.report(node, self._unproven(key))
            return
        like = element.key
        context.claim(element.key)
        if key in v.CONTROLS:
            new = f"{quoted(v.CONTROLS[key], like)}"
            yield self.change(
                node,
                f"v2 control message {key!r} becomes {v.CONTROLS[key]!r}",
                Replace(element.key, lambda updated: cst.parse_expression(quoted("type", like))),
                Replace(element.value, lambda updated: cst.parse_expression(new)),
                safety=safety,
            )
            return
        code = context.code(element.value)
        names = [quoted(name, like) for name in ("type", "UpdateConfiguration", "max_turn_silence")]
        threshold = quoted("end_of_turn_confidence_threshold", like)

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            old = cst.ensure_type(updated, cst.Dict)
            new = cst.ensure_type(
                cst.parse_expression(f"{{{names[0]}: {names[1]}, {threshold}: 1, {names[2]}: {code}}}"), cst.Dict
            )
            gap = old.lbrace.whitespace_after
            if isinstance(gap, cst.ParenthesizedWhitespace):
                gap = gap.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=())
            else:
                gap = cst.SimpleWhitespace(" ")
            elements = [item.with_changes(comma=cst.Comma(whitespace_after=gap)) for item in new.elements[:-1]]
            elements.append(new.elements[-1].with_changes(comma=old.elements[0].comma))
            return old.with_changes(elements=elements)

        yield self.change(
            node,
            "v2 silence threshold becomes v3 settings that end a turn on silence alone",
            Replace(node, build),
            safety=safety,
        )

    def _call(self, node: cst.Call, context: Context) -> Iterable[Change]:
        """Rewrite a message spelled `dict(terminate_session=True)`."""
        keyword = node.args[0].keyword if len(node.args) == 1 else None
        if keyword is None or keyword.value not in v.CONTROLS or Obj(node, "dict") not in context.program.values(node):
            return
        safety = self._safety(node, context)
        if safety is None:
            return
        if safety is Safety.MANUAL:
            yield self.report(node, self._unproven(keyword.value))
            return
        name = v.CONTROLS[keyword.value]
        yield self.change(
            node,
            f"v2 control message {keyword.value!r} becomes {name!r}",
            Replace(keyword, lambda updated: cst.Name("type")),
            Replace(node.args[0].value, lambda updated: cst.SimpleString(f'"{name}"')),
            safety=safety,
        )

    def _safety(self, node: cst.Dict | cst.Call, context: Context) -> Safety | None:
        """Return how sure it is that a message is for the vendor: MANUAL asks a person, None is not v2."""
        sent = self._goes_to(node, context)
        if sent == "likely":
            return Safety.UNSAFE
        if sent == "elsewhere" or not context.program.mentions_v2:
            return None
        return Safety.SAFE if sent == "vendor" or context.program.vendor_connections else Safety.MANUAL

    @staticmethod
    def _unproven(key: str) -> str:
        return f"v2 control message {key!r}: see where it is sent, v3 has another"

    def _sent(self, call: cst.Call, context: Context) -> Iterable[Change]:
        """Report a message whose keys callers of the sending function choose."""
        program = context.program
        send = program.run.sends.get(call)
        if send is None or not any(program.is_vendor(connection) for connection in send.connections):
            return
        for value in program.values(send.data):
            obj = value.content if isinstance(value, Json) else value
            if isinstance(obj, Obj) and isinstance(obj.site, cst.Param):
                for key in sorted({*v.CONTROLS, v.SILENCE} & program.run.items(obj).keys()):
                    yield self.report(call, f"v2 control message {key!r}, put together by callers: v3 has another")

    def _goes_to(self, node: cst.Dict | cst.Call, context: Context) -> str:
        """Return where a message goes: to the "vendor", a "likely" one, "elsewhere", or "unknown"."""
        obj = Obj(node, "dict")
        found: set[str] = set()
        for send in context.program.run.sends.values():
            values = context.program.values(send.data)
            if obj in values or any(isinstance(value, Json) and value.content == obj for value in values):
                if not send.connections:
                    found.add("unknown")
                for connection in send.connections:
                    if context.program.is_vendor(connection):
                        found.add("vendor")
                    elif connection in context.program.likely_connections:
                        found.add("likely")
                    else:
                        found.add("elsewhere" if context.program.is_foreign(connection) else "unknown")
        for certain in ("vendor", "likely"):
            if certain in found:
                return certain
        return "elsewhere" if found == {"elsewhere"} else "unknown"

    def _text(self, node: cst.SimpleString, context: Context) -> Iterable[Change]:
        text = node.evaluated_value
        if not isinstance(text, str) or "{" not in text:
            return
        if not context.program.mentions_v2 and not context.program.likely_connections:
            return
        safety = Safety.SAFE if context.program.mentions_v2 else Safety.UNSAFE
        for key, name in v.CONTROLS.items():
            compact = "".join(text.split())
            if compact == f'{{"{key}":true}}':
                quote = '"' if '"' in node.raw_value.replace('\\"', "") or node.quote != '"' else '\\"'
                context.claim(node)
                yield self.change(
                    node,
                    f"v2 control message {key!r} becomes {name!r}",
                    edit_text(node, partial(_control_text, name, quote)),
                    safety=safety,
                )


def _control_text(name: str, quote: str, old: str) -> str:
    return f"{{{quote}type{quote}: {quote}{name}{quote}}}"
