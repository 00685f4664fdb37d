"""Snippets: definitions that are put into a program, written as real files and read as text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import libcst as cst

from codemods.syntax.build import helper
from codemods.syntax.edits import AddHelper, AddImport, Edit
from codemods.syntax.tree import SourceModule, dotted

_FOLDER = "codemods.snippets"
_ONLY_TYPES = frozenset({"collections.abc", "typing"})


@dataclass(frozen=True, slots=True)
class Snippet:
    """One definition.

    Attributes:
        name: what it defines.
        typed: its source.
        plain: the same without annotations, for a program that has none.
        imports: what it needs of the standard library, apart from names for annotations.
        types: the names it needs for annotations.
    """

    name: str
    typed: str
    plain: str
    imports: tuple[AddImport, ...]
    types: tuple[AddImport, ...]


@cache
def load(file: str) -> Snippet:
    """Return the snippet of that file, whose last statement is the definition and whose imports come before."""
    tree = cst.parse_module(resources.files(_FOLDER).joinpath(f"{file}.py").read_text("utf-8"))
    found: list[AddImport] = []
    for line in tree.body:
        part = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        if isinstance(part, cst.Import):
            found += [AddImport(dotted(alias.name)) for alias in part.names]
        elif (
            isinstance(part, cst.ImportFrom) and part.module is not None and not isinstance(part.names, cst.ImportStar)
        ):
            found += [AddImport(dotted(part.module), dotted(alias.name)) for alias in part.names]
    definition = tree.body[-1]
    assert isinstance(definition, cst.FunctionDef | cst.ClassDef)
    bare = definition.with_changes(leading_lines=())
    plain = cst.ensure_type(bare.visit(_Untyped()), cst.BaseCompoundStatement)  # type: ignore[type-abstract]
    return Snippet(
        definition.name.value,
        tree.code_for_node(bare),
        tree.code_for_node(plain),
        tuple(edit for edit in found if edit.module not in _ONLY_TYPES),
        tuple(edit for edit in found if edit.module in _ONLY_TYPES),
    )


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


def written(module: SourceModule, file: str, name: str | None = None, *, typed: bool | None = None) -> list[Edit]:
    """Return the edits that bring a snippet into a module: the definition first, then what it imports.

    Args:
        module: where to.
        file: the snippet.
        name: what it has to be called; None for its own name, or one like it that is free.
        typed: whether it keeps its annotations; None for what the module does.
    """
    snippet = load(file)
    keep = module.is_typed if typed is None else typed
    code = snippet.typed if keep else snippet.plain
    added = helper(module, snippet.name, code)
    if name is not None:
        added = AddHelper(name, added.code.replace(added.name, name))
    return [added, *snippet.imports, *(snippet.types if keep else ())]
