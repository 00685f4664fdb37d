"""By which names of a module something may come in: whoever uses one is part of it, without a telling word of its own.

As far as the text tells, and without libcst: whole projects are asked.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

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
        shared: variables of the module that it assigns to from within a function.
        speaks: whether it has a telling word.
    """

    names: AbstractSet[str]
    mentions: AbstractSet[str]
    node: ast.stmt
    shared: AbstractSet[str]
    speaks: bool


_DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Outline:
    """The statements of a module, each by the words in it.

    Args:
        speaks: whether a text has a word that tells what is looked for.
    """

    def __init__(self, text: str, speaks: Callable[[str], bool]) -> None:
        tree = tree_of(text)
        self._all = frozenset(words(text)) if tree is None else None
        lines = text.splitlines(keepends=True)
        self._statements = [_statement(node, lines, speaks) for node in tree.body] if tree is not None else []
        self._own = {name for one in self._statements for name in (*one.names, *one.shared)}
        self._defined = {name for one in self._statements if isinstance(one.node, _DEFINITION) for name in one.names}
        self._keepers = {name for one in self._statements if _keeps(one.node) for name in one.names}
        self._keepers |= {name for one in self._statements for name in one.shared}
        self._stars = any(
            isinstance(one.node, ast.ImportFrom) and one.node.names[0].name == "*" for one in self._statements
        )

    def carried(self, offered: AbstractSet[str], providers: Collection[str] = ()) -> frozenset[str]:
        """Return the names of the module through which what is looked for may come in, or go on.

        That is what has a telling word, or mentions what has; what a module keeps in variables, others of its
        functions may take out again. Of a module that cannot be parsed it is every word.

        Args:
            offered: names of that kind in the modules that this one imports.
            providers: the last names of those modules.
        """
        if self._all is not None:
            return self._all
        known = set(offered).union(*(one.names for one in self._statements if one.speaks))
        size = -1
        while len(known) > size:
            size = len(known)
            for one in self._statements:
                if one.speaks or not one.mentions.isdisjoint(known) or _takes(one.node, providers):
                    # What is called while a module is imported may keep what it is given.
                    called = one.mentions & self._defined if isinstance(one.node, ast.Expr) else set()
                    known |= one.names | called | (one.mentions & self._keepers)
        return frozenset(known if self._stars else known & self._own)


def reached(
    texts: Mapping[str, str], speaks: Callable[[str], bool], known: frozenset[str] = frozenset()
) -> dict[str, frozenset[str]]:
    """Return by module of a program what `Outline.carried` does, whichever of its modules imports which.

    Args:
        speaks: see `Outline`.
        known: names that are offered from the beginning.
    """
    outlines = {path: Outline(text, speaks) for path, text in texts.items()}
    found: dict[str, frozenset[str]] = dict.fromkeys(texts, frozenset())
    size = -1
    while len(known) > size:
        size = len(known)
        found = {path: outline.carried(known) for path, outline in outlines.items()}
        known = known.union(*found.values())
    return found


def _takes(node: ast.stmt, providers: Collection[str]) -> bool:
    """Return whether a statement imports one of some modules as such."""
    names = node.names if isinstance(node, ast.Import | ast.ImportFrom) else []
    return any(alias.name.rpartition(".")[2] in providers for alias in names)


def _statement(node: ast.stmt, lines: list[str], speaks: Callable[[str], bool]) -> _Statement:
    decorators = node.decorator_list if isinstance(node, _DEFINITION) else []
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    text = "".join(lines[first - 1 : node.end_lineno])
    mentions = words(text)
    names = {name for part in module_level([node]) for name in bound_by(part)}
    shared = {name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names}
    if isinstance(node, ast.Import | ast.ImportFrom) and node.names[0].name != "*":
        mentions = {alias.name.rpartition(".")[2] for alias in node.names}
    return _Statement(names, mentions, node, shared, speaks(text))


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


def tree_of(text: str) -> ast.Module | None:
    """Return the syntax tree of a module; None if the running Python does not take it for one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def module_level(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Yield the nodes that run when the module is imported: not what stands in functions and classes."""
    waiting: list[ast.AST] = []
    waiting += [*body][::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def bound_by(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node binds where it stands."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.arg(arg=name):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
        case ast.Import(names=aliases):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in aliases)
        case ast.ImportFrom(names=aliases):
            yield from (alias.asname or alias.name for alias in aliases if alias.name != "*")
