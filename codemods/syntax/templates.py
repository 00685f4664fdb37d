"""Rewrites as source with holes: `rewrite(node, "await asyncio.to_thread({func}, {*args})", func=..., args=...)`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from codemods.syntax.build import keep_parentheses
from codemods.syntax.edits import Replace

Hole = cst.BaseExpression | Sequence[cst.Arg]
_HOLE = re.compile(r"\{(\*?)([a-z_]+)\}")
_MARK = "hole__"
_CLOSED = (
    cst.Name,
    cst.Attribute,
    cst.Call,
    cst.Subscript,
    cst.SimpleString,
    cst.FormattedString,
    cst.Integer,
    cst.List,
    cst.Dict,
    cst.Set,
)
_LOOSE_PARENTS = (cst.Arg, cst.Index, cst.DictElement, cst.Element, cst.Assign, cst.Return, cst.Expr)


def rewrite(node: cst.BaseExpression, source: str, **holes: Hole) -> Replace:
    """Return the edit that puts an expression in place of `node`.

    Args:
        node: what is replaced; parentheses around it stay.
        source: the new expression. `{name}` stands for the node of that name, `{*name}` for arguments of a call. Any
            other brace is one of the source.
        holes: nodes within `node` (or `node` itself), which come with what other edits make of them. Their layout and
            comments are kept, and they get parentheses where they need them.
    """
    places = {name: _Place.of(hole, node) for name, hole in holes.items()}

    def build(updated: cst.CSTNode) -> cst.CSTNode:
        found = {name: place.filling(updated) for name, place in places.items()}
        return keep_parentheses(updated, filled(source, **found))

    return Replace(node, build)


def filled(source: str, **holes: Hole) -> cst.BaseExpression:
    """Return the expression in `source` with its holes filled; see `rewrite`."""
    marked = _HOLE.sub(lambda match: f"{match[1]}{_MARK}{match[2]}" if match[2] in holes else match[0], source)
    made = cst.parse_expression(marked).visit(_Filler(holes))
    assert isinstance(made, cst.BaseExpression)
    return made


class _Filler(cst.CSTTransformer):
    def __init__(self, holes: dict[str, Hole]) -> None:
        super().__init__()
        self._holes = holes
        self._parents: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        self._parents.append(node)
        return True

    def on_leave(  # type: ignore[override]
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]:
        self._parents.pop()
        match original_node:
            case cst.Arg(star="*", value=cst.Name(value=name)) if name.startswith(_MARK):
                arguments = self._holes[name.removeprefix(_MARK)]
                assert not isinstance(arguments, cst.CSTNode)
                return cst.FlattenSentinel(arguments) if arguments else cst.RemoveFromParent()
            case cst.Name(value=name) if name.startswith(_MARK):
                hole = self._holes[name.removeprefix(_MARK)]
                if not isinstance(hole, cst.BaseExpression):
                    return updated_node  # the arguments that the case above puts in
                return self._inside(hole)
            case _:
                return updated_node

    def _inside(self, hole: cst.BaseExpression) -> cst.BaseExpression:
        """Return what fills a hole, in parentheses if what stands around it would tear it apart."""
        parent = self._parents[-1] if self._parents else None
        if parent is None or hole.lpar or isinstance(hole, _CLOSED) or isinstance(parent, _LOOSE_PARENTS):
            return hole
        return hole.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


_Path = list[tuple[str, int | None]]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a hole's nodes stand below the node that is replaced, however edits have changed that by then."""

    paths: list[_Path]
    is_sequence: bool

    @staticmethod
    def of(hole: Hole, node: cst.CSTNode) -> _Place:
        """Return where a hole stands below `node`."""
        if isinstance(hole, cst.BaseExpression):
            return _Place([_path(node, hole)], False)
        return _Place([_path(node, argument) for argument in hole], True)

    def filling(self, updated: cst.CSTNode) -> Hole:
        """Return what stands there in `updated`."""
        found = [_follow(updated, path) for path in self.paths]
        if self.is_sequence:
            return [argument for argument in found if isinstance(argument, cst.Arg)]
        (only,) = found
        assert isinstance(only, cst.BaseExpression)
        return only


def _path(node: cst.CSTNode, wanted: cst.CSTNode) -> _Path:
    found = _search(node, wanted)
    if found is None:
        raise ValueError("a hole is filled with a node that is not within the one replaced")
    return found


def _search(node: cst.CSTNode, wanted: cst.CSTNode) -> _Path | None:
    if node is wanted:
        return []
    for name, index, child in _children(node):
        below = _search(child, wanted)
        if below is not None:
            return [(name, index), *below]
    return None


def _children(node: cst.CSTNode) -> Iterator[tuple[str, int | None, cst.CSTNode]]:
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        match value:
            case cst.CSTNode():
                yield name, None, value
            case Sequence() if not isinstance(value, str):
                yield from ((name, index, item) for index, item in enumerate(value) if isinstance(item, cst.CSTNode))


def _follow(node: cst.CSTNode, path: _Path) -> cst.CSTNode:
    for name, index in path:
        value = getattr(node, name)
        node = value if index is None else value[index]
    return node
