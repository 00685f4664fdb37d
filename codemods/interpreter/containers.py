"""Containers: what their methods give, and what moves from one to another."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.values import ELEMENT, NOTHING, OWN, SENT, Const, Obj, Str, Unknown, Value, Values

if TYPE_CHECKING:
    from codemods.interpreter.fixpoint import Interpreter

_ADD = ("append", "appendleft", "put", "put_nowait", "add", "push")
_TAKE = ("get", "get_nowait", "pop", "popleft", "popitem", "__anext__", "__next__")


class Containers:
    """Lists, tuples, sets, queues, generators, dicts."""

    def __init__(self, run: Interpreter) -> None:
        self._run = run

    def copy(self, values: Values, target: Obj) -> None:
        """Copy what dicts hold into `target`."""
        heap = self._run.heap
        for value in values:
            if isinstance(value, Obj):
                for key, found in heap.items(value).items():
                    heap.join(target, key, found)
                heap.join(target, ELEMENT, heap.read(value, ELEMENT))
                if value is not target and value not in heap.merged[target]:
                    heap.merged[target].append(value)
            elif isinstance(value, Unknown):
                heap.join(target, ELEMENT, frozenset({value}))

    def own(self, site: cst.CSTNode, kind: str, values: Values = NOTHING) -> Obj:
        """Return a container that the program fills under keys that it makes up."""
        obj = Obj(site, kind)
        self._run.heap.join(obj, ELEMENT, values)
        self._run.heap.join(obj, OWN, NOTHING)
        return obj

    def has_method(self, name: str) -> bool:
        """Return whether it matters that a method of a container is handed over to be called later."""
        return name in (*_ADD, *_TAKE)

    def elements(self, values: Iterable[Value]) -> Values:
        """Return what iterating over the containers among `values` gives."""
        return NOTHING.union(*(value.iterate(self._run) for value in values if isinstance(value, Obj)))

    def method(self, base: Obj, name: str, call: cst.Call, given: Arguments) -> Values:
        """Return what a method of a container gives."""
        run = self._run
        if base.kind == "dict":
            return self._dict_method(base, name, call, given)
        if name in _ADD:
            run.heap.join(base, ELEMENT, given.get(0))
        elif name == "insert":
            run.heap.join(base, ELEMENT, given.get(1))
        elif name == "extend":
            run.heap.join(base, ELEMENT, run.iterate(given.get(0)))
        elif name in _TAKE:
            return base.iterate(run)
        elif name == "send":
            run.heap.join(base, SENT, given.get(0))
            return base.iterate(run)
        elif name in ("copy", "sync_q", "async_q", "result"):
            return frozenset({base})
        return NOTHING

    def _dict_method(self, base: Obj, name: str, call: cst.Call, given: Arguments) -> Values:
        run = self._run
        if name in ("get", "pop", "setdefault"):
            found: set[Value] = set(given.get(1))
            for key in keys(given.get(0)):
                found |= base.item(run, key, call)
                if name == "setdefault":
                    run.heap.join(base, key, given.get(1))
            return frozenset(found)
        if name == "update":
            self.copy(given.get(0), base)
            for word, (_, values) in given.keywords.items():
                run.heap.join(base, word, values)
            if call not in run.heap.stores[base]:
                run.heap.stores[base].append(call)
        elif name in ("copy", "result"):
            return frozenset({base})
        elif name in ("values", "items", "keys"):
            listing = Obj(call, "generator")
            values = base.item(run, ELEMENT, call)
            if name == "items":
                pair = Obj(call.func, "tuple")
                run.heap.join(pair, 1, values)
                values = frozenset({pair})
            run.heap.join(listing, ELEMENT, values if name != "keys" else NOTHING)
            return frozenset({listing})
        return NOTHING


def keys(values: Values) -> list[Hashable]:
    """Return the constant keys among `values`; `ELEMENT` when there is none."""
    found: list[Hashable] = []
    for value in values:
        if isinstance(value, Str) and value.literal is not None:
            found.append(value.literal)
        elif isinstance(value, Const) and isinstance(value.value, int):
            found.append(value.value)
    return found or [ELEMENT]
