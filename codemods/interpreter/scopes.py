"""Names: which scope a name belongs to, decided the way the compiler does, before anything is evaluated."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from codemods.syntax.children import children
from codemods.syntax.navigate import ScopeNode, head


@dataclass(eq=False, slots=True)
class Scope:
    """A module, function, lambda or class body.

    Attributes:
        local: names bound in this very scope.
        outer: names this scope declares `global` or `nonlocal`.
        reached: names of this scope that another scope reads or writes.
    """

    node: ScopeNode
    path: str
    parent: Scope | None
    local: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)

    @property
    def module(self) -> Scope:
        """The module scope around this one."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def owner(self, name: str) -> Scope | None:
        """Return the scope that `name` means when used here; None for builtins and unknown names."""
        if name in self.globals:
            return self.module
        if name in self.local and name not in self.nonlocals:
            return self
        scope = self.parent
        while scope is not None:
            # class bodies are invisible to the functions inside them
            if not isinstance(scope.node, cst.ClassDef) and name in scope.local and name not in scope.nonlocals:
                return scope.module if name in scope.globals else scope
            scope = scope.parent
        return None


_BARE = frozenset(
    {cst.Name, cst.SimpleWhitespace, cst.TrailingWhitespace, cst.EmptyLine, cst.Newline, cst.Comma, cst.Dot}
)
"""Nodes that bind nothing, and most of all there are."""


class ScopeBuilder:
    """Collects the scopes of one module."""

    def __init__(self, path: str) -> None:
        self.scopes: dict[ScopeNode, Scope] = {}
        self._path = path
        self._stack: list[Scope] = []

    def _enter(self, node: ScopeNode) -> None:
        scope = Scope(node, self._path, self._stack[-1] if self._stack else None)
        self.scopes[node] = scope
        self._stack.append(scope)

    def _bind(self, name: str) -> None:
        scope = self._stack[-1]
        if name in scope.globals:
            scope.module.local.add(name)
        elif name not in scope.nonlocals:
            scope.local.add(name)

    def build(self, node: cst.CSTNode) -> None:
        """Take in a node and what is below it."""
        match node:
            case cst.Module() | cst.FunctionDef() | cst.Lambda() | cst.ClassDef():
                if isinstance(node, cst.FunctionDef | cst.ClassDef):
                    self._bind(node.name.value)
                self._enter(node)
                if isinstance(node, cst.FunctionDef):
                    self._declare(node.body)
                self._below(node)
                self._stack.pop()
                return
            case cst.Param(name=name) | cst.MatchAs(name=cst.Name() as name) | cst.MatchStar(name=cst.Name() as name):
                self._bind(name.value)
            case cst.MatchMapping(rest=cst.Name() as name):
                self._bind(name.value)
            # comprehension variables share the surrounding scope: harmless, as they are always bound before use
            case (
                cst.AssignTarget(target=target)
                | cst.AnnAssign(target=target)
                | cst.AugAssign(target=target)
                | cst.NamedExpr(target=target)
                | cst.For(target=target)
                | cst.CompFor(target=target)
                | cst.AsName(name=target)
            ):
                self._bind_target(target)
            case cst.ImportAlias(asname=None, name=first):
                self._bind(head(first))
        self._below(node)

    def _below(self, node: cst.CSTNode) -> None:
        for child in children(node):
            if type(child) not in _BARE:
                self.build(child)

    def _declare(self, body: cst.BaseSuite) -> None:
        """Find `global` and `nonlocal` first: they hold for the whole body, wherever they stand."""
        stack: list[cst.CSTNode] = [body]
        while stack:
            node = stack.pop()
            if isinstance(node, cst.Global):
                self._stack[-1].globals.update(item.name.value for item in node.names)
            elif isinstance(node, cst.Nonlocal):
                self._stack[-1].nonlocals.update(item.name.value for item in node.names)
            elif not isinstance(node, cst.FunctionDef | cst.ClassDef | cst.BaseExpression):
                stack.extend(children(node))

    def _bind_target(self, target: cst.BaseExpression) -> None:
        if isinstance(target, cst.Name):
            self._bind(target.value)
        elif isinstance(target, cst.Tuple | cst.List):
            for element in target.elements:
                self._bind_target(element.value)
        elif isinstance(target, cst.StarredElement):
            self._bind_target(target.value)


def build(path: str, tree: cst.Module) -> dict[ScopeNode, Scope]:
    """Return the scopes of a module by the node that opens them."""
    builder = ScopeBuilder(path)
    builder.build(tree)
    return builder.scopes
