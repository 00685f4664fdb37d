"""Sessions that only the function knows that makes them: nobody else can end them, or use them afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from codemods.rewrites.sdk.bindings import Bindings
from codemods.rewrites.sdk.lifetimes import Happening, Holder, Lifetimes, is_plain
from codemods.rewrites.sdk.portability import occurs
from codemods.syntax.edits import Guard
from codemods.syntax.navigate import enclosing, function_of, statements_behind
from codemods.syntax.tree import SourceModule, Statement, is_barrier
from codemods.syntax.try_finally import Block


def private_guard(
    begin: Happening, lifetimes: Lifetimes, bindings: Bindings, module: SourceModule, *, ended: bool
) -> Guard | None:
    """Return a guard for a session that nobody but the function that made it can end, or use afterwards.

    None for any other session, or where no guard fits.
    """
    place = begin.place
    made = bindings.made(place)
    if made is None or not lifetimes.is_new(made) or not bindings.is_private(place, module):
        return None
    line = module.statement(made)
    block = module.parent(line) if line is not None else None
    home = function_of(made, module)
    if line is None or not isinstance(block, Block):
        return None
    if getattr(home, "asynchronous", None) is not None and not ended:
        return None  # the end would block a loop that nothing has blocked before
    behind = [line, *statements_behind(line, module)]
    using = [index for index, each in enumerate(behind) if occurs(place.head, each, module)]
    end = f"{place.name}.disconnect(terminate=True)" + "  # does nothing if it has ended" * ended
    if sum(_count(place.head, each, module) for each in behind) < _count(place.head, home, module):
        whole = _holder(line, place, module)
        return Guard(whole, whole, held([whole]), f"if {place.name} is not None:\n    {end}") if whole else None
    first = next((index for index in using if begin.node in module.walk(behind[index])), 0)
    start = first + 1 if is_plain(behind[first]) else first
    region = behind[start : using[-1] + 1]
    if not first or not region or any(map(is_barrier, region)):
        return None
    return Guard(behind[start - 1], region[-1], held(region), end)


def held(region: Sequence[cst.CSTNode]) -> cst.Try | None:
    """Return the `try` that is all of a region and can take a `finally`; None if there is no such one."""
    only = region[0] if len(region) == 1 else None
    return only if isinstance(only, cst.Try) and only.finalbody is None else None


def _holder(line: cst.CSTNode, place: Holder, module: SourceModule) -> Statement | None:
    """Return the statement, a loop over messages perhaps, in one branch of which a session is made."""
    home = function_of(line, module)
    found: cst.CSTNode | None = None
    for up in enclosing(line, home, module):
        complete = _count(place.head, up, module) == _count(place.head, home, module)
        # what one round of a loop makes, later ones use
        if isinstance(up, Statement) and complete and (found is None or isinstance(up, cst.For | cst.While)):
            found = up
    return found if isinstance(found, Statement) and isinstance(module.parent(found), Block) else None


def _count(name: str, node: cst.CSTNode, module: SourceModule) -> int:
    """Return how often an identifier occurs below a node."""
    return sum(isinstance(inner, cst.Name) and inner.value == name for inner in module.walk(node))
