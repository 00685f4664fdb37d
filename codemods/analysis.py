"""The one entry point: from a group of modules to a plan for each. The registry of rules, and the walk over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cache
from typing import Any

import libcst as cst

from codemods import suppression
from codemods.facts import foreign
from codemods.facts.program import Program
from codemods.model import Finding, Options, ParseError, Safety, Span, Workspace
from codemods.rule import Context, Rule, RuleDoc
from codemods.rules import RULES
from codemods.syntax import apply, comments
from codemods.syntax.edits import AddImport, Change, Edit, Guard, InsertAfter, InsertBefore, Remove, Replace, Unused
from codemods.syntax.tree import SourceModule, parsed

UNEXPLAINED = "V3M900"
"""The code of a v2 word that no rule explains; found by the caller, by counting words."""


class ModulePlan:
    """What is to happen to one module; see `codemods.model.FilePlan`."""

    def __init__(
        self,
        module: SourceModule,
        findings: Sequence[tuple[Finding, cst.CSTNode]],
        explained: Sequence[Span],
        edits: Sequence[Edit],
        options: Options,
        receivers: Mapping[str, AbstractSet[str]],
    ) -> None:
        self._module = module
        self._located = sorted(findings, key=lambda pair: (pair[0].span, pair[0].code))
        self._edits = edits
        self._options = options
        self.findings = tuple(finding for finding, _ in self._located)
        self.explained = tuple(explained)
        self.receivers = receivers

    def render(self, extra: Sequence[Finding] = ()) -> str:
        """Return the new text: rewrites applied, a TODO comment above each finding that is left."""
        todos: dict[cst.CSTNode, list[str]] = {}
        if self._options.todo:
            for finding, node in self._located:
                if not finding.fixed:
                    self._add_todo(todos, node, finding)
            for finding in extra:
                holder = self._statement_at(finding.span)
                if holder is not None:
                    self._add_todo(todos, holder, finding)
        if not self._edits and not todos:
            return self._module.text
        return apply.apply(self._module, self._edits, todos)

    def _add_todo(self, todos: dict[cst.CSTNode, list[str]], node: cst.CSTNode, finding: Finding) -> None:
        statement = self._module.statement(node)
        # a one-line suite (`if x: y`) has no room for a comment of its own
        while statement is not None and isinstance(self._module.parent(statement), cst.SimpleStatementSuite):
            statement = self._module.statement(self._module.parent(statement) or statement)
        if statement is not None:
            first_line = finding.message.split("\n", 1)[0]
            todos.setdefault(statement, []).append(comments.todo(finding.code, first_line, self._module.names))

    def _statement_at(self, span: Span) -> cst.CSTNode | None:
        best: cst.CSTNode | None = None
        for node in self._module.walk():
            if isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
                if self._module.span(node).contains(span):
                    best = node
        return best


def analyse(sources: Mapping[str, str], workspace: Workspace, options: Options) -> dict[str, ModulePlan | ParseError]:
    """Plan the migration of a group of modules that belong together.

    Args:
        sources: text of each module that may be rewritten, by path.
        workspace: finds further modules of the project, which are read but not rewritten.
        options: the user's choices.

    Returns:
        A plan for each path, or why that file cannot be parsed; a bad file does not hold up the others.
    """
    result: dict[str, ModulePlan | ParseError] = {}
    modules: dict[str, SourceModule] = {}
    for path, text in sources.items():
        try:
            modules[path] = parsed(path, text, workspace.line_length(path))
        except ParseError as error:
            result[path] = error
    program = Program(modules, workspace, options)
    found = list(_changes(program, options))
    for path, module in modules.items():
        result[path] = _plan(program, module, [change for change in found if change.path == path], found, options)
    return result


def _plan(
    program: Program, module: SourceModule, own: Sequence[Change], everything: Sequence[Change], options: Options
) -> ModulePlan:
    ignored = suppression.ignored_lines(module.text)
    ignore_all = suppression.ignores_file(module.text)
    findings: list[tuple[Finding, cst.CSTNode]] = []
    explained: list[Span] = []
    seen: set[tuple[object, ...]] = set()
    for change in own:
        span = module.span(change.node)
        explained.append(span)
        explained += [module.span(node) for node in _touched(change.edits) if module.owns(node)]
        if ignore_all or not options.selects(change.code) or _ignored(span, change.code, ignored):
            continue
        fixed = _applies(change, options)
        message = change.message
        if change.edits and not fixed:
            message = f"if this is AssemblyAI's: {message} (--unsafe writes it)"
        # one rewrite of a rule at a place counts once; one and the same thing left in a statement is said once
        key = (change.code, span) if fixed else (change.code, module.statement(change.node) or span, message)
        if key not in seen:
            seen.add(key)
            findings.append((Finding(change.code, span, message, change.safety, fixed), change.node))
    standing = _standing_todos(module, findings, ignored, ignore_all, options)
    # what an earlier run has reported of a statement explains its words
    explained += [_head(module, node) for _, node in standing]
    findings += standing
    edits: list[Edit] = []
    for change in everything:
        if not _applies(change, options) or not options.selects(change.code):
            continue
        home = program.modules[change.path]
        if suppression.ignores_file(home.text) or ignore_all:
            continue
        if _ignored(home.span(change.node), change.code, suppression.ignored_lines(home.text)):
            continue
        for edit in change.edits:
            if isinstance(edit, Unused) and program.is_taken(module.path, edit.name):
                continue  # another module has this import from here
            node = _node_of(edit)
            if (node is None and change.path == module.path) or (node is not None and module.owns(node)):
                edits.append(edit)
    explained += [module.span(node) for node in foreign.nodes(program, module)]
    for change in everything:
        explained += [module.span(node) for node in (*_touched(change.edits), *change.explains) if module.owns(node)]
    return ModulePlan(module, findings, explained, edits, options, program.receivers)


def _standing_todos(
    module: SourceModule,
    findings: Sequence[tuple[Finding, cst.CSTNode]],
    ignored: Mapping[int, tuple[str, ...]],
    ignore_all: bool,
    options: Options,
) -> list[tuple[Finding, cst.CSTNode]]:
    """Return the TODO comments of earlier runs as findings: each stands for work until a person deletes it."""
    if comments.TODO not in module.text or ignore_all:
        return []
    known = {(finding.code, module.statement(node)) for finding, node in findings if not finding.fixed}
    found: list[tuple[Finding, cst.CSTNode]] = []
    for statement in module.walk():
        if not isinstance(statement, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            continue
        span = module.span(statement)
        here = Span(span.line, span.column, span.line, span.column + 1)
        for code, message in comments.todos_above(module, statement):
            if code == UNEXPLAINED:
                continue  # the words themselves still stand there and are counted again
            taken = not options.selects(code) or _ignored(here, code, ignored)
            if not taken and (code, statement) not in known:
                found.append((Finding(code, here, message, Safety.MANUAL, False), statement))
    return found


def _head(module: SourceModule, statement: cst.CSTNode) -> Span:
    """Return where a statement stands, without the block that it opens."""
    span = module.span(statement)
    body = getattr(statement, "body", None)
    if isinstance(body, cst.BaseSuite):
        start = module.span(body)
        return Span(span.line, span.column, start.line, start.column)
    return span


def _applies(change: Change, options: Options) -> bool:
    if not change.edits or change.safety is Safety.MANUAL:
        return False
    return change.safety is Safety.SAFE or options.unsafe


def _ignored(span: Span, code: str, ignored: Mapping[int, tuple[str, ...]]) -> bool:
    return suppression.is_ignored(code, range(span.line, span.end_line + 1), ignored)


def _node_of(edit: Edit) -> cst.CSTNode | None:
    if isinstance(edit, Replace):
        return edit.node
    if isinstance(edit, Remove | InsertBefore | InsertAfter):
        return edit.statement
    if isinstance(edit, AddImport):
        return edit.place
    return edit.ending if isinstance(edit, Guard) else None


def _touched(edits: Sequence[Edit]) -> list[cst.CSTNode]:
    return [
        edit.node if isinstance(edit, Replace) else edit.statement
        for edit in edits
        if isinstance(edit, Replace | Remove)
    ]


@cache
def registry() -> tuple[Rule[Any], ...]:
    """Return every rule, in the order in which they see a node."""
    return tuple(rule() for rule in RULES)


@cache
def _rules_for(kind: type[cst.CSTNode]) -> tuple[Rule[Any], ...]:
    """Return the rules that want to see nodes of a class."""
    return tuple(rule for rule in registry() if issubclass(kind, rule.nodes))


def _changes(program: Program, options: Options) -> Iterator[Change]:
    """Walk every module once and yield what the rules find; what a change covers, no later rule sees."""
    covered: set[cst.CSTNode] = set()
    for path in program.targets:
        module = program.modules[path]
        context = Context(program, module, options)
        for node in module.walk():
            for rule in _rules_for(type(node)):
                if node in covered:
                    break
                for change in rule.visit(node, context):
                    covered.update(below for top in change.covered for below in module.walk(top))
                    yield replace(change, path=path)


def documentation() -> Sequence[RuleDoc]:
    """Return what `explain` shows of every rule, by code."""
    return sorted((rule.doc() for rule in registry()), key=lambda doc: doc.code)
