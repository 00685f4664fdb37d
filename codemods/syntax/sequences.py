"""What stands between commas: arguments, elements, names that are imported; some taken out, others added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import libcst as cst

Item = TypeVar("Item", bound=cst.CSTNode)


def only(items: Sequence[Item], wanted: Callable[[Item], bool]) -> list[Item]:
    """Return some of a sequence's items; the last of them ends as the last of all did."""
    kept = [item for item in items if wanted(item)]
    if kept and kept[-1] is not items[-1]:
        kept[-1] = kept[-1].with_changes(comma=_comma(items[-1]))
    return kept


def each_once(items: Sequence[Item], key: Callable[[Item], object]) -> list[Item]:
    """Return the items without those whose key an earlier one has."""
    seen: dict[object, Item] = {}
    for item in items:
        seen.setdefault(key(item), item)
    return only(items, lambda item: seen[key(item)] is item)


_PLAIN = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def extended(items: Sequence[Item], added: Sequence[Item], *, alike: bool = False) -> list[Item]:
    """Return the items with others behind them; between them a comma and a space, or what is between the first two.

    Args:
        alike: whether it is the latter, if there are two.
    """
    if not items:
        return list(added)
    *before, last = items
    between = next((comma for item in before if alike and isinstance(comma := _comma(item), cst.Comma)), _PLAIN)
    *middle, end = [last, *added]
    return [*before, *(item.with_changes(comma=between) for item in middle), end.with_changes(comma=_comma(last))]


def arguments(code: str) -> Sequence[cst.Arg]:
    """Return the arguments of a call that are written in `code`, be they given by name or not."""
    return cst.ensure_type(cst.parse_expression(f"f({code})"), cst.Call).args


def parameters(code: str) -> Sequence[cst.Param]:
    """Return the parameters of a function that are written in `code`, be they annotated or not."""
    return cst.ensure_type(cst.parse_statement(f"def f({code}): ..."), cst.FunctionDef).params.params


def with_arguments(call: cst.CSTNode, code: str) -> cst.Call:
    """Return a call with further arguments behind those that it has."""
    old = cst.ensure_type(call, cst.Call)
    return old.with_changes(args=extended(old.args, arguments(code)))


def _comma(item: Any) -> object:
    return item.comma
