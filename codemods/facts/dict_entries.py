"""The places where a mapping gets its keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from codemods.facts.program import Program
from codemods.interpreter.values import Obj


@dataclass(frozen=True, slots=True)
class Entry:
    """One place where a mapping gets a key.

    Attributes:
        key_node: the literal or keyword that names the key.
        holder: the dict element, keyword argument or subscript assignment.
        value: the expression stored; None when it is not written here.
    """

    key: str
    key_node: cst.CSTNode
    holder: cst.CSTNode
    value: cst.BaseExpression | None
    obj: Obj


def entries(program: Program, obj: Obj) -> Iterator[Entry]:
    """Yield every place that gives a key to the mapping `obj`, be it through another one copied into it."""
    sources = [obj]
    for source in sources:
        yield from _own_entries(program, source)
        sources += [merged for merged in program.merged(source) if merged not in sources]


def _own_entries(program: Program, obj: Obj) -> Iterator[Entry]:
    yield from written(obj.site, obj)
    for store in program.stores(obj):
        if isinstance(store, cst.Subscript):
            index = store.slice[0].slice
            if isinstance(index, cst.Index) and isinstance(index.value, cst.SimpleString):
                yield Entry(str(index.value.evaluated_value), index.value, store, _assigned(program, store), obj)
        elif isinstance(store, cst.Call):
            yield from _keyword_entries(store, obj)
            for argument in store.args:
                if argument.keyword is None:
                    yield from written(argument.value, obj)


def _assigned(program: Program, store: cst.Subscript) -> cst.BaseExpression | None:
    module = program.module_of(store)
    target = module.parent(store) if module else None
    assign = module.parent(target) if module and target is not None else None
    return assign.value if isinstance(assign, cst.Assign) else None


def written(node: cst.CSTNode, obj: Obj) -> Iterator[Entry]:
    """Yield the entries that a display, a list of pairs or a call spells out."""
    if isinstance(node, cst.Dict):
        for element in node.elements:
            if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
                yield Entry(str(element.key.evaluated_value), element.key, element, element.value, obj)
    elif isinstance(node, cst.List | cst.Tuple):
        for pair in node.elements:
            if isinstance(pair.value, cst.Tuple | cst.List) and len(pair.value.elements) == 2:
                key, value = (element.value for element in pair.value.elements)
                if isinstance(key, cst.SimpleString):
                    yield Entry(str(key.evaluated_value), key, pair, value, obj)
    elif isinstance(node, cst.Call):
        yield from _keyword_entries(node, obj)
        for argument in node.args:
            if argument.keyword is None and isinstance(argument.value, cst.Dict | cst.List | cst.Tuple):
                yield from written(argument.value, obj)


def _keyword_entries(call: cst.Call, obj: Obj) -> Iterator[Entry]:
    for argument in call.args:
        if argument.keyword is not None:
            yield Entry(argument.keyword.value, argument.keyword, argument, argument.value, obj)
