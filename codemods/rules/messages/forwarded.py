"""V3M322: server messages handed on as they are."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts import endpoints
from codemods.interpreter.values import Bound, ClassRef, Function
from codemods.libraries.values import Frame, Message
from codemods.rule import Changes, Context, Rule, Safety

_SENDERS = {"send", "send_text", "send_str", "send_json", "send_bytes", "emit", "publish", "broadcast", "send_message"}


class Forwarded(Rule[cst.Call]):
    """Reports server messages that leave the program unread, for a reader the tool cannot see."""

    code = "V3M322"
    summary = "a server message is handed on to a reader that expects v2"
    source = v.MESSAGES
    why = "The reader (a browser, another service) still looks for `message_type` and `text`."
    safety = Safety.MANUAL

    def visit(self, node: cst.Call, context: Context) -> Changes:
        program = context.program
        if _is_written(node, context):
            yield self.report(node, "writes a server message as it is: a file gets v3 messages from now on")
            return
        if not isinstance(node.func, cst.Attribute) or node.func.attr.value not in _SENDERS:
            return
        if any(isinstance(value, Function | Bound | ClassRef) for value in program.values(node.func)):
            return
        if any(_is_whole(argument.value, context) for argument in node.args):
            yield self.report(node, "hands a server message on as it is: whoever reads it gets v3 messages now")


def _is_whole(node: cst.BaseExpression, context: Context) -> bool:
    """Return whether an expression is a server message, or its text with something around it."""
    program = context.program
    if any(isinstance(value, Frame | Message) and program.is_ours(value) for value in program.values(node)):
        return True
    return isinstance(node, cst.BinaryOperation) and any(_is_whole(side, context) for side in (node.left, node.right))


def _is_written(call: cst.Call, context: Context) -> bool:
    """Return whether a call puts a server message into a file: `file.write(raw)`, `json.dump(message, file)`."""
    if not context.get(endpoints.migrates):
        return False
    names = context.program.names(call.func)
    if not any(name in ("json.dump", "pickle.dump") or name.endswith(_WRITERS) for name in names):
        return False
    return any(_is_whole(argument.value, context) for argument in call.args[:1])


_WRITERS = ("open().write", "open().writelines", "writer().writerow")
