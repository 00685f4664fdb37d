"""By which names of a module v2 messages may come in: who uses one is part of it, though it has no v2 word itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from migrator.analysis.module_names import SDK, bound_by, module_level, tree_of
from migrator.files.prefilter import may_speak_v2

_WORD = re.compile(r"[^\W\d]\w*")


def words(text: str) -> set[str]:
    """Return everything in a text that may be a name."""
    return set(_WORD.findall(text))


_CONTAINERS = frozenset({"defaultdict", "deque", "dict", "list", "set"})


@dataclass(frozen=True, slots=True)
class _Statement:
    """One statement of a module.

    Attributes:
        names: what it binds.
        mentions: every word in it.
        node: the statement.
        speaks: whether it has a word of v2, or has something of the vendor's SDK.
    """

    names: AbstractSet[str]
    mentions: AbstractSet[str]
    node: ast.stmt
    speaks: bool


def carried(text: str, offered: Collection[str], providers: Collection[str]) -> frozenset[str]:
    """Return the names of a module through which v2 messages may come in, or go on, as far as its text tells.

    That is what has a word of v2, or mentions what has; what a module keeps in variables, others of its functions may
    take out again.

    Args:
        offered: names of that kind in the modules that this one imports.
        providers: the last names of those modules.
    """
    tree = tree_of(text)
    if tree is None:
        return frozenset(words(text))
    lines = text.splitlines(keepends=True)
    statements = [_statement(node, lines, providers) for node in tree.body]
    keepers = {name for one in statements if _keeps(one.node) for name in one.names}
    own = {name for one in statements for name in one.names}
    defined = {name for one in statements if isinstance(one.node, _DEFINITION) for name in one.names}
    known = set(offered).union(*(one.names for one in statements if one.speaks))
    grown = True
    while grown:
        size = len(known)
        for one in statements:
            if one.speaks or not one.mentions.isdisjoint(known):
                # What is called while a module is imported may keep what it is given.
                called = one.mentions & defined if isinstance(one.node, ast.Expr) else set()
                known |= one.names | called | (one.mentions & keepers)
        grown = len(known) > size
    stars = any(isinstance(one.node, ast.ImportFrom) and one.node.names[0].name == "*" for one in statements)
    return frozenset(known if stars else known & own)


_DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _statement(node: ast.stmt, lines: Sequence[str], providers: Collection[str]) -> _Statement:
    decorators = node.decorator_list if isinstance(node, _DEFINITION) else []
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    text = "".join(lines[first - 1 : node.end_lineno])
    mentions = words(text)
    names = {name for part in module_level([node]) for name in bound_by(part)}
    speaks = may_speak_v2(text.encode("utf-8", "replace")) or (SDK in mentions and not isinstance(node, _DEFINITION))
    if isinstance(node, ast.Import | ast.ImportFrom):
        taken = {alias.name.rpartition(".")[2] for alias in node.names}
        speaks = speaks or not taken.isdisjoint(providers)
        mentions = mentions if "*" in taken else taken
    return _Statement(names, mentions, node, speaks)


def _keeps(node: ast.stmt) -> bool:
    """Return whether a statement makes something that can keep what it is given: a container, an instance, nothing."""
    match node:
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            match value:
                case ast.List() | ast.Dict() | ast.Set() | ast.Constant(value=None):
                    return True
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                    return name in _CONTAINERS or name[:1].isupper()
    return False
