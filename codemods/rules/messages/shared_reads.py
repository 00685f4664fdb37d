"""V3M330: reads of messages that are somebody else's, too."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.grades import holders, renamed, whereabouts
from codemods.interpreter.values import Instance, Obj
from codemods.libraries.values import Field, Message
from codemods.rule import Changes, Context, Rule, Safety

_Reading = cst.Subscript | cst.Call | cst.Comparison | cst.Match | cst.Attribute


class SharedReads(Rule[_Reading]):
    """Reports reads of a message that is not always the vendor's, and leaves them alone."""

    code = "V3M330"
    summary = "a read of v2 messages that meets messages of somebody else's is left for a person"
    source = v.MESSAGES
    why = (
        "The same code is handed messages that AssemblyAI does not send: another service's, or dicts that the program "
        "makes itself. They go on to have their keys when the service's are renamed, so the code cannot simply be."
    )
    safety = Safety.MANUAL

    def visit(self, node: _Reading, context: Context) -> Changes:
        found = context.program.grades.foreign.get(node)
        if found is None or not renamed(node, context.program):
            return
        grades = context.program.grades
        holder = next((part for part in holders(node) if part in grades.foreign), None)
        if holder is None or any(part in grades.foreign for part in holders(holder)):
            return  # `json.loads(raw)` of a read, the read in `message["message_type"] == ...`: each told of once
        sites = sorted({where for value in found.others if (where := _made(value, context))})
        place = f" (see {', '.join(sites[:3])})" if sites else ""
        around = context.module.parent(node)
        yield self.report(
            holder if isinstance(node, cst.Match) else node,
            f"{context.code(holder)} is not AssemblyAI's alone{place}: tell the messages apart, then read v3's "
            f"{'fields' if isinstance(node, cst.Attribute) else 'keys'} in AssemblyAI's",
            explains=(around,) if isinstance(around, cst.Comparison) else (),
        )


def _made(value: object, context: Context) -> str:
    """Return where a value comes into the program, for a message; empty where that is not known."""
    match value:
        case Instance(node=site) | Obj(site=site) | Field(message=Message(site=site)) | Message(site=site):
            return whereabouts(site, context.program, context.module)
    return ""
