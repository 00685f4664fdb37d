"""V3M321: an empty partial taken for silence."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.narrowing import is_idle
from codemods.facts.program import Program
from codemods.facts.type_tests import TypeTests
from codemods.rule import Changes, Context, Rule, Safety


class EmptyPartials(Rule[cst.If]):
    """Reports programs that take an empty partial as "the speaker went quiet"."""

    code = "V3M321"
    summary = "an empty partial is no sign of silence in v3"
    source = v.MESSAGES
    why = "v2 sent empty partials while nobody spoke. v3 sends none; the end of speech is a turn with `end_of_turn`."
    safety = Safety.MANUAL

    def visit(self, node: cst.If, context: Context) -> Changes:
        empty = _empty_when(node.test, context.program)
        if empty is None:
            return
        quiet = node.body if empty else node.orelse.body if isinstance(node.orelse, cst.Else) else None
        if quiet is None or is_idle(quiet) or not self._in_partial(node, context):
            return
        yield self.report(node.test, "v3 sends no empty partial while nobody speaks: act on end_of_turn instead")

    def _in_partial(self, node: cst.If, context: Context) -> bool:
        tests = context.get(TypeTests).tests
        for up, child in context.module.climb(node):
            match up:
                case cst.FunctionDef():
                    return False
                case cst.If(test=test, body=body) if body is child and test in tests:
                    if tests[test].types == (v.PARTIAL,):
                        return True
        return False


def _empty_when(test: cst.BaseExpression, program: Program) -> bool | None:
    """Return whether the text is empty when `test` holds; None if the test is about something else."""
    if program.fields(test, "text"):
        return False
    match test:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            found = _empty_when(inner, program)
            return None if found is None else not found
        case cst.Comparison(
            cst.Call(func=cst.Name("len"), args=[cst.Arg(text), *_]), [cst.ComparisonTarget(operator)]
        ) | cst.Comparison(text, [cst.ComparisonTarget(operator, cst.SimpleString(value='""' | "''"))]) if (
            program.fields(text, "text")
        ):
            if isinstance(operator, cst.Equal | cst.LessThan):
                return True
            return False if isinstance(operator, cst.NotEqual | cst.GreaterThan | cst.GreaterThanEqual) else None
    return None
