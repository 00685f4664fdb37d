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
        match store:
            case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key)), *_]):
                yield Entry(str(key.evaluated_value), key, store, _assigned(program, store), obj)
            case cst.Call():
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
    match node:
        case cst.Dict(elements=elements):
            for element in elements:
                match element:
                    case cst.DictElement(key=cst.SimpleString() as key, value=value):
                        yield Entry(str(key.evaluated_value), key, element, value, obj)
        case cst.List(elements=pairs) | cst.Tuple(elements=pairs):
            for pair in pairs:
                match pair.value:
                    case cst.Tuple(elements=[first, second]) | cst.List(elements=[first, second]):
                        if isinstance(first.value, cst.SimpleString):
                            yield Entry(str(first.value.evaluated_value), first.value, pair, second.value, obj)
        case cst.Call(args=arguments):
            yield from _keyword_entries(node, obj)
            for argument in arguments:
                if argument.keyword is None and isinstance(argument.value, cst.Dict | cst.List | cst.Tuple):
                    yield from written(argument.value, obj)


def _keyword_entries(call: cst.Call, obj: Obj) -> Iterator[Entry]:
    for argument in call.args:
        if argument.keyword is not None:
            yield Entry(argument.keyword.value, argument.keyword, argument, argument.value, obj)
