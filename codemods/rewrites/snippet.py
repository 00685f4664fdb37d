"""Functions that are put into users' programs: read from `codemods/snippets`, written in the style of the program."""

from __future__ import annotations

from functools import cache
from importlib import resources

import libcst as cst

from codemods.syntax.build import indented
from codemods.syntax.edits import AddHelper, AddImport, Edit
from codemods.syntax.tree import SourceModule, dotted


def snippet(module: SourceModule, file: str, name: str) -> list[Edit]:
    """Return the edits that give a module a function of a snippet file, and what that needs.

    Those are the functions of the file that it calls, in turn, and the imports of all of them. Annotations come along
    where the module has them, quotes and indentation are its own.
    """
    edits: list[Edit] = []
    imports: list[Edit] = []
    waiting, done = [name], set()
    while waiting:
        current = waiting.pop(0)
        if current in done:
            continue
        done.add(current)
        function: cst.CSTNode = _definitions(file)[current].with_changes(leading_lines=())
        function = function if _is_typed(module) else _cast(function.visit(_Untyped()))
        function = _cast(function.visit(_SingleQuoted())) if _prefers_single_quotes(module) else function
        assert isinstance(function, cst.FunctionDef)
        # each new helper stands above those added before it
        edits.append(AddHelper(current, indented(module, cst.Module([function]).code)))
        used = _names(function)
        waiting += sorted(used & _definitions(file).keys() - done)
        imports += [edit for bound, edit in _imports(file).items() if bound in used]
    return [*edits, *imports]


@cache
def _tree(file: str) -> cst.Module:
    # no package: nothing is meant to import it
    return cst.parse_module((resources.files("codemods") / "snippets" / f"{file}.py").read_bytes())


@cache
def _definitions(file: str) -> dict[str, cst.FunctionDef]:
    return {node.name.value: node for node in _tree(file).body if isinstance(node, cst.FunctionDef)}


@cache
def _imports(file: str) -> dict[str, AddImport]:
    """Return what a file imports, by the name that it gives it."""
    found: dict[str, AddImport] = {}
    for line in _tree(file).body:
        for part in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            match part:
                case cst.Import(names=names):
                    found.update({alias.evaluated_name: AddImport(alias.evaluated_name) for alias in names})
                case cst.ImportFrom(module=cst.BaseExpression() as home, names=[*names]):
                    origin = dotted(home)
                    found.update({alias.evaluated_name: AddImport(origin, alias.evaluated_name) for alias in names})
    return found


def _names(node: cst.CSTNode) -> set[str]:
    """Return the names that a function mentions."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, cst.Name):
            found.add(current.value)
        waiting += current.children
    return found


def _is_typed(module: SourceModule) -> bool:
    """Return whether most functions of a module say what they return."""
    functions = [node for node in module.walk() if isinstance(node, cst.FunctionDef)]
    return 2 * sum(function.returns is not None for function in functions) > len(functions)


def _prefers_single_quotes(module: SourceModule) -> bool:
    quotes = [node.quote for node in module.walk() if isinstance(node, cst.SimpleString)]
    return quotes.count("'") > quotes.count('"')


def _cast(node: object) -> cst.CSTNode:
    assert isinstance(node, cst.CSTNode)
    return node


class _Untyped(cst.CSTTransformer):
    """Takes annotations out."""

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        return updated_node.with_changes(annotation=None)

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        return updated_node.with_changes(returns=None)

    def leave_AnnAssign(self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign) -> cst.BaseSmallStatement:
        if updated_node.value is None:
            return updated_node
        return cst.Assign([cst.AssignTarget(updated_node.target)], updated_node.value)


class _SingleQuoted(cst.CSTTransformer):
    def leave_SimpleString(self, original_node: cst.SimpleString, updated_node: cst.SimpleString) -> cst.SimpleString:
        text = updated_node.value
        if updated_node.prefix or updated_node.quote != '"' or "'" in text or "\\" in text:
            return updated_node
        return updated_node.with_changes(value=f"'{text[1:-1]}'")
