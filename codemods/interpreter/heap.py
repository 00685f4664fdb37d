"""What objects hold: attributes, items, elements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

import libcst as cst

from codemods.interpreter.values import (
    ELEMENT,
    NOTHING,
    External,
    Instance,
    Obj,
    Str,
    Unknown,
    Unread,
    Value,
    Values,
    without_unknown,
)
from codemods.interpreter.work import Work
from codemods.syntax.navigate import keyword

K = TypeVar("K", bound=Hashable)

MAX_VALUES = 48
"""How many values are told apart at one place."""


class Table(Generic[K]):
    """A map from keys to values that only ever grows, and tells the work list who has read what."""

    def __init__(self, work: Work) -> None:
        self.entries: dict[K, Values] = {}
        self._work = work

    def read(self, key: K) -> Values:
        """Return what is known under `key` so far; whoever asks is run again when it is more."""
        self._work.read(self, key)
        return self.entries.get(key, NOTHING)

    def join(self, key: K, values: Values) -> None:
        """Add to what is known under `key`."""
        known = self.entries.get(key, NOTHING)
        if _OVERFLOWN in known:
            values = frozenset(value for value in values if not isinstance(value, _ENDLESS))
        if key in self.entries and (values <= known or len(known) > 8 * MAX_VALUES):
            return
        self.entries[key] = limited(known | values)
        self._work.grown(self, key)

    def forget_unknown(self) -> None:
        """Keep only what is known; for a table that will not grow any more."""
        self.entries.update({key: without_unknown(values) for key, values in self.entries.items()})


class Heap:
    """The contents of all objects, and where they came from.

    Args:
        kin: returns the classes whose code may assign to an attribute that an instance of the given one has.
    """

    def __init__(self, work: Work, kin: Callable[[cst.ClassDef], frozenset[cst.ClassDef]]) -> None:
        self.contents: Table[tuple[Value, Hashable]] = Table(work)
        self.stores: dict[Obj, list[cst.CSTNode]] = defaultdict(list)
        """By container, the places that put something into it after it was made."""
        self.merged: dict[Obj, list[Obj]] = defaultdict(list)
        """By dict, the dicts whose entries were copied into it (`{**a}`, `dict(a)`, `b.update(a)`)."""
        self._work = work
        self._kin = kin
        self._assigners: dict[Hashable, dict[cst.ClassDef, None]] = defaultdict(dict)
        """By key, the classes whose instances something was put under it."""
        self._keys: dict[Value, dict[Hashable, None]] = {}
        self._given: dict[tuple[Obj, Hashable], cst.BaseExpression | None] = {}

    def join(self, owner: Value, key: Hashable, values: Values) -> None:
        """Add to what `owner` can hold under `key` (an attribute `.name`, a key, or `ELEMENT`)."""
        keys = self._keys.setdefault(owner, {})
        if key not in keys:
            keys[key] = None
            self._work.grown(self, owner)
        if isinstance(owner, Instance) and owner.node not in self._assigners[key]:
            self._assigners[key][owner.node] = None
            self._work.grown(self._assigners, key)
        self.contents.join((owner, key), values)

    def read(self, owner: Value, key: Hashable) -> Values:
        """Return what `owner` can hold under `key`; an instance, what the code of all its classes assigns."""
        if not isinstance(owner, Instance):
            return self.contents.read((owner, key))
        self._work.read(self._assigners, key)
        assigners = self._assigners.get(key, {})
        if not assigners:
            return NOTHING
        if len(assigners) == 1 and owner.node in assigners:
            return self.contents.read((owner, key))
        kin = self._kin(owner.node)
        return NOTHING.union(*(self.contents.read((Instance(node), key)) for node in assigners if node in kin))

    def is_made(self, obj: Obj) -> bool:
        """Return whether something was ever put among the elements of a container."""
        self.read(obj, ELEMENT)
        return (obj, ELEMENT) in self.contents.entries

    def items(self, obj: Obj) -> Mapping[str | int, Values]:
        """Return what a container holds under constant keys."""
        self._work.read(self, obj)
        return {key: self.contents.read((obj, key)) for key in self._keys.get(obj, ()) if isinstance(key, str | int)}

    def held(self, owner: Value) -> Values:
        """Return all that an object holds, under whatever key."""
        self._work.read(self, owner)
        return NOTHING.union(*(self.contents.read((owner, key)) for key in self._keys.get(owner, ())))

    def give(self, rest: Obj, key: Hashable, node: cst.BaseExpression, values: Values) -> None:
        """Add an argument to what `*args` or `**kwargs` of a function collects."""
        self.join(rest, key, values)
        known = self._given.setdefault((rest, key), node)
        if known is not node:
            self._given[rest, key] = None

    def origin(self, obj: Obj, key: Hashable) -> cst.BaseExpression | None:
        """Return the one expression that gives a container what it holds under `key`, if it can be told."""
        match obj.site:
            case cst.Tuple(elements=elements) | cst.List(elements=elements) if isinstance(key, int) and key < len(
                elements
            ):
                return elements[key].value
            case cst.Dict(elements=elements):
                for element in elements:
                    match element:
                        case cst.DictElement(key=cst.SimpleString(evaluated_value=name), value=value) if name == key:
                            return value
            case cst.Call() as call:
                given = keyword(call, str(key))
                return given.value if given is not None else None
        return self._given.get((obj, key))


_ENDLESS = Str | External | Unread
"""Values of which a loop may make ever longer ones."""
_OVERFLOWN = Unknown(None)


def limited(values: Values) -> Values:
    """Return `values`; of too many, those of which there may be no end are replaced by one that is not known."""
    if len(values) <= MAX_VALUES:
        return values
    return frozenset(value for value in values if not isinstance(value, _ENDLESS)) | {_OVERFLOWN}


__all__ = ["ELEMENT", "MAX_VALUES", "Heap", "Table"]
