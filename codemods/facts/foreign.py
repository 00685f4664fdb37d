"""Code that speaks to somebody else in words that v2 uses too; proven, so that nothing is said about it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods.facts.program import Program
from codemods.interpreter.values import Value
from codemods.libraries.values import Field, Message
from codemods.syntax.tree import SourceModule


def nodes(program: Program, module: SourceModule) -> Iterator[cst.CSTNode]:
    """Yield the reads, comparisons and sends that belong to another server than the vendor's."""
    for node in module.walk():
        if isinstance(node, cst.Comparison):
            operands = [node.left, *(target.comparator for target in node.comparisons)]
            if any(_foreign(program, operand) for operand in operands):
                yield node
        elif isinstance(node, cst.Subscript) and _foreign(program, node.value):
            yield node
        elif isinstance(node, cst.Match) and _foreign(program, node.subject):
            yield node.subject
            yield from (case.pattern for case in node.cases)
        elif isinstance(node, cst.Call):
            send = program.run.sends.get(node)
            if send is not None and send.connections and all(program.is_foreign(c) for c in send.connections):
                yield node
            elif isinstance(node.func, cst.Attribute) and _foreign(program, node.func.value):
                yield node


def _foreign(program: Program, node: cst.BaseExpression) -> bool:
    found = [_message(value) for value in program.values(node)]
    return bool(found) and all(
        message is not None and message.connection is not None and program.is_foreign(message.connection)
        for message in found
    )


def _message(value: Value) -> Message | None:
    if isinstance(value, Field):
        return value.message
    return value if isinstance(value, Message) else None
