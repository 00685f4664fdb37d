"""V3M606: the SDK's session, error and end-of-session objects."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.interpreter.values import Const
from codemods.libraries.assemblyai_values import ErrorStatus, EventKind
from codemods.rewrites.sdk.constructor_arguments import text_of
from codemods.rewrites.sdk.names import MODEL_METHODS
from codemods.rewrites.sdk.plan import Plans
from codemods.rewrites.sdk.reads import bracketed
from codemods.rewrites.sdk.turns import delivered
from codemods.rewrites.shown import is_shown
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import quoted, replace_with
from codemods.syntax.edits import AddImport

_FIELDS = {
    EventKind.OPENED: frozenset({"session_id", "expires_at", "message_type"}),
    EventKind.ERROR: frozenset({"status_code", "args", "with_traceback", "add_note"}),
    EventKind.INFORMATION: frozenset({"audio_duration_seconds", "message_type"}),
}
_V3_FIELDS = {
    EventKind.OPENED: frozenset({"id", "type", "configuration"}),
    EventKind.ERROR: frozenset({"code"}),
    EventKind.INFORMATION: frozenset({"session_duration_seconds", "type"}),
}


class SdkEvents(Rule[cst.Attribute | cst.Comparison | cst.Call]):
    """Rewrites fields of the objects that the other callbacks receive, and close codes."""

    code = "V3M606"
    summary = "`session_id`, `expires_at`, `status_code` and close codes of the SDK become v3's"
    source = v.SDK
    why = (
        "`BeginEvent` has `id`, a text, and an `expires_at` that knows its time zone (v2's did not: comparing the two "
        "raises). `StreamingError` has `code`. An AttributeError in a handler is only logged."
    )

    def visit(self, node: cst.Attribute | cst.Comparison | cst.Call, context: Context) -> Changes:
        match node:
            case cst.Attribute():
                yield from self._field(node, context)
            case cst.Comparison():
                yield from self._codes(node, context)
            case cst.Call():
                yield from self._guarded(node, context)

    def _kinds(self, node: cst.BaseExpression, context: Context) -> set[EventKind]:
        return {event.kind for event in delivered(context.program, node)} - {EventKind.TRANSCRIPT}

    def _field(self, node: cst.Attribute, context: Context) -> Changes:
        name = node.attr.value
        for kind in self._kinds(node.value, context):
            if name == "audio_duration_seconds" and context.module.is_typed and _is_reckoned_with(node, context):
                edit = replace_with(node, bracketed(f"{context.code(node)} or 0"))
                yield self.change(node, "audio_duration_seconds, which v3's type says may be None", edit)
                return
            if name in _V3_FIELDS[kind] or name.startswith("__"):
                return
            if name in MODEL_METHODS and kind is not EventKind.ERROR:
                yield self.report(node, f"what {name}() gives has v3's fields: whoever reads it has to know them")
                return
            if name not in _FIELDS[kind]:
                yield self.report(node, f"a v2 {kind.value} never had {name!r}")
                return
            new = {"session_id": "id", "status_code": "code", "message_type": "type"}.get(name)
            if new is not None:
                edits: list[Edit] = [replace_with(node.attr, new)]
                parent = context.module.parent(node)
                if name == "session_id" and isinstance(parent, cst.Attribute):
                    # v2 gave a `uuid.UUID`, and this asks it for something
                    edits = [replace_with(node, f"uuid.UUID({context.code(node.value)}.id)"), AddImport("uuid")]
                yield self.change(node, f"v2 field {name!r} becomes {new!r}", *edits)
            elif name == "expires_at" and not is_shown(node, context.module):
                code = f"{context.code(node.value)}.expires_at.replace(tzinfo=None)"
                yield self.change(
                    node, "expires_at, which knows its time zone in v3 and did not in v2", replace_with(node, code)
                )
            return

    def _codes(self, node: cst.Comparison, context: Context) -> Changes:
        operands = [node.left, *(target.comparator for target in node.comparisons)]
        compared = {value for item in operands for value in context.program.values(item)}
        statuses = frozenset(value for value in compared if isinstance(value, ErrorStatus))
        if not statuses or context.get(Plans).are_left(statuses):
            return
        for literal in context.module.walk(node):
            if not isinstance(literal, cst.Integer):
                continue
            code = literal.evaluated_value
            if code in v.CLOSE_CODES:
                new = str(v.CLOSE_CODES[code])
                yield self.change(literal, f"close code {code} becomes {new}", replace_with(literal, new))
            elif code in v.CLOSE_CODES_GONE:
                yield self.report(literal, f"v3 has no close code for {code}")
        for item in operands:
            for value in context.program.values(item):
                inline = any(isinstance(inner, cst.Integer) for inner in context.module.walk(item))
                match value:
                    case Const(value=int(code)) if code in v.CLOSE_CODES and not inline:
                        yield self.report(item, f"close code {code} is {v.CLOSE_CODES[code]} in v3")

    def _guarded(self, node: cst.Call, context: Context) -> Changes:
        """Rewrite the name in `getattr(error, "status_code", None)` and `hasattr(...)`."""
        if not isinstance(node.func, cst.Name) or node.func.value not in ("getattr", "hasattr") or len(node.args) < 2:
            return
        name = text_of(context.program, node.args[1].value)
        new = {"session_id": "id", "status_code": "code"}.get(name or "")
        if new is None or not self._kinds(node.args[0].value, context):
            return
        edit = replace_with(node.args[1].value, quoted(new, node.args[1].value))
        yield self.change(node, f"v2 field {name!r} becomes {new!r}", edit)


def _is_reckoned_with(node: cst.Attribute, context: Context) -> bool:
    """Return whether a value is more than shown or kept."""
    parent = context.module.parent(node)
    return isinstance(parent, cst.BinaryOperation | cst.Comparison | cst.ComparisonTarget) or (
        isinstance(parent, cst.Arg) and not is_shown(node, context.module)
    )
