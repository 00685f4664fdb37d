"""V3M605: transcripts of the SDK: partial or final, and their fields."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.paths import leaves
from codemods.facts.text_guards import is_judged
from codemods.rewrites import clock
from codemods.rewrites.sdk import handlers as h
from codemods.rewrites.sdk import helpers
from codemods.rewrites.sdk.constructor_arguments import text_of
from codemods.rewrites.sdk.names import MODEL_METHODS
from codemods.rewrites.sdk.reads import bracketed, does_something, ends_its_function, fitted, is_guarded, is_truth_test
from codemods.rewrites.sdk.sdk_imports import SdkImports
from codemods.rewrites.sdk.turns import (
    ANY,
    FINAL,
    PARTIAL,
    FinalPaths,
    KindTest,
    is_transcript,
    kind_test,
    partial_texts,
)
from codemods.rewrites.shown import is_shown
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import expression, replace_test, replace_with
from codemods.syntax.edits import Remove, Replace
from codemods.syntax.navigate import operands_beside
from codemods.syntax.templates import rewrite

_VALUES = {
    "confidence": "sum(word.confidence for word in {0}.words) / max(len({0}.words), 1)",
    "audio_start": "{0}.words[0].start if {0}.words else 0",
    "audio_end": "{0}.words[-1].end if {0}.words else 0",
}
_EMPTY = "test for an empty transcript becomes its words"
_KEPT = frozenset({"words", "end_of_turn", "turn_is_formatted", "transcript", "turn_order", "end_of_turn_confidence"})
_V2 = frozenset(
    {"text", "confidence", "audio_start", "audio_end", "created", "punctuated", "text_formatted", "message_type"}
)
_NEAREST = {
    "is_final": "end_of_turn and turn_is_formatted",
    "final": "end_of_turn and turn_is_formatted",
    "is_partial": "not end_of_turn",
    "partial": "not end_of_turn",
    "transcript": "transcript",
    "speaker": "speaker_label, with StreamingParameters(speaker_labels=True)",
    "language": "language_code",
    "start": "words[0].start",
    "end": "words[-1].end",
    "id": "turn_order",
}


_Simple = cst.Name | cst.Attribute | cst.Subscript
"""What may be written down twice."""


class SdkTranscripts(Rule[cst.Attribute | cst.Call | cst.Comparison]):
    """Rewrites tests and reads of `RealtimeTranscript` to those of `TurnEvent`."""

    code = "V3M605"
    summary = "`RealtimeTranscript` becomes `TurnEvent`: its kinds and its fields"
    source = v.SDK
    why = (
        "v3 has one class for partial and final. `end_of_turn and turn_is_formatted` is true exactly once per turn in "
        "every variant of the service while `format_turns` is on; `end_of_turn` alone comes twice in one of them, "
        "first without punctuation, which is neither partial nor final in v2's terms. `transcript` lacks the words "
        "that may still change, so the first partial of a turn would look empty."
    )

    def visit(self, node: cst.Attribute | cst.Call | cst.Comparison, context: Context) -> Changes:
        match node:
            case cst.Call() | cst.Comparison():
                yield from self._test(node, context)
            case cst.Attribute() if is_transcript(context.program, node.value):
                yield from self._field(node, context)

    # partial or final

    def _test(self, node: cst.Call | cst.Comparison, context: Context) -> Changes:
        tested = kind_test(context.program, context.module, node)
        if tested is not None:
            if not isinstance(tested.base, _Simple):
                yield self.report(node, "ask the turn itself: end_of_turn and turn_is_formatted")
                return
            edits = [self._flags(node, tested, context), *self._rest(node, tested, context)]
            edits += context.get(SdkImports).unused(context.module)
            yield self.change(node, f"test for {tested.kind} becomes the turn's flags", *edits)
            return
        if isinstance(node, cst.Comparison):
            yield from self._empty(node, context)
        elif isinstance(node.func, cst.Name) and node.func.value in ("hasattr", "getattr") and len(node.args) >= 2:
            yield from self._guarded(node, context)

    def _flags(self, node: cst.BaseExpression, tested: KindTest, context: Context) -> Edit:
        code = context.code(tested.base)
        parent = context.module.parent(node)
        final = h.final_test(code, node, context.program, context.module)
        if tested.kind == ANY or self._asks_for_the_other(node, tested, context):
            return replace_with(node, "False" if tested.negated else "True")
        if (tested.kind == FINAL) != tested.negated:
            judged = is_judged(node, context.module) or not final.endswith(".transcript")
            return replace_test(context.module, node, final) if judged else replace_with(node, f"bool({final})")
        match parent:
            case cst.UnaryOperation(operator=cst.Not()):
                return replace_test(context.module, parent, final)  # `not isinstance(x, Partial)`: a final
            case cst.If(orelse=None) if not leaves(parent.body) and not tested.negated:
                return replace_with(node, f"not {code}.end_of_turn")
        partial = h.FINAL.format(code) if tested.kind == PARTIAL else final
        return replace_test(context.module, node, f"not ({partial})")

    def _asks_for_the_other(self, node: cst.BaseExpression, tested: KindTest, context: Context) -> bool:
        """Return whether the same condition takes partials and finals alike: every turn is one of them."""
        sides = operands_beside(node, cst.And if tested.negated else cst.Or, context.module)
        return any(
            {other.kind, tested.kind} == {FINAL, PARTIAL}
            and other.negated == tested.negated
            and context.code(other.base) == context.code(tested.base)
            for side in sides
            if side is not node and (other := kind_test(context.program, context.module, side)) is not None
        )

    def _rest(self, node: cst.BaseExpression, tested: KindTest, context: Context) -> list[Edit]:
        """Return the edit of a branch for all that is not final: the raw end of a turn is not partial either."""
        parent = context.module.parent(node)
        if tested.kind != FINAL or tested.negated or not isinstance(parent, cst.If) or parent.test is not node:
            return []
        if not isinstance(parent.orelse, cst.Else) or not ends_its_function(parent, context.program, context.module):
            return []  # what follows may rest on the branch having run
        partial = f"not {context.code(tested.base)}.end_of_turn"

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            old = cst.ensure_type(updated, cst.Else)
            gap = old.whitespace_before_colon
            return cst.If(expression(partial), old.body, leading_lines=old.leading_lines, whitespace_after_test=gap)

        return [Replace(parent.orelse, build)]

    def _empty(self, node: cst.Comparison, context: Context) -> Changes:
        """Rewrite `transcript.text == ""`."""
        match node:
            case cst.Comparison(
                left=cst.Attribute(value=base, attr=cst.Name("text")),
                comparisons=[cst.ComparisonTarget(operator=cst.Equal() | cst.NotEqual() as operator, comparator=right)],
            ) if is_transcript(context.program, base) and text_of(context.program, right) == "":
                code = f"{context.code(base)}.words"
                negative = isinstance(operator, cst.Equal)
                edit = replace_test(context.module, node, f"not {code}" if negative else code)
                yield self.change(node, _EMPTY, edit)
                if negative:
                    yield from self._silence(node, context)

    def _silence(self, test: cst.CSTNode, context: Context) -> Changes:
        """Report what is done while nobody speaks."""
        match context.module.parent(test):
            case cst.If() as branch if branch.test is test and does_something(branch.body):
                yield self.report(
                    branch,
                    "v3 sends no empty transcripts while nobody speaks, so this is not reached: end the wait with a "
                    "timer, or take end_of_turn as the sign of a pause",
                )

    def _guarded(self, node: cst.Call, context: Context) -> Changes:
        """Rewrite `hasattr(transcript, "text")` and `getattr(transcript, "text", "")`."""
        base = node.args[0].value
        name = text_of(context.program, node.args[1].value)
        if name not in _V2 or not is_transcript(context.program, base):
            return
        assert isinstance(node.func, cst.Name)
        if node.func.value == "hasattr":
            yield self.change(node, f"every turn has what replaces {name!r}", self._always_true(node, context))
            return
        code, edits = self._value(name, base, node, context)
        yield self.change(node, f"v2 field {name!r} becomes {code}", replace_with(node, bracketed(code)), *edits)

    def _always_true(self, node: cst.Call, context: Context) -> Edit:
        """Return the edit that leaves out a test which holds for every turn, or puts `True` in its place."""
        match context.module.parent(node):
            case cst.IfExp(test=test, body=rest) as whole if test is node:
                return rewrite(whole, "{rest}", rest=rest)
            case cst.BooleanOperation(left=left, operator=cst.And(), right=rest) as whole if left is node:
                return rewrite(whole, "{rest}", rest=rest)
            case cst.BooleanOperation(left=rest, operator=cst.And()) as whole:
                match context.module.parent(whole):
                    case cst.BooleanOperation(left=left, operator=cst.And()) if left is whole:
                        return rewrite(whole, "{rest}", rest=rest)
        return replace_with(node, "True")

    # fields

    def _field(self, node: cst.Attribute, context: Context) -> Changes:
        name = node.attr.value
        if name in _KEPT or name.startswith("_"):
            return
        if name in MODEL_METHODS:
            yield self.report(node, f"what {name}() gives has v3's fields: whoever reads it has to know them")
            return
        if name not in _V2:
            if not is_guarded(node, context.program, context.module):
                yield self.report(node, f"a v2 transcript never had {name!r}{_nearest(name)}")
            return
        base = node.value
        if not isinstance(base, _Simple):
            yield self.report(node, f"v3 has no {name!r}: keep the turn in a variable and see its words")
            return
        if name == "text" and is_truth_test(node, context.program, context.module):
            yield self.change(node, _EMPTY, replace_with(node.attr, "words"))
            match context.module.parent(node):
                case cst.UnaryOperation() as negated:
                    yield from self._silence(negated, context)
            return
        if name == "message_type":
            parent = context.module.parent(node)
            while isinstance(parent, cst.Attribute) and parent.attr.value == "value":
                node, parent = parent, context.module.parent(parent)
            if isinstance(parent, cst.Assign) and self._only_tests(parent, context):
                yield self.change(node, "the kind of a transcript, which nothing asks for any more", Remove(parent))
                return
            if not is_shown(node, context.module) and not isinstance(parent, cst.Assign):
                yield self.report(node, "v3 has no message_type: whoever gets it must know FinalTurn and PartialTurn")
        code, edits = self._value(name, base, node, context)
        if any(isinstance(up, cst.FormattedString) and '"' in up.start for up in context.module.ancestors(node)):
            code = code.replace('"', "'")  # Python before 3.12 has no other way
        edit = replace_with(node, fitted(node, code, context.program, context.module))
        yield self.change(node, f"v2 field {name!r} becomes {code}", edit, *edits)

    def _only_tests(self, node: cst.Assign, context: Context) -> bool:
        """Return whether what a statement sets is only asked for in tests that are rewritten."""
        target = node.targets[0].target
        if len(node.targets) != 1 or not isinstance(target, cst.Name):
            return False
        found = [item for item in context.program.uses_of if item.node is target]
        return bool(found) and all(
            any(
                isinstance(up, cst.Comparison) and kind_test(context.program, context.module, up) is not None
                for up in context.module.ancestors(use)
            )
            for item in found
            for use in context.program.uses_of[item]
        )

    def _value(
        self, name: str, base: cst.BaseExpression, node: cst.CSTNode, context: Context
    ) -> tuple[str, list[Edit]]:
        """Return the v3 expression for a v2 field, and what it needs."""
        code = context.code(base)
        match name:
            case "text":
                return self._text(code, node, context)
            case "created":
                return clock.now(context.module)
            case "message_type":
                return f'"FinalTurn" if {h.FINAL.format(code)} else "PartialTurn"', []
        return _VALUES.get(name, "{0}.turn_is_formatted").format(code), []

    def _text(self, code: str, node: cst.CSTNode, context: Context) -> tuple[str, list[Edit]]:
        """Return the expression for the text of a turn, and what it needs."""
        if FinalPaths(context.program, context.module, code).hold(node):
            return f"{code}.transcript", []
        if context.get(partial_texts)[context.module.path] in (1, 2):
            if FinalPaths(context.program, context.module, code, PARTIAL).hold(node):
                return f'" ".join(word.text for word in {code}.words)', []
        function, edits = helpers.turn_text(context.get(SdkImports), context.module)
        return f"{function}({code})", edits


def _nearest(name: str) -> str:
    return f"; the nearest in v3 is {_NEAREST[name]}" if name in _NEAREST else ""
