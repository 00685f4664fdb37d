"""Helpers that several modules of a program need: written into one, imported by those that import it already."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods.facts.program import Program
from codemods.rewrites.sdk.names import Names, spelled
from codemods.syntax.tree import SourceModule


def provider(program: Program, module: SourceModule, extra: str) -> str | None:
    """Return how a module names another one that it imports and that gets the same helper; None if there is none.

    A module that it does not import yet is never run for the sake of a helper, and two never import each other.
    """
    for path, written in _imported(program, module):
        other = program.run.modules[path]
        if _uses(program, other, extra) and module.path not in {back for back, _ in _imported(program, other)}:
            return written
    return None


def _imported(program: Program, module: SourceModule) -> Iterator[tuple[str, str]]:
    """Yield the modules under migration that a module imports at its top, and how it names them."""
    for statement in module.tree.body:
        for node in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            named: list[tuple[str, int]] = []
            if isinstance(node, cst.Import):
                named = [(spelled(alias.name), 0) for alias in node.names]
            elif isinstance(node, cst.ImportFrom):
                named = [(spelled(node.module) if node.module is not None else "", len(node.relative))]
            for dotted, level in named:
                path = program.run.workspace.resolve(module.path, dotted, level) if dotted else None
                if path is not None and path in program.targets and path != module.path:
                    yield path, "." * level + dotted


def _uses(program: Program, module: SourceModule, extra: str) -> bool:
    def look() -> bool:
        names = Names.of(program, module)
        return extra not in names.taken and any(
            isinstance(node, cst.Name | cst.Attribute)
            and names.extra(node) == extra
            and not any(isinstance(up, cst.ImportFrom | cst.Import) for up in module.ancestors(node))
            for node in module.walk()
        )

    return program.memo(("sdk helper", module.path, extra), look)
