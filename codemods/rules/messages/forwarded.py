"""V3M322: server messages handed on as they are."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods import protocol as v
from codemods.interpreter.values import Bound, ClassRef, Function
from codemods.libraries.values import Frame, Message
from codemods.model import Safety
from codemods.rule import Context, Rule
from codemods.syntax.edits import Change

_SENDERS = {"send", "send_text", "send_str", "send_json", "send_bytes", "emit", "publish", "broadcast", "send_message"}


class Forwarded(Rule):
    """Reports server messages that leave the program unread, for a reader the tool cannot see."""

    code = "V3M322"
    summary = "a server message is handed on to a reader that expects v2"
    source = v.MESSAGES
    why = "The reader (a browser, another service) still looks for `message_type` and `text`."
    safety = Safety.MANUAL
    nodes = (cst.Call,)

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        call = cst.ensure_type(node, cst.Call)
        if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in _SENDERS:
            return
        if any(isinstance(value, Function | Bound | ClassRef) for value in context.program.values(call.func)):
            return
        for argument in call.args:
            values = context.program.values(argument.value)
            if any(isinstance(value, Frame | Message) and context.program.is_ours(value) for value in values):
                yield self.report(call, "hands a server message on as it is: whoever reads it gets v3 messages now")
                return
