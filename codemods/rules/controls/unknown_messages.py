"""V3M404: messages to the service that v3 does not know."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from codemods import protocol as v
from codemods.facts import requests
from codemods.facts.requests import Destination, Request, Requests
from codemods.interpreter.values import Obj
from codemods.rule import Changes, Context, Rule, Safety

_SETTINGS = v.PARAMETERS_V3.keys() | v.PARAMETERS_KEPT | set(v.PARAMETERS_RENAMED)

_ENDS = ("stop", "close", "end", "finish", "done", "eof", "eos")


class UnknownMessages(Rule[cst.Dict | cst.Call | cst.SimpleString | cst.FormattedString]):
    """Reports what a program sends that is no message of either version."""

    code = "V3M404"
    summary = "a message to the service that v3 does not know"
    source = v.ERRORS
    why = "v2 passed over a message that it did not know; v3 closes the session for it (3006)."
    safety = Safety.MANUAL

    def visit(self, node: cst.Dict | cst.Call | cst.SimpleString | cst.FormattedString, context: Context) -> Changes:
        sent = context.get(Requests)
        literals = node.parts[:1] if isinstance(node, cst.FormattedString) else (node,)
        if not any(sent.destination(literal) is Destination.VENDOR for literal in literals):
            return
        values = [Obj(node, "dict")] if isinstance(node, cst.Dict | cst.Call) else context.program.values(node)
        for value in values:
            message = requests.fields(context.program, value)
            if message is not None and requests.kind(message) is Request.UNKNOWN:
                yield self.report(node, _advice(message))
                return


def _advice(message: Mapping[str, list[str]]) -> str:
    settings = [key for key in message if key in _SETTINGS]
    name = next((text for key in requests.NAMED_BY for text in message.get(key, ())), None)
    said = repr(name) if name else ", ".join(map(repr, message)) or "an empty message"
    advice = f"v3 closes the session (3006) for a message that it does not know: take {said} out"
    if settings:
        return f"{advice}, put {', '.join(settings)} into the URL"
    if any(word in said.lower() for word in _ENDS):
        return f'{advice}, or send {{"type": "Terminate"}} where it ends the session'
    return advice
