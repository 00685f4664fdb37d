"""V3M107: a socket whose URL is out of sight, and whose messages are v2's."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.rule import Changes, Context, Rule, Safety

_ADVICE = "its messages are v2's, its URL is out of sight: v3 has another host, path and parameters"


class HiddenEndpoint(Rule[cst.Call]):
    """Reports where such a socket is opened."""

    code = "V3M107"
    summary = "a v2 socket, to judge by its messages, whose URL comes from outside the program"
    source = v.MIGRATION
    why = "The URL needs v3's host and path, `speech_model` and `format_turns=true`, or v3's messages never come."
    safety = Safety.MANUAL

    def visit(self, node: cst.Call, context: Context) -> Changes:
        connect = context.program.connects.get(node)
        if connect is not None and connect.connection in context.program.likely_connections:
            yield self.report(node, _ADVICE)
