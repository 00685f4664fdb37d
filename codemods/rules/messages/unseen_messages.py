"""V3M331: places where values of unknown origin join the vendor's messages."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.grades import Grade, Read, renamed, whereabouts
from codemods.facts.program import Program
from codemods.rule import Changes, Context, Rule, Safety


class UnseenMessages(Rule[cst.Module]):
    """Reports where messages come in from out of sight that are read as v3 from now on."""

    code = "V3M331"
    summary = "what comes in here from out of sight is read as a v3 message from now on"
    source = v.MESSAGES
    why = (
        "Code that reads the service's messages is rewritten for v3. Where it is handed other values as well that the "
        "tool cannot follow (from a file, a queue of another program, a library), those have to be v3 messages too."
    )
    safety = Safety.MANUAL

    def visit(self, node: cst.Module, context: Context) -> Changes:
        for place, read in context.get(entries).items():
            if not context.module.owns(place) or place is node:
                continue
            where = whereabouts(read.node, context.program, context.module)
            yield self.report(
                place, f"what comes in here is read as a message of v3 from now on (in {where}): make sure it is one"
            )


def entries(program: Program) -> dict[cst.CSTNode, Read]:
    """Return where values of unknown origin come in that meet the vendor's messages, with the first read of each."""
    found: dict[cst.CSTNode, Read] = {}
    for read in program.grades.reads:
        if program.grades.of(read.holder) is Grade.MIXED and renamed(read.node, program):
            for place in program.grades.unseen(read.holder):
                here = place if program.module_of(place) is not None else read.node
                found.setdefault(here, read)
    return found
