"""Edits of dicts written in the source: entries added, renamed, removed, in the layout they have."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from codemods.facts.dict_entries import Entry, written
from codemods.facts.program import Program
from codemods.interpreter.values import Obj
from codemods.syntax.build import expression, quoted, rename_string
from codemods.syntax.edits import Edit, InsertAfter, InsertBefore, Remove, Replace
from codemods.syntax.sequences import arguments, extended, only


def rename_entry(entry: Entry, key: str) -> Replace:
    """Return the edit that gives an entry another key."""
    if isinstance(entry.key_node, cst.SimpleString):
        return rename_string(entry.key_node, key)
    return Replace(entry.key_node, lambda updated: updated.with_changes(value=key))


def remove_entry(program: Program, entry: Entry) -> Edit | None:
    """Return the edit that takes an entry out, or None where it cannot be taken out alone."""
    module = program.module_of(entry.holder)
    if module is None:
        return None
    match entry.holder, module.parent(entry.holder):
        case cst.DictElement(), cst.Dict() as mapping:
            return Replace(mapping, lambda updated: _without(cst.ensure_type(updated, cst.Dict), entry.key))
        case cst.Element(), cst.List() | cst.Tuple() as pairs:
            return Replace(pairs, lambda updated: _without_pair(updated, entry.key))
        case cst.Arg(), cst.Call() as call:
            return Replace(call, lambda updated: _without_keyword(cst.ensure_type(updated, cst.Call), entry.key))
        case _, cst.CSTNode() as target:
            match module.parent(target):
                case cst.Assign(targets=[_]) as assign:
                    return Remove(assign)
    return None


def _without(node: cst.Dict, key: str) -> cst.Dict:
    def stays(element: cst.BaseDictElement) -> bool:
        match element:
            case cst.DictElement(key=cst.SimpleString() as name):
                return name.evaluated_value != key
        return True

    return node.with_changes(elements=only(node.elements, stays))


def _without_pair(node: cst.CSTNode, key: str) -> cst.CSTNode:
    def stays(element: cst.BaseElement) -> bool:
        match element.value:
            case cst.Tuple(elements=[name, *_]) | cst.List(elements=[name, *_]):
                return not (isinstance(name.value, cst.SimpleString) and name.value.evaluated_value == key)
        return True

    assert isinstance(node, cst.List | cst.Tuple)
    kept = only(node.elements, stays)
    if len(kept) == 1:  # the comma makes a tuple of one
        kept = [element for element in node.elements if stays(element)]
    return node.with_changes(elements=kept)


def _without_keyword(node: cst.Call, key: str) -> cst.Call:
    return node.with_changes(args=only(node.args, lambda item: item.keyword is None or item.keyword.value != key))


def add_entries(site: cst.CSTNode, additions: Sequence[tuple[str, str]]) -> Replace | None:
    """Return the edit that adds entries (key, source of the value) to a dict, `dict(...)` or `.update(...)`.

    None for anything else.
    """
    match site:
        case cst.Dict():
            return Replace(site, lambda updated: _extended(cst.ensure_type(updated, cst.Dict), additions))
        case cst.List() | cst.Tuple() if list(written(site, Obj(site, "list"))):
            return Replace(site, lambda updated: _extended_pairs(updated, additions))
        case cst.Call() if _takes_entries(site):
            return Replace(site, lambda updated: with_keywords(cst.ensure_type(updated, cst.Call), additions))
    return None


def add_beside(program: Program, entry: Entry, key: str, value: str, *, above: bool = False) -> Edit | None:
    """Return the edit that adds an entry to the mapping that another is in; None where it cannot be added.

    Args:
        value: its source.
        above: whether a statement of its own stands above that of the other entry.
    """
    module = program.module_of(entry.holder)
    match entry.holder:
        case _ if module is None:
            return None
        case cst.Subscript(value=mapping):
            statement = module.statement(entry.holder)
            code = f"{module.code(mapping)}[{module.code(entry.key_node).replace(entry.key, key)}] = {value}"
            insert = InsertBefore if above else InsertAfter
            return insert(statement, code) if statement is not None else None
    parent = module.parent(entry.holder)
    return add_entries(parent, [(key, value)]) if parent is not None else None


def _takes_entries(call: cst.Call) -> bool:
    """Return whether keywords of a call are entries of a mapping: `dict(...)`, `params.update(...)`."""
    if isinstance(call.func, cst.Attribute):
        return call.func.attr.value == "update"
    return isinstance(call.func, cst.Name) and call.func.value == "dict"


def _extended(node: cst.Dict, additions: Sequence[tuple[str, str]]) -> cst.Dict:
    elements = list(node.elements)
    like = next(
        (e.key for e in elements if isinstance(e, cst.DictElement) and isinstance(e.key, cst.SimpleString)), None
    )
    between = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    for element in elements[:-1]:
        if isinstance(element.comma, cst.Comma):
            between = element.comma
    last_comma = elements[-1].comma if elements else cst.MaybeSentinel.DEFAULT
    if len(elements) == 1 and isinstance(node.lbrace.whitespace_after, cst.ParenthesizedWhitespace):
        between = cst.Comma(whitespace_after=node.lbrace.whitespace_after)
    if elements:
        if isinstance(between.whitespace_after, cst.ParenthesizedWhitespace):
            # the comment behind an entry belongs to that entry alone
            between = between.with_changes(whitespace_after=_bare(between.whitespace_after))
        joint = between
        if isinstance(last_comma, cst.Comma) and isinstance(last_comma.whitespace_after, cst.ParenthesizedWhitespace):
            comment = last_comma.whitespace_after.first_line
            if comment.comment is not None and isinstance(between.whitespace_after, cst.ParenthesizedWhitespace):
                joint = between.with_changes(whitespace_after=between.whitespace_after.with_changes(first_line=comment))
                last_comma = last_comma.with_changes(whitespace_after=_bare(last_comma.whitespace_after))
        elements[-1] = elements[-1].with_changes(comma=joint)
    added = ", ".join(f"{quoted(key, like)}: {_styled(value, like)}" for key, value in additions)
    *new, end = (
        item.with_changes(comma=between) for item in cst.ensure_type(expression(f"{{{added}}}"), cst.Dict).elements
    )
    return node.with_changes(elements=[*elements, *new, end.with_changes(comma=last_comma)])


def _extended_pairs(node: cst.CSTNode, additions: Sequence[tuple[str, str]]) -> cst.CSTNode:
    assert isinstance(node, cst.List | cst.Tuple)
    last = node.elements[-1].value
    like = last.elements[0].value if isinstance(last, cst.Tuple | cst.List) else None
    added = ", ".join(f"({quoted(key, like)}, {_styled(value, like)})" for key, value in additions)
    pairs = cst.ensure_type(expression(f"[{added}]"), cst.List).elements
    return node.with_changes(elements=extended(node.elements, pairs, alike=True))


def _bare(space: cst.ParenthesizedWhitespace) -> cst.ParenthesizedWhitespace:
    first = space.first_line.with_changes(comment=None, whitespace=cst.SimpleWhitespace(""))
    return space.with_changes(first_line=first, empty_lines=())


def _styled(code: str, like: cst.CSTNode | None) -> str:
    """Return a value's source with the quotes of the keys around it."""
    if code.startswith('"') and code.endswith('"'):
        return quoted(code[1:-1], like)
    return code


def with_keywords(node: cst.Call, additions: Sequence[tuple[str, str]]) -> cst.Call:
    """Return a call with further keywords, each a name and the source of its value, in the style of the others."""
    *before, end = arguments(", ".join(f"{key}={value}" for key, value in additions))
    known = list(node.args)
    if known:  # what stands behind the last one stands behind the new last one
        end = end.with_changes(whitespace_after_arg=known[-1].whitespace_after_arg)
        known[-1] = known[-1].with_changes(whitespace_after_arg=cst.SimpleWhitespace(""))
    return node.with_changes(args=extended(known, [*before, end], alike=True))
