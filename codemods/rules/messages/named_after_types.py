"""V3M324: names put together from message types."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.program import Program
from codemods.interpreter.values import Hole, Lit, Str
from codemods.rule import Changes, Context, Rule, Safety


class NamedAfterTypes(Rule[cst.Call | cst.FunctionDef]):
    """Reports `getattr(self, "on_" + message_type)`: the methods are named after types that v3 does not send."""

    code = "V3M324"
    summary = "a name made from the message type leads nowhere in v3"
    source = v.MESSAGES
    why = "A method called `on_FinalTranscript` is never found again, and a default hides it."
    safety = Safety.MANUAL

    def visit(self, node: cst.Call | cst.FunctionDef, context: Context) -> Changes:
        calls = context.get(_calls)
        if node in calls:
            yield self.report(node, "a name is made from the message type: v3 types are Begin, Turn, Termination")
        elif isinstance(node, cst.FunctionDef):
            type_ = next((name for name in sorted(v.V2_TYPES) if node.name.value.endswith(name)), None)
            prefix = node.name.value.removesuffix(type_ or "")
            if type_ is not None and any(prefix in starts for starts in calls.values()):
                now = "a Turn, with flags that tell which" if type_ in v.TRANSCRIPTS else v.MESSAGE_TYPES[type_]
                yield self.report(
                    node, f"{type_} is {now} in v3: nothing calls this by that name, and it reads v2's keys"
                )


def _calls(program: Program) -> dict[cst.CSTNode, set[str]]:
    """Return the calls that look an attribute up by a message type, each with what the names begin with."""
    found: dict[cst.CSTNode, set[str]] = {}
    for node, _ in program.find(cst.Call):
        if len(node.args) < 2 or not program.names(node.func) & {"builtins.getattr", "builtins.hasattr"}:
            continue
        for value in program.values(node.args[1].value):
            parts = value.parts if isinstance(value, Str) else ()
            for index, part in enumerate(parts):
                if isinstance(part, Hole) and program.fields(part.node, v.TYPE_KEY):
                    starts = "".join(piece.text for piece in parts[:index] if isinstance(piece, Lit))
                    found.setdefault(node, set()).add(starts)
    return found
