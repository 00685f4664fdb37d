"""Names: which scope a name belongs to, decided the way the compiler does, before anything is evaluated."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

ScopeNode = cst.Module | cst.FunctionDef | cst.Lambda | cst.ClassDef


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


class ScopeBuilder(cst.CSTVisitor):
    """Collects the scopes of one module."""

    def __init__(self, path: str) -> None:
        super().__init__()
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

    def visit_Module(self, node: cst.Module) -> None:
        self._enter(node)

    def leave_Module(self, original_node: cst.Module) -> None:
        self._stack.pop()

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._bind(node.name.value)
        self._enter(node)
        self._declare(node.body)

    def leave_FunctionDef(self, original_node: cst.FunctionDef) -> None:
        self._stack.pop()

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
                stack.extend(node.children)

    def visit_Lambda(self, node: cst.Lambda) -> None:
        self._enter(node)

    def leave_Lambda(self, original_node: cst.Lambda) -> None:
        self._stack.pop()

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._bind(node.name.value)
        self._enter(node)

    def leave_ClassDef(self, original_node: cst.ClassDef) -> None:
        self._stack.pop()

    def visit_Param(self, node: cst.Param) -> None:
        self._bind(node.name.value)

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self._bind_target(node.target)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._bind_target(node.target)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._bind_target(node.target)

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
        self._bind_target(node.target)

    def visit_For(self, node: cst.For) -> None:
        self._bind_target(node.target)

    def visit_CompFor(self, node: cst.CompFor) -> None:
        # comprehension variables share the surrounding scope here: harmless, as they are always bound before use
        self._bind_target(node.target)

    def visit_AsName(self, node: cst.AsName) -> None:
        self._bind_target(node.name)

    def visit_ImportAlias(self, node: cst.ImportAlias) -> None:
        if node.asname is None:
            name: cst.BaseExpression = node.name
            while isinstance(name, cst.Attribute):
                name = name.value
            self._bind_target(name)

    def visit_MatchAs(self, node: cst.MatchAs) -> None:
        if node.name is not None:
            self._bind(node.name.value)

    def visit_MatchStar(self, node: cst.MatchStar) -> None:
        if node.name is not None:
            self._bind(node.name.value)

    def visit_MatchMapping(self, node: cst.MatchMapping) -> None:
        if node.rest is not None:
            self._bind(node.rest.value)

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
    tree.visit(builder)
    return builder.scopes
