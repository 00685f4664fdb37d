"""Code that speaks to somebody else, or for itself, in words that v2 uses too: nothing is said about it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods import protocol as v
from codemods.facts.grades import connection_of
from codemods.facts.program import Program
from codemods.facts.type_tests import read_base
from codemods.syntax.tree import SourceModule


def nodes(program: Program, module: SourceModule) -> Iterator[cst.CSTNode]:
    """Yield the reads, comparisons, sends and words that belong to another server than the vendor's, or to nobody's."""
    for node in module.walk():
        yield from _own_words(node, program, module)
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
