"""Code that speaks to somebody else, or for itself, in words that v2 uses too: nothing is said about it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods import protocol as v
from codemods.facts.grades import connection_of
from codemods.facts.program import Program
from codemods.facts.type_tests import read_base
from codemods.interpreter.values import Const, External
from codemods.syntax.tree import SourceModule


def nodes(program: Program, module: SourceModule) -> Iterator[cst.CSTNode]:
    """Yield the reads, comparisons, sends and words that belong to another server than the vendor's, or to nobody's."""
    imitates = any(_imitates(node, program) for node in module.walk())
    for node in module.walk():
        yield from _own_words(node, program, module)
        if not imitates and (key := _audio_read(node, module)) is not None:
            yield key
        match node:
            case cst.Comparison(left=left, comparisons=comparisons):
                if any(_foreign(program, operand) for operand in (left, *(item.comparator for item in comparisons))):
                    yield node
            case cst.Subscript(value=base) if _foreign(program, base):
                yield node
            case cst.Match(subject=subject, cases=cases) if _foreign(program, subject):
                yield subject
                yield from (case.pattern for case in cases)
            case cst.Call(func=func):
                send = program.sends.get(node)
                if send is not None and send.connections and all(program.is_foreign(c) for c in send.connections):
                    yield node
                elif isinstance(func, cst.Attribute) and _foreign(program, func.value):
                    yield node


def _own_words(node: cst.CSTNode, program: Program, module: SourceModule) -> Iterator[cst.CSTNode]:
    """Yield the words of v2 in messages of the program's own: no type of v2's under `message_type`, no audio.

    The vendor alone sends `message_type`; what a program sends to the vendor has `audio_data` for its only key.
    """
    match node:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)) if name.startswith("Realtime"):
            if _is_current(node, name, program, module):
                yield node
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(comparator=right)]):
            for read, other in ((left, right), (right, left)):
                key = _type_key(read)
                texts = program.constants(other)
                if key is not None and texts and not set(texts) & v.V2_TYPES and not _is_vendors(read, program):
                    yield key
        case cst.Dict(elements=elements):
            keys = [element.key for element in elements if isinstance(element, cst.DictElement)]
            for element in elements:
                match element:
                    case cst.DictElement(key=cst.SimpleString() as key, value=value):
                        if _is(key, v.TYPE_KEY) and not _holds_type(value, program):
                            yield key
                        elif _is(key, v.AUDIO_KEY) and len(keys) > 1:
                            yield key
                        elif _is(value, v.AUDIO_KEY):
                            yield value
        case cst.AssignTarget(target=cst.Subscript() as target):
            key = _type_key(target)
            stored = module.parent(node)
            if key is not None and isinstance(stored, cst.Assign) and not _is_vendors(target, program):
                if not _holds_type(stored.value, program):
                    yield key


def _imitates(node: cst.CSTNode, program: Program) -> bool:
    """Return whether a dict is made as the vendor's server makes one."""
    return isinstance(node, cst.Dict) and any(
        isinstance(element, cst.DictElement) and _is(element.key, v.TYPE_KEY) and _holds_type(element.value, program)
        for element in node.elements
    )


def _audio_read(node: cst.CSTNode, module: SourceModule) -> cst.CSTNode | None:
    """Return the literal in `something["audio_data"]` that is read: the vendor sends none, so somebody else has."""
    read = read_base(node)
    stored = isinstance(module.parent(node), cst.AssignTarget)
    return read.key if read is not None and read.key is not None and not stored and _is(read.key, v.AUDIO_KEY) else None


def _is_current(node: cst.CSTNode, name: str, program: Program, module: SourceModule) -> bool:
    """Return whether a name that the SDK once had is the program's own for a class of v3's."""
    for values in (program.values(node), program.variable(program.scope(module.tree), name)):
        known = [value for value in values if not isinstance(value, Const) or value.value is not None]
        if known:
            return all(isinstance(x, External) and x.name.startswith("assemblyai.streaming.") for x in known)
    return False


def _type_key(node: cst.CSTNode) -> cst.CSTNode | None:
    """Return the literal in `something["message_type"]` or `something.get("message_type")`."""
    read = read_base(node)
    return read.key if read is not None and read.key is not None and _is(read.key, v.TYPE_KEY) else None


def _is(node: cst.CSTNode, text: str) -> bool:
    return isinstance(node, cst.SimpleString) and node.evaluated_value == text


def _is_vendors(node: cst.CSTNode, program: Program) -> bool:
    return any(program.may_be_ours(value) for value in program.values(node))


def _holds_type(node: cst.CSTNode, program: Program) -> bool:
    """Return whether an expression can be one of v2's message types, or what the vendor sends as one."""
    return bool(set(program.constants(node)) & v.V2_TYPES) or _is_vendors(node, program)


def _foreign(program: Program, node: cst.BaseExpression) -> bool:
    found = program.values(node)
    return bool(found) and all(program.is_foreign(connection_of(value)) for value in found)
