"""Snippets: definitions that are put into a program, written as real files and read as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import libcst as cst

from codemods.syntax.build import helper
from codemods.syntax.children import walk
from codemods.syntax.edits import AddHelper, AddImport, Edit
from codemods.syntax.tree import SourceModule, dotted

_FOLDER = "codemods.snippets"
_ONLY_TYPES = frozenset({"__future__", "collections.abc", "typing"})


@dataclass(frozen=True, slots=True)
class Snippet:
    """One definition.

    Attributes:
        name: what it defines.
        typed: its source.
        plain: the same without annotations, for a program whose functions do not say what they return.
        imports: what it needs, apart from names for annotations.
        types: the names it needs for annotations.
        needs: the other definitions of its file that it uses.
    """

    name: str
    typed: str
    plain: str
    imports: tuple[AddImport, ...]
    types: tuple[AddImport, ...]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    tree: cst.Module
    imports: Mapping[str, AddImport]
    definitions: Mapping[str, cst.FunctionDef | cst.ClassDef]


@cache
def _read(file: str) -> _File:
    """Return what stands in a file of snippets: definitions, also of other files, the imports of all of them."""
    tree = cst.parse_module(resources.files(_FOLDER).joinpath(f"{file}.py").read_text("utf-8"))
    imports: dict[str, AddImport] = {}
    definitions: dict[str, cst.FunctionDef | cst.ClassDef] = {}
    for statement in tree.body:
        match statement:
            case cst.FunctionDef() | cst.ClassDef():
                definitions[statement.name.value] = statement
            case cst.SimpleStatementLine(body=[cst.Import(names=names)]):
                imports |= {dotted(alias.name).split(".")[0]: AddImport(dotted(alias.name)) for alias in names}
            case cst.SimpleStatementLine(
                body=[cst.ImportFrom(module=cst.Attribute(attr=cst.Name(other)) as home, names=[*names])]
            ) if dotted(home) == f"{_FOLDER}.{other}":
                imports |= _read(other).imports
                definitions |= {name: _read(other).definitions[name] for name in (dotted(a.name) for a in names)}
            case cst.SimpleStatementLine(body=[cst.ImportFrom(module=cst.BaseExpression() as home, names=[*names])]):
                imports |= {dotted(alias.name): AddImport(dotted(home), dotted(alias.name)) for alias in names}
    return _File(tree, imports, definitions)


@cache
def load(file: str, name: str | None = None) -> Snippet:
    """Return a definition of a file, by default the last."""
    tree, imports, definitions = (read := _read(file)).tree, read.imports, read.definitions
    definition = definitions[name or list(definitions)[-1]]
    bare = definition.with_changes(leading_lines=())
    plain = cst.ensure_type(bare.visit(_Untyped()), cst.BaseCompoundStatement)  # type: ignore[type-abstract]
    used, needed = _names(bare), _names(plain)
    return Snippet(
        definition.name.value,
        tree.code_for_node(bare),
        tree.code_for_node(plain),
        tuple(edit for bound, edit in imports.items() if bound in needed and edit.module not in _ONLY_TYPES),
        tuple(edit for bound, edit in imports.items() if bound in used and edit.module in _ONLY_TYPES),
        tuple(each for each in definitions if each in needed and each != definition.name.value),
    )


def imported(file: str) -> frozenset[str]:
    """Return the modules that the definitions of a file need, apart from those for annotations."""
    return frozenset(edit.module for edit in _read(file).imports.values() if edit.module not in _ONLY_TYPES)


def _names(node: cst.CSTNode) -> set[str]:
    """Return the names that a definition mentions."""
    found: set[str] = set()
    for inner in walk(node):
        match inner:
            case cst.Name(value=name):
                found.add(name)
            case cst.Annotation(annotation=cst.SimpleString(raw_value=text)):
                found.update(re.findall(r"\w+", text))
    return found


class _Untyped(cst.CSTTransformer):
    """Takes annotations out."""

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        if updated_node.annotation is None:
            return updated_node
        tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        equal = tight if updated_node.default is not None else cst.MaybeSentinel.DEFAULT
        return updated_node.with_changes(annotation=None, equal=equal)

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        return updated_node.with_changes(returns=None)

    def leave_AnnAssign(self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign) -> cst.BaseSmallStatement:
        if updated_node.value is None:
            return updated_node
        return cst.Assign([cst.AssignTarget(updated_node.target)], updated_node.value)


def written(
    module: SourceModule,
    file: str,
    name: str | None = None,
    *,
    typed: bool | None = None,
    definition: str | None = None,
) -> list[Edit]:
    """Return the edits that bring a snippet into a module: the definition first, then what it needs.

    Args:
        module: where to.
        file: the snippet.
        name: what it has to be called; None for its own name, or one like it that is free.
        typed: whether it keeps its annotations; None for what the module does.
        definition: which definition of the file; None for the last.
    """
    snippet = load(file, definition)
    keep = module.annotates_returns if typed is None else typed
    added = helper(module, snippet.name, quoted_like(module, snippet.typed if keep else snippet.plain))
    if name is not None:
        added = AddHelper(name, added.code.replace(added.name, name))
    # each new definition stands above those added before it
    needs = [edit for each in snippet.needs for edit in written(module, file, typed=keep, definition=each)]
    return [added, *needs, *snippet.imports, *(snippet.types if keep else ())]


def plain(module: SourceModule, file: str, definition: str | None = None) -> AddHelper:
    """Return the edit that brings a snippet as it is written, without annotations; see `written`."""
    snippet = load(file, definition)
    return helper(module, snippet.name, snippet.plain)


def quoted_like(module: SourceModule, code: str) -> str:
    """Return source with the quotes that most texts of a module have."""
    quotes = [node.quote for node in module.find(cst.SimpleString)]
    if quotes.count("'") <= quotes.count('"'):
        return code
    return cst.ensure_type(cst.parse_module(code).visit(_SingleQuoted()), cst.Module).code


class _SingleQuoted(cst.CSTTransformer):
    def leave_SimpleString(self, original_node: cst.SimpleString, updated_node: cst.SimpleString) -> cst.SimpleString:
        text = updated_node.value
        if updated_node.prefix or updated_node.quote != '"' or "'" in text or "\\" in text:
            return updated_node
        return updated_node.with_changes(value=f"'{text[1:-1]}'")
