"""Helpers that several modules of a program need: written into one, imported by those that import it already."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods.facts.program import Program
from codemods.rewrites.sdk.names import Names
from codemods.syntax.tree import SourceModule, dotted


def provider(program: Program, module: SourceModule, extra: str) -> str | None:
    """Return how a module names another one that it imports and that gets the same helper; None if there is none.

    A module that it does not import yet is never run for the sake of a helper, and two never import each other.
    """
    for path, written in _imported(program, module):
        other = program.modules[path]
        if _uses(program, other, extra) and module.path not in {back for back, _ in _imported(program, other)}:
            return written
    return None


def _imported(program: Program, module: SourceModule) -> Iterator[tuple[str, str]]:
    """Yield the modules under migration that a module imports at its top, and how it names them."""
    for statement in module.tree.body:
        for node in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            named: list[tuple[str, int]] = []
            match node:
                case cst.Import():
                    named = [(dotted(alias.name), 0) for alias in node.names]
                case cst.ImportFrom():
                    named = [(dotted(node.module) if node.module is not None else "", len(node.relative))]
            for home, level in named:
                path = program.resolve(module.path, home, level) if home else None
                if path is not None and path in program.targets and path != module.path:
                    yield path, "." * level + home


def _uses(program: Program, module: SourceModule, extra: str) -> bool:
    return (module.path, extra) in program.get(_used)


def _used(program: Program) -> frozenset[tuple[str, str]]:
    """Return what of `assemblyai.extras` each module uses, and can have a helper of that name for."""
    found: set[tuple[str, str]] = set()
    for node, module in program.walk():
        names = Names.of(program, module)
        extra = names.extra(node) if isinstance(node, cst.Name | cst.Attribute) else None
        if extra is not None and extra not in names.taken:
            if not any(isinstance(up, cst.ImportFrom | cst.Import) for up in module.ancestors(node)):
                found.add((module.path, extra))
    return frozenset(found)
