"""V3M403: control messages in binary frames."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods import protocol as v
from codemods.facts import requests
from codemods.facts.program import Program
from codemods.facts.requests import Request
from codemods.interpreter.values import Const, External, Json, Str
from codemods.libraries.observations import Send
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax import sequences
from codemods.syntax.edits import Replace
from codemods.syntax.templates import rewrite

_OPCODE_BINARY = 2
"""RFC 6455, section 5.2."""


class TextFrames(Rule[cst.Call]):
    """Sends JSON as text where a program sends it as bytes."""

    code = "V3M403"
    summary = "control messages leave as text frames"
    source = v.MESSAGES
    why = (
        "v3 takes whatever comes in a binary frame for audio: a `Terminate` there is less than a millisecond of it, "
        "the session is closed (3007), and what was said last is lost."
    )

    def visit(self, node: cst.Call, context: Context) -> Changes:
        program = context.program
        send = program.sends.get(node)
        if send is None or not any(program.is_vendor(connection) for connection in send.connections):
            return
        values = program.values(send.data)
        known = [message for value in values if (message := requests.fields(program, value)) is not None]
        if not known or any(requests.kind(message) is Request.AUDIO for message in known):
            return
        if not _is_binary(send, program):
            return
        if len(known) < len(values):
            yield self.report(node, "audio and control messages share this send: v3 takes these as text, not as bytes")
            return
        edits = list(_edits(send, context))
        if edits:
            yield self.change(node, "a control message in a binary frame becomes a text frame", *edits)
        else:
            yield self.report(node, "v3 takes control messages as text: send a str here, not bytes")


def _is_binary(send: Send, program: Program) -> bool:
    """Return whether what is sent becomes a binary frame."""
    if send.transport is None:
        return False
    if not send.transport.binary_methods:
        return _is_bytes(send.data, program)
    told = send.transport.takes_opcode and _opcode(send.call, program) is not None
    return told or send.method in send.transport.binary_methods


def _opcode(call: cst.Call, program: Program) -> cst.Arg | None:
    """Return the argument that asks websocket-client for a binary frame."""
    for argument in call.args[1:]:
        for value in program.values(argument.value):
            match value:
                case External(name=name) if name.endswith("ABNF.OPCODE_BINARY"):
                    return argument
                case Const(value=number) if number == _OPCODE_BINARY and number is not True:
                    return argument
    return None


def _is_bytes(node: cst.BaseExpression, program: Program) -> bool:
    match node:
        case cst.Call(func=cst.Attribute(attr=cst.Name("encode"))):
            return True
        case cst.Call(func=function):
            return bool(program.names(function) & {"builtins.bytes", "builtins.bytearray", "orjson.dumps"})
        case cst.SimpleString():
            return "b" in node.prefix.lower()
        case cst.Name():
            defs = program.definitions(node)
            return bool(defs) and all(item.value is not None and _is_bytes(item.value, program) for item in defs)
        case _:
            return any(isinstance(value, Const) for value in program.values(node))


def _edits(send: Send, context: Context) -> Iterator[Edit]:
    """Yield what makes a send one of text."""
    program = context.program
    data = send.data
    if not any(argument.value is data for argument in send.call.args):
        return
    text = _text(data, context)
    if text is not None:
        yield text
    by_method = send.transport is not None and bool(send.transport.binary_methods)
    method = send.transport.send_text if send.transport is not None and by_method else None
    opcode = _opcode(send.call, program)
    if method is None and text is None:
        return

    def build(updated: cst.CSTNode) -> cst.CSTNode:
        call = cst.ensure_type(updated, cst.Call)
        if opcode is not None:
            gone = call.args[send.call.args.index(opcode)]
            call = call.with_changes(args=sequences.only(call.args, lambda item: item is not gone))
        if method is not None and isinstance(call.func, cst.Attribute):
            call = call.with_changes(func=call.func.with_changes(attr=cst.Name(method)))
        return call

    yield Replace(send.call, build)


def _text(node: cst.BaseExpression, context: Context) -> Edit | None:
    """Return the edit that makes text of the bytes of a message; None for what is text."""
    match node:
        case cst.Call(func=cst.Attribute(value=text, attr=cst.Name("encode"))):
            return rewrite(node, "{text}", text=text)
        case cst.Call(func=cst.Name("bytes" | "bytearray"), args=[cst.Arg(value=text), *_]) if _is_text(text, context):
            return rewrite(node, "{text}", text=text)
        case cst.SimpleString(prefix=prefix) if "b" in prefix.lower():
            return Replace(node, _without_prefix)
        case cst.Name():
            defs = context.program.definitions(node)
            value = next(iter(defs)).value if len(defs) == 1 else None
            if value is not None and context.program.uses_of.get(next(iter(defs))) == [node]:
                return _text(value, context)
    if not _is_bytes(node, context.program):
        return None
    return rewrite(node, "{value}.decode()", value=node)


def _is_text(node: cst.BaseExpression, context: Context) -> bool:
    values = context.program.values(node)
    return bool(values) and all(isinstance(value, Json | Str) for value in values)


def _without_prefix(updated: cst.CSTNode) -> cst.CSTNode:
    literal = cst.ensure_type(updated, cst.SimpleString)
    return literal.with_changes(value=literal.value[len(literal.prefix) :])
