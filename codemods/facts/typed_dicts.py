"""TypedDict classes that describe a message of the vendor."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods.facts.program import Program
from codemods.interpreter.values import ClassRef
from codemods.syntax.tree import SourceModule


def message_types(program: Program) -> frozenset[cst.ClassDef]:
    """Return the classes, with their bases, by which variables that hold a message are annotated."""
    return frozenset(_find(program))


def _find(program: Program) -> Iterator[cst.ClassDef]:
    for node, module in program.walk():
        for annotation, values in _annotated(node, program, module):
            if any(program.messages(item) for item in values):
                yield from _classes(annotation, program)


def _annotated(
    node: cst.CSTNode, program: Program, module: SourceModule
) -> Iterator[tuple[cst.BaseExpression, list[cst.CSTNode]]]:
    """Yield each annotation at `node`, and nodes whose values it is about."""
    if isinstance(node, cst.AnnAssign):
        yield node.annotation.annotation, [node.value] if node.value is not None else []
    elif isinstance(node, cst.FunctionDef):
        for param in (*node.params.posonly_params, *node.params.params, *node.params.kwonly_params):
            if param.annotation is not None:
                uses = [
                    use
                    for item in program.definitions_of(program.scope(node), param.name.value)
                    for use in program.uses_of.get(item, ())
                ]
                yield param.annotation.annotation, list(uses)
        if node.returns is not None:
            returned = [inner.value for inner in module.walk(node.body) if isinstance(inner, cst.Return)]
            yield node.returns.annotation, [value for value in returned if value is not None]
    elif isinstance(node, cst.Call) and len(node.args) == 2:
        if program.names(node.func) & {"typing.cast", "typing_extensions.cast"}:
            yield node.args[0].value, [node.args[1].value]


def _classes(annotation: cst.BaseExpression, program: Program) -> Iterator[cst.ClassDef]:
    queue = [value.node for value in program.values(annotation) if isinstance(value, ClassRef)]
    while queue:
        node = queue.pop()
        if _is_typed_dict(node, program):
            yield node
        if not _says_so(node, program):
            queue += program.classes[node].bases


def _is_typed_dict(node: cst.ClassDef, program: Program) -> bool:
    return _says_so(node, program) or any(_is_typed_dict(base, program) for base in program.classes[node].bases)


def _says_so(node: cst.ClassDef, program: Program) -> bool:
    return any(name.rsplit(".", 1)[-1] == "TypedDict" for name in program.classes[node].external_bases)
