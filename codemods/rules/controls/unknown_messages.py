"""V3M404: messages to the service that v3 does not know."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from codemods import protocol as v
from codemods.facts import requests
from codemods.facts.program import Program
from codemods.facts.requests import Destination, Request, Requests
from codemods.interpreter.values import Const, Json, Obj, Str
from codemods.rule import Changes, Context, Rule, Safety

_SETTINGS = v.PARAMETERS_V3.keys() | v.PARAMETERS_KEPT | set(v.PARAMETERS_RENAMED)

_TEXT_METHODS = frozenset({"send_str", "send_text"})
_ENDS = ("stop", "close", "end", "finish", "done", "eof", "eos")


class UnknownMessages(Rule[cst.Dict | cst.Call | cst.SimpleString | cst.FormattedString]):
    """Reports what a program sends that is no message of either version."""

    code = "V3M404"
    summary = "a message to the service that v3 does not know"
    source = v.ERRORS
    why = "v2 passed over a message that it did not know; v3 closes the session for it (3006)."
    safety = Safety.MANUAL

    def visit(self, node: cst.Dict | cst.Call | cst.SimpleString | cst.FormattedString, context: Context) -> Changes:
        if isinstance(node, cst.Call) and self._passes_on(node, context):
            yield self.report(
                node, "passes on the text that somebody else sends: v3 takes audio in binary frames, and no v2 message"
            )
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

    def _passes_on(self, call: cst.Call, context: Context) -> bool:
        """Return whether a text that comes from another connection is sent to the vendor as it is."""
        program = context.program
        send = program.sends.get(call)
        if send is None or not any(program.is_vendor(connection) for connection in send.connections):
            return False
        said = [value for value in program.values(send.data) if isinstance(value, Str | Json | Const | Obj)]
        return not said and (
            (send.method in _TEXT_METHODS and _is_content(send.data)) or _is_received(send.data, program)
        )


def _is_content(data: cst.CSTNode) -> bool:
    """Return whether a text is what a message of another connection holds: `message.data`."""
    return isinstance(data, cst.Attribute) and data.attr.value == "data"


def _is_received(data: cst.CSTNode, program: Program) -> bool:
    """Return whether a text was received from another connection, here or where its variable is set."""
    match data:
        case cst.Await(expression=inner):
            return _is_received(inner, program)
        case cst.Call(func=cst.Attribute(attr=cst.Name(name))):
            return name in ("receive_text", "receive_str", "iter_text")
        case cst.Name():
            made = program.definitions(data)
            return any(_is_received(item.value, program) for item in made if item.value is not None)
    return False


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
