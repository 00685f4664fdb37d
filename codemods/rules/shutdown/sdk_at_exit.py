"""V3M521: sessions of the SDK that begin in one function, and end if another one is called."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.rewrites.sdk import helpers, loose_ends
from codemods.rule import Changes, Context, Rule
from codemods.syntax.edits import InsertAfter, InsertBefore


class SdkAtExit(Rule[cst.Attribute]):
    """Ends sessions at the end of the program whose end depends on some other function being called."""

    code = loose_ends.CODE
    summary = "a session of the SDK does not outlive the program"
    source = v.BILLING
    why = (
        "Ctrl+C, or the end of a server, cuts off the function that would have ended the session: it stays open, and "
        "is billed, for up to three hours. v2 closed idle sessions after a minute. What is over is left alone."
    )

    def visit(self, node: cst.Attribute, context: Context) -> Changes:
        loose = context.get(loose_ends.LooseEnds).of.get(node)
        if loose is not None:
            name, edits = helpers.end_at_exit(context.module)
            call = f"{name}({loose.client})"
            if loose.streaming is not None:
                call = f"{loose.end} = {call}"
                told = f"if {loose.microphone}.interrupted:\n    {loose.end}()"
                edits.append(InsertAfter(loose.streaming, told))
            yield self.change(
                node,
                "nothing would end this session when the program is stopped; migrated, its end does",
                InsertBefore(loose.statement, call),
                *edits,
            )
