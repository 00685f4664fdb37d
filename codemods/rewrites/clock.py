"""Times as the program's own imports spell them."""

from __future__ import annotations

import libcst as cst

from codemods.syntax.edits import AddImport, Edit
from codemods.syntax.tree import SourceModule


def now(module: SourceModule) -> tuple[str, list[Edit]]:
    """Return the present moment, which stands for the `created` of v2 transcripts, and the import if one is missing."""
    class_, _, edits = _datetime(module)
    return f"{class_}.now()", edits


def iso_text(module: SourceModule, seconds: str) -> tuple[str, list[Edit]]:
    """Return Unix seconds as ISO 8601 text in UTC, and the imports that are missing."""
    class_, zone, edits = _datetime(module, zone=True)
    return f"{class_}.fromtimestamp({seconds}, {zone}.utc).isoformat()", edits


def _datetime(module: SourceModule, *, zone: bool = False) -> tuple[str, str, list[Edit]]:
    for node in module.walk():
        match node:
            case cst.ImportFrom(module=cst.Name("datetime"), names=[*names]):
                if any(alias.evaluated_name == "datetime" and alias.asname is None for alias in names):
                    return "datetime", "timezone", [AddImport("datetime", "timezone")] if zone else []
            case cst.Import(names=names):
                if any(alias.evaluated_name == "datetime" and alias.asname is None for alias in names):
                    return "datetime.datetime", "datetime.timezone", []
    return "datetime.datetime", "datetime.timezone", [AddImport("datetime")]
