"""A parsed module: its tree, and where each node stands in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar, overload
from weakref import WeakValueDictionary

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from codemods.model import BARRIER, ParseError, Span
from codemods.syntax import layout, lossless
from codemods.syntax.children import children
from codemods.syntax.plain_classes import make_plain

make_plain()

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
N = TypeVar("N", bound=cst.CSTNode)
M = TypeVar("M", bound=cst.CSTNode)

_TAIL = re.compile(r"(?<=[^\\\s])[ \t]*(?:(?:\r\n|\n)(?=[ \t\f\r\n])|(?=\r(?!\n)))(?P<tail>[ \t\f\r\n]+)\Z")
"""What libcst loses at the end of a file: blank lines above the last one that has spaces, and a last lone CR."""


class SourceModule:
    """One module of the program under migration.

    Attributes:
        path: the file's name, relative, with `/`; only an identifier here.
        tree: the module as parsed, without `tail`. Nodes are compared by identity throughout.
        tail: blank lines at the end.
        line_length: how long the project says that lines may be; None if it says nothing.
    """

    def __init__(self, path: str, text: str, line_length: int | None = None) -> None:
        self.path = path
        self.text = text
        self.line_length = line_length
        self._by_types: dict[tuple[type[cst.CSTNode], ...], Sequence[cst.CSTNode]] = {}
        self._spans: dict[cst.CSTNode, Span] = {}
        found = _TAIL.search(text)
        self.tail = found["tail"] if found is not None else ""
        try:
            self.tree = lossless.parsed(text.removesuffix(self.tail))
        except cst.ParserSyntaxError as error:
            raise ParseError(error.message, error.raw_line, error.raw_column + 1) from None
        except RecursionError:
            raise ParseError("nested too deeply to parse", 1, 1) from None
        if re.match(r"\r(?!\n)", self.tail):  # it may have been the only line end to tell by
            self.tree = self.tree.with_changes(default_newline="\r")

    @cached_property
    def width(self) -> int:
        """How long lines may be: what the project says, else what the longest ones show."""
        return self.line_length or layout.width(self.text)

    def restored(self, code: str) -> str:
        """Return `code`, which edits have made of the tree, with what libcst does not keep put back (see `lossless`).

        Raises:
            LostTextError: an edit reaches just that.
        """
        return lossless.restored(self.text.removesuffix(self.tail), self.tree, code)

    @cached_property
    def _children(self) -> dict[cst.CSTNode, Sequence[cst.CSTNode]]:
        found: dict[cst.CSTNode, Sequence[cst.CSTNode]] = {}
        stack: list[cst.CSTNode] = [self.tree]
        while stack:
            node = stack.pop()
            found[node] = children(node)
            stack.extend(found[node])
        return found

    @cached_property
    def _parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        return {child: node for node, below in self._children.items() for child in below}

    @cached_property
    def _nodes(self) -> tuple[cst.CSTNode, ...]:
        return tuple(self._below(self.tree))

    @cached_property
    def _by_type(self) -> dict[type[cst.CSTNode], list[cst.CSTNode]]:
        found: dict[type[cst.CSTNode], list[cst.CSTNode]] = defaultdict(list)
        for node in self._nodes:
            found[type(node)].append(node)
        return found

    @cached_property
    def names(self) -> frozenset[str]:
        """Every identifier that occurs in the module."""
        return frozenset(node.value for node in self.find(cst.Name))

    @cached_property
    def is_typed(self) -> bool:
        """Whether the module has annotations."""
        return bool(self.find(cst.Annotation))

    @cached_property
    def annotates_returns(self) -> bool:
        """Whether functions of the module say what they return; parameters alone are annotated in copied code, too."""
        return any(isinstance(node, cst.FunctionDef) and node.returns is not None for node in self._nodes)

    @cached_property
    def listed(self) -> dict[str, cst.SimpleString]:
        """The names in `__all__`, each with its literal."""
        found: dict[str, cst.SimpleString] = {}
        for line in self.tree.body:
            for part in line.body if isinstance(line, cst.SimpleStatementLine) else ():
                targets: list[cst.BaseExpression] = []
                match part:
                    case cst.Assign():
                        targets = [item.target for item in part.targets]
                    case cst.AugAssign() | cst.AnnAssign():
                        targets = [part.target]
                if any(isinstance(target, cst.Name) and target.value == "__all__" for target in targets):
                    literals = (node for node in self._below(part) if isinstance(node, cst.SimpleString))
                    found.update((str(node.evaluated_value), node) for node in literals)
        return found

    @cached_property
    def _positions(self) -> Mapping[cst.CSTNode, CodeRange]:
        # the tree comes straight from the parser, which never uses a node twice: no defensive copy
        return MetadataWrapper(self.tree, unsafe_skip_copy=True).resolve(PositionProvider)

    @cached_property
    def _moved(self) -> Callable[[int, int], tuple[int, int]] | None:
        """Where a line and a column of the code that libcst would write are in the text; None if just there."""
        return lossless.positions(self.text, self.tree) if lossless.may_be_lost(self.text) else None

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """Return the node that directly holds `node`; None for the module, and for what is of another tree."""
        return self._parents.get(node)

    def owns(self, node: cst.CSTNode) -> bool:
        """Return whether `node` belongs to this module's tree."""
        return node is self.tree or node in self._parents

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Yield the nodes around `node`, innermost first."""
        up = self._parents.get(node)
        while up is not None:
            yield up
            up = self._parents.get(up)

    def climb(self, node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
        """Yield the nodes around `node`, innermost first, each with the one directly below it on the way there."""
        for up in self.ancestors(node):
            yield up, node
            node = up

    def span(self, node: cst.CSTNode) -> Span:
        """Return where `node` stands in the text."""
        if node not in self._spans:
            place = self._positions[node]
            start, end = (place.start.line, place.start.column + 1), (place.end.line, place.end.column + 1)
            if self._moved is not None:
                start, end = self._moved(*start), self._moved(*end)
            self._spans[node] = Span(*start, *end)
        return self._spans[node]

    def statement(self, node: cst.CSTNode) -> Statement | None:
        """Return the statement (a whole line, or a compound) that `node` is part of; None for the module."""
        if isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            return node
        for up in self.ancestors(node):
            if isinstance(up, cst.SimpleStatementLine | cst.BaseCompoundStatement):
                return up
        return None

    def code(self, node: cst.CSTNode) -> str:
        """Return the source of `node`."""
        return self.tree.code_for_node(node)

    def walk(self, node: cst.CSTNode | None = None) -> Iterator[cst.CSTNode]:
        """Yield `node` (the whole tree by default) and everything below it, in source order."""
        return iter(self._nodes) if node is None else self._below(node)

    @overload
    def find(self, kind: type[N], /) -> Sequence[N]: ...

    @overload
    def find(self, kind: type[N], other: type[M], /) -> Sequence[N | M]: ...

    @overload
    def find(self, *kinds: type[N]) -> Sequence[N]: ...

    def find(self, *kinds: type[cst.CSTNode]) -> Sequence[cst.CSTNode]:
        """Return every node of some types, which have no subtypes, in source order; the search is shared."""
        if len(kinds) == 1:
            return self._by_type.get(kinds[0], ())
        if kinds not in self._by_types:
            self._by_types[kinds] = [node for node in self._nodes if type(node) in kinds]
        return self._by_types[kinds]

    def _below(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        stack = [node]
        while stack:
            here = stack.pop()
            yield here
            stack.extend(reversed(self._children.get(here) or children(here)))


_PARSED: WeakValueDictionary[tuple[str, str, int | None], SourceModule] = WeakValueDictionary()


def parsed(path: str, text: str, line_length: int | None = None) -> SourceModule:
    """Return a module, the very same one while somebody has it.

    A file is looked at again when others of its group are rewritten, and most of a large group stay as they are.

    Raises:
        ParseError: it cannot be parsed.
    """
    key = (path, text, line_length)
    module = _PARSED.get(key)
    if module is None:
        module = _PARSED[key] = SourceModule(path, text, line_length)
    return module


def is_barrier(node: cst.CSTNode) -> bool:
    """Return whether a node is a statement that nothing may be moved across (see `BARRIER`)."""
    match node:
        case cst.SimpleStatementLine(body=[cst.Expr(cst.Name(name)), *_]):
            return name.startswith(BARRIER)
    return False


def dotted(node: cst.BaseExpression) -> str:
    """Return the source of a dotted name; empty pieces for what is no name."""
    if isinstance(node, cst.Attribute):
        return f"{dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""
