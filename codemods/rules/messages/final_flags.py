"""V3M311: tests of `end_of_turn` alone, in a program whose turns come formatted from now on."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.endpoints import asks_for_formatting
from codemods.facts.paths import leaves
from codemods.facts.program import Program
from codemods.facts.text_guards import asks_for_text, is_judged
from codemods.facts.type_tests import is_message, read_base
from codemods.rule import Changes, Context, Rule
from codemods.syntax.build import quoted, replace_test

_END, _FORMATTED = v.final_flags("universal-streaming-english")


class FinalFlags(Rule[cst.Subscript | cst.Call]):
    """Takes a turn for ended when it is formatted, too, where a program reads v3's flags already."""

    code = "V3M311"
    summary = "a program that knows v3 takes a turn's end once: when it is formatted"
    source = v.MESSAGES
    why = (
        "The migration asks for formatted turns, as v2's finals were. A turn may then end twice, unformatted and "
        "formatted: a test of `end_of_turn` alone takes each sentence twice."
    )

    def visit(self, node: cst.Subscript | cst.Call, context: Context) -> Changes:
        read = read_base(node)
        if read is None or read.key is None or context.program.constants(read.key) != [_END]:
            return
        if not is_message(context.program, read.node) or not context.get(asks_for_formatting):
            return
        if context.get(_reads_formatted) or not isinstance(node, cst.BaseExpression):
            return
        denied = _denied(node, context)
        if isinstance(denied, cst.If) and denied.orelse is None and not leaves(denied.body):
            return  # what it is about are partials, and they stay what they were
        keys = [_FORMATTED]
        if denied is None and not asks_for_text(node, context.program, context.module):
            keys.append("transcript")  # the last turn of a session may end without a word
        message = context.code(read.node)
        names = [quoted(key, read.key) for key in keys]
        others = [f"{message}.get({name})" if read.getter else f"{message}[{name}]" for name in names]
        code = " and ".join([context.code(node), *others])
        if len(keys) > 1 and not is_judged(node, context.module):
            code = f"bool({code})"
        change = replace_test(context.module, node, code)
        yield self.change(node, "a turn may end twice, the second time formatted: that one is taken", change)


def _denied(node: cst.CSTNode, context: Context) -> cst.CSTNode | None:
    """Return what a test is part of that asks for what is no end of a turn; None for one that asks for an end."""
    denied = False
    for up in context.module.ancestors(node):
        if isinstance(up, cst.UnaryOperation) and isinstance(up.operator, cst.Not):
            denied = True
        elif not isinstance(up, cst.BooleanOperation):
            return up if denied else None
    return None


def _reads_formatted(program: Program) -> bool:
    """Return whether a program looks at `turn_is_formatted` itself, and so knows what it does."""
    return any(field.key == _FORMATTED for node in program.all_values for field in program.fields(node))
