"""Sends of bytes as binary frames, in the words of each library."""

from __future__ import annotations

import re

import libcst as cst

from codemods.facts.program import Program
from codemods.interpreter.values import External
from codemods.libraries.observations import Send
from codemods.libraries.transport import BinarySend, SendSite, Transport
from codemods.syntax.build import keep_parentheses
from codemods.syntax.sequences import arguments as made_of
from codemods.syntax.sequences import extended
from codemods.syntax.tree import SourceModule


def binary(send: Send, transport: Transport, program: Program, module: SourceModule) -> BinarySend:
    """Return how what is sent by a call is sent as a binary frame."""
    makers = [connection.site.func for connection in send.connections]
    names = {name for func in makers for name in program.names(func)}
    place = SendSite(
        names_package=_names(transport.package, program, module),
        imports_late=_imports_late(transport.package, module),
        made_by=frozenset(names) if makers else None,
    )
    return transport.binary(send.method, place)


def binary_send(updated: cst.CSTNode, data: cst.BaseExpression | None, how: BinarySend) -> cst.CSTNode:
    """Return a call that sends `data` (None: what it sent before) as a binary frame."""
    call = cst.ensure_type(updated, cst.Call)
    first = call.args[0]
    if data is not None:
        first = first.with_changes(value=keep_parentheses(first.value, data))
    arguments = [first]
    if how.argument:
        arguments = extended([first.with_changes(comma=cst.MaybeSentinel.DEFAULT)], made_of(how.argument))
    elif len(call.args) > 1:
        arguments = [first.with_changes(comma=cst.MaybeSentinel.DEFAULT)]
    func = call.func
    if isinstance(func, cst.Attribute):
        func = func.with_changes(attr=cst.Name(how.method))
    return call.with_changes(func=func, args=arguments)


def _names(package: str, program: Program, module: SourceModule) -> bool:
    values = program.variable(program.scope(module.tree), package)
    return any(isinstance(value, External) and value.name == package for value in values)


def _imports_late(package: str, module: SourceModule) -> bool:
    return any(
        any(isinstance(up, cst.FunctionDef) for up in module.ancestors(node))
        and re.match(rf"(import|from)\s+{package}\b", module.code(node))
        for node in (*module.find(cst.Import), *module.find(cst.ImportFrom))
    )
