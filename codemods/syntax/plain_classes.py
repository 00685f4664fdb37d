"""The classes of libcst, as fast as others are in what a migration asks of them some million times.

They are abstract base classes, and those keep a register of classes that only claim to be subclasses, which is looked
up at every `isinstance`. Nothing registers with libcst: `type` gives the same answers. And nodes are compared and
hashed by identity, in Python: `object` does the same in C. A migration takes a fifth less.
"""

from __future__ import annotations

from abc import ABCMeta

import libcst as cst


class _Plain(ABCMeta):
    """An abstract base class without a register; whatever is abstract stays so."""

    __instancecheck__ = type.__instancecheck__
    __subclasscheck__ = type.__subclasscheck__


def make_plain() -> None:
    """Have the classes of all nodes ask no register, and compare as objects do; those made later inherit that."""
    by_identity = {name: vars(cst.CSTNode)[name] for name in ("__eq__", "__hash__")}
    left: list[type] = [cst.CSTNode]
    while left:
        kind = left.pop()
        kind.__class__ = _Plain
        for name, inherited in by_identity.items():
            if vars(kind).get(name) is inherited:  # each class has its own
                setattr(kind, name, getattr(object, name))
        left += type.__subclasses__(kind)
