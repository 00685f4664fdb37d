"""The time of receipt, which stands for the `created` of v2 transcripts."""

from __future__ import annotations

import libcst as cst

from codemods.syntax.edits import AddImport, Edit
from codemods.syntax.tree import SourceModule


def now(module: SourceModule) -> tuple[str, list[Edit]]:
    """Return an expression for the present moment that suits the module's imports, and the import if one is missing."""
    for node in module.walk():
        match node:
            case cst.ImportFrom(module=cst.Name(value="datetime")):
                if not isinstance(node.names, cst.ImportStar):
                    for alias in node.names:
                        if isinstance(alias.name, cst.Name) and alias.name.value == "datetime" and alias.asname is None:
                            return "datetime.now()", []
            case cst.Import():
                for alias in node.names:
                    if isinstance(alias.name, cst.Name) and alias.name.value == "datetime" and alias.asname is None:
                        return "datetime.datetime.now()", []
    return "datetime.datetime.now()", [AddImport("datetime")]
