"""V3M302: types whose message is out of reach where they are tested."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.type_tests import TypeTests, read_base
from codemods.facts.unpacking import Fillings
from codemods.rewrites.turn_kind import kind_helper
from codemods.rule import Changes, Context, Rule
from codemods.syntax.build import replace_with


class KindOrigins(Rule[cst.Subscript | cst.Call | cst.SimpleString]):
    """Rewrites reads of the type whose message is out of reach where the type is tested."""

    code = "V3M302"
    summary = "a message type that leaves its message behind is replaced by the kind of turn"
    source = v.MESSAGES
    why = "v3 tells partial from final by flags of the message, which a bare type does not carry along."

    def visit(self, node: cst.Subscript | cst.Call | cst.SimpleString, context: Context) -> Changes:
        tests = context.get(TypeTests)
        if node not in tests.kinds:
            return
        read = read_base(node)
        if read is None and node in context.get(Fillings).at:
            return  # the class that is filled here, and what it is filled with, is V3M310's
        if read is None or node in tests.stuck:
            if not any(test.operand is node and tests.is_stuck(test) for test in tests.tests.values()):
                message = "the type's message is out of reach where it is tested: pass the message along"
                yield self.report(node, message)  # else: reported as the test that it is part of
            return
        kind = kind_helper(context.module)
        code = f"{kind.name}({context.code(read.node)})"
        yield self.change(
            node,
            "v2 message type, replaced by the kind of turn",
            replace_with(node, code),
            kind,
            sure=tests.is_sure_origin(node),
        )
