"""Applies planned edits to one module, in one traversal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import takewhile

import libcst as cst

from codemods.syntax import imports, simplify, try_finally
from codemods.syntax.comments import is_about_encoding, leading, still_true, todo_of, todos_above
from codemods.syntax.definitions import add_helpers
from codemods.syntax.edits import Edit, Guard, InsertAfter, InsertBefore, Remove, Replace, Unused
from codemods.syntax.tree import SourceModule

_GONE = "__gone__"
"""Stands in a line that has lost its statements until the block around it is put in order."""


def _is_gone(statement: cst.CSTNode) -> bool:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(cst.Name(name))]):
            return name == _GONE
    return False


class _Applier(cst.CSTTransformer):
    def __init__(self, module: SourceModule, edits: Iterable[Edit], todos: dict[cst.CSTNode, list[str]]) -> None:
        super().__init__()
        self._module = module
        self._todos = todos
        self._replace: dict[cst.CSTNode, list[Replace]] = defaultdict(list)
        self._remove: set[cst.CSTNode] = set()
        self._before: dict[cst.CSTNode, list[str]] = defaultdict(list)
        self._after: dict[cst.CSTNode, list[str]] = defaultdict(list)
        edits = list(edits)
        self._edited = {
            up
            for edit in edits
            if isinstance(edit, Replace)
            for up in (edit.node, *module.ancestors(edit.node))
            if isinstance(up, cst.BaseExpression | cst.If)
        }
        self._guards = try_finally.Guards(
            (edit for edit in edits if isinstance(edit, Guard)), module.tree.config_for_parsing
        )
        for edit in sorted(edits, key=lambda edit: not (isinstance(edit, InsertBefore) and edit.first)):
            match edit:
                case Replace() if edit not in self._replace[edit.node]:
                    self._replace[edit.node].append(edit)
                case Remove():
                    self._remove.add(edit.statement)
                case InsertBefore() if edit.code not in self._before[edit.statement]:
                    self._before[edit.statement].append(edit.code)
                case InsertAfter() if edit.code not in self._after[edit.statement]:
                    self._after[edit.statement].append(edit.code)
        self.placed = imports.placed(module, edits)
        for node, code in self.placed.behind.items():
            self._after[node] = [*code, *self._after[node]]
        for node, code in self.placed.ahead.items():
            self._before[node] = [*code, *self._before[node]]
        touched = {*self._replace, *self._remove, *self._before, *self._after, *todos, *self._guards.known}
        self._ahead = {module.tree, *(up for node in touched for up in (node, *module.ancestors(node)))}
        """Nodes with an edit in them: libcst builds every node anew that it enters, and most have no need of that."""

    def on_visit(self, node: cst.CSTNode) -> bool:
        return node in self._ahead

    def on_leave(  # type: ignore[override]
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]:
        node: cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode] = updated_node
        if original_node in self._remove:
            return cst.RemoveFromParent()
        for edit in self._replace.get(original_node, ()):
            if isinstance(node, cst.CSTNode):
                node = edit.build(node)
        if isinstance(node, cst.CSTNode) and original_node in self._edited:
            node = self._simplified(original_node, node)
        match node:
            case cst.IndentedBlock() | cst.Module() if isinstance(original_node, cst.IndentedBlock | cst.Module):
                return self._guards.applied(original_node, self._close_gaps(original_node, node))
            case cst.SimpleStatementSuite() if not node.body:
                return node.with_changes(body=[cst.Pass()])
        if isinstance(original_node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            return self._guards.noted(original_node, self._around(original_node, node))
        return node

    def _simplified(
        self, original: cst.CSTNode, node: cst.CSTNode
    ) -> cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]:
        """Return an edited node without what its edits have made pointless; tests that were constant before stay."""
        if isinstance(original, cst.If | cst.IfExp) and simplify.constant(original.test) is not None:
            return node
        alone = not isinstance(self._module.parent(original), cst.If)
        found = simplify.simplified(node, alone=alone)
        if isinstance(found, cst.RemovalSentinel) and alone:
            # the comments above it go the way of those above a statement that is removed
            return cst.SimpleStatementLine([cst.Expr(cst.Name(_GONE))], leading_lines=leading(node))
        return found

    def _around(
        self,
        original: cst.SimpleStatementLine | cst.BaseCompoundStatement,
        node: cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode],
    ) -> cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]:
        """Add comments and statements around a statement, or around the several it has become."""
        if isinstance(node, cst.FlattenSentinel):
            several = list(node)
            around = self._around(original, several[0])
            first = list(around) if isinstance(around, cst.FlattenSentinel) else [around]
            behind = len(self._after.get(original, ()))
            cut = len(first) - behind
            return cst.FlattenSentinel([*first[:cut], *several[1:], *first[cut:]])
        if not isinstance(node, cst.CSTNode):
            return node
        if isinstance(node, cst.SimpleStatementLine) and not node.body:
            after = [self._parse(code) for code in self._after.get(original, ())]
            if after:
                after[0] = after[0].with_changes(leading_lines=leading(node))
                if isinstance(after[-1], cst.SimpleStatementLine):
                    after[-1] = after[-1].with_changes(trailing_whitespace=node.trailing_whitespace)
                return cst.FlattenSentinel(after)
            # libcst would drop the line, and the comments above it, before `_close_gaps` sees them
            return node.with_changes(body=[cst.Expr(cst.Name(_GONE))])
        if imports.is_emptied(original, node):
            return cst.SimpleStatementLine(body=[cst.Expr(cst.Name(_GONE))], leading_lines=leading(node))
        todos = [cst.EmptyLine(comment=cst.Comment(line)) for line in self._new_comments(original)]
        before = [self._parse(code) for code in self._before.get(original, ())]
        after = [self._parse(code) for code in self._after.get(original, ())]
        if before:
            before[0] = before[0].with_changes(leading_lines=leading(node))
            node = node.with_changes(leading_lines=todos)
        elif todos:
            node = node.with_changes(leading_lines=[*leading(node), *todos])
        if not before and not after:
            return node
        return cst.FlattenSentinel([*before, node, *after])

    def _parse(self, code: str) -> cst.SimpleStatementLine | cst.BaseCompoundStatement:
        return cst.parse_statement(code, config=self._module.tree.config_for_parsing)

    def _new_comments(self, original: cst.CSTNode) -> list[str]:
        """Return the TODO comments for a statement, without those that stand above it already."""
        codes = {code for code, _ in todos_above(self._module, original)}
        found: list[str] = []
        for line in self._todos.get(original, ()):
            code, _ = todo_of(line) or ("", "")
            if code not in codes and line not in found:
                found.append(line)
        return found

    def _close_gaps(
        self, original: cst.IndentedBlock | cst.Module, node: cst.IndentedBlock | cst.Module
    ) -> cst.IndentedBlock | cst.Module:
        """Drop lines emptied by removals; comments that spoke of something else move to the next statement."""
        if not any(_is_gone(item) for item in node.body):
            return node
        kept: list[cst.BaseStatement] = []
        waiting: list[cst.EmptyLine] = []
        gap: Sequence[cst.EmptyLine] = ()
        for statement in node.body:
            if isinstance(statement, cst.SimpleStatementLine) and _is_gone(statement):
                gap = gap or list(takewhile(lambda line: line.comment is None, statement.leading_lines))
                waiting += still_true(statement.leading_lines)
                trailing = statement.trailing_whitespace.comment
                if trailing is not None and not is_about_encoding(trailing):
                    waiting.append(cst.EmptyLine(comment=trailing))
                continue
            lines = [*waiting, *leading(statement)]
            if kept and gap and (not lines or lines[0].comment is not None):
                lines = [*gap, *lines]  # what is gone stood apart from what is above: so does what comes next
            if len(lines) > len(leading(statement)):
                statement = self._guards.renewed(statement, statement.with_changes(leading_lines=lines))
            waiting, gap = [], ()
            kept.append(statement)
        if not kept and not isinstance(node, cst.Module):
            kept.append(cst.SimpleStatementLine(body=[cst.Pass()], leading_lines=waiting))
            waiting = []
        return node.with_changes(body=kept, footer=[*waiting, *node.footer])


def apply(module: SourceModule, edits: Sequence[Edit], todos: dict[cst.CSTNode, list[str]]) -> str:
    """Return the module's text with `edits` made and TODO comments added above statements.

    Args:
        module: the module to change.
        edits: edits of nodes of this module, in the order in which rules asked for them.
        todos: comment lines by the statement they belong above.
    """
    applier = _Applier(module, edits, todos)
    tree = module.tree.visit(applier)
    assert isinstance(tree, cst.Module)
    tree = imports.drop_unused(module.tree, tree, {edit.name for edit in edits if isinstance(edit, Unused)})
    # helpers first: an import has to stand above the first of them that uses it
    tree = imports.add_imports(add_helpers(tree, edits), applier.placed.rest, module.width)
    return module.restored(tree.code) + module.tail
