"""How each library sends bytes as a binary frame."""

from __future__ import annotations

import re

import libcst as cst

from codemods.facts.program import Program
from codemods.interpreter.values import External
from codemods.libraries.observations import Send
from codemods.libraries.values import Transport
from codemods.syntax.build import keep_parentheses
from codemods.syntax.tree import SourceModule


def binary_send(
    updated: cst.CSTNode,
    send: Send,
    transport: Transport,
    data: cst.BaseExpression | None,
    program: Program,
    module: SourceModule,
) -> cst.CSTNode:
    """Return a send of `data` (None: of what it sent before) as a binary frame, in the words of its library."""
    call = cst.ensure_type(updated, cst.Call)
    first = call.args[0]
    if data is not None:
        first = first.with_changes(value=keep_parentheses(first.value, data))
    arguments = [first]
    func = call.func
    if transport is Transport.WEBSOCKET_CLIENT:
        if send.method in ("send", "send_text"):
            if _has_module(program, module) or _is_app(send, program, module):
                first = first.with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
                arguments = [first, _opcode(program, module)]
                func = _renamed(func, "send")
            else:
                func = _renamed(func, "send_binary")
    elif transport is Transport.AIOHTTP:
        func = _renamed(func, "send_bytes")
    if len(arguments) == 1:
        arguments = [first.with_changes(comma=cst.MaybeSentinel.DEFAULT)] if len(call.args) > 1 else [first]
    return call.with_changes(func=func, args=arguments)


def _has_module(program: Program, module: SourceModule) -> bool:
    scope = program.scope(module.tree)
    values = program.variable(scope, "websocket")
    return any(isinstance(value, External) and value.name == "websocket" for value in values)


def _opcode(program: Program, module: SourceModule) -> cst.Arg:
    if _has_module(program, module):
        return cst.Arg(cst.parse_expression("websocket.ABNF.OPCODE_BINARY"))
    if _is_imported_late(program, module):
        equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        return cst.Arg(cst.Integer("2"), cst.Name("opcode"), equal=equal)
    return cst.Arg(cst.parse_expression("ABNF.OPCODE_BINARY"))


def _is_imported_late(program: Program, module: SourceModule) -> bool:
    """Return whether functions import the library, so that the module also loads where it is not installed."""
    return any(
        isinstance(node, cst.Import | cst.ImportFrom)
        and any(isinstance(up, cst.FunctionDef) for up in module.ancestors(node))
        and re.match(r"(import|from)\s+websocket\b", module.code(node))
        for node in module.walk()
    )


def _is_app(send: Send, program: Program, module: SourceModule) -> bool:
    names = {
        value.name
        for connection in send.connections
        for value in program.values(connection.site.func)
        if isinstance(value, External)
    }
    return not send.connections or any(name.endswith("WebSocketApp") for name in names)


def needs_abnf(send: Send, program: Program, module: SourceModule) -> bool:
    """Return whether `websocket.ABNF` has to be imported for it."""
    if send.method not in ("send", "send_text") or _has_module(program, module):
        return False
    return _is_app(send, program, module) and not _is_imported_late(program, module)


def _renamed(func: cst.BaseExpression, name: str) -> cst.BaseExpression:
    return func.with_changes(attr=cst.Name(name)) if isinstance(func, cst.Attribute) else func
