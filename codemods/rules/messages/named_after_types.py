"""V3M324: names put together from message types."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods import protocol as v
from codemods.interpreter.values import External, Hole, Str
from codemods.model import Safety
from codemods.rule import Context, Rule
from codemods.syntax.edits import Change


class NamedAfterTypes(Rule):
    """Reports `getattr(self, "on_" + message_type)`: the methods are named after types that v3 does not send."""

    code = "V3M324"
    summary = "a name made from the message type leads nowhere in v3"
    source = v.MESSAGES
    why = "A method called `on_FinalTranscript` is never found again, and a default hides it."
    safety = Safety.MANUAL
    nodes = (cst.Call,)

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        call = cst.ensure_type(node, cst.Call)
        names = {value.name for value in context.program.values(call.func) if isinstance(value, External)}
        if not names & {"builtins.getattr", "builtins.hasattr"} or len(call.args) < 2:
            return
        for value in context.program.values(call.args[1].value):
            holes = [part.node for part in value.parts if isinstance(part, Hole)] if isinstance(value, Str) else []
            if any(context.program.fields(hole, v.TYPE_KEY) for hole in holes):
                yield self.report(call, "a name is made from the message type: v3 types are Begin, Turn, Termination")
                return
