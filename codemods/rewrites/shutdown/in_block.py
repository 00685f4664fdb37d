"""The `async with` block that holds a session: what it calls the connection, and what else it can hold."""

from __future__ import annotations

import libcst as cst

from codemods.facts.sessions import Session, Sessions
from codemods.libraries.values import Connecting
from codemods.syntax.edits import Replace
from codemods.syntax.sequences import extended


def entered_as(node: cst.CSTNode, session: Session, sessions: Sessions) -> str | None:
    """Return the name that an `async with` gives the connection of a session, or None."""
    if not isinstance(node, cst.With) or node.asynchronous is None:
        return None
    last = node.items[-1]
    if sessions.program.values(last.item) != frozenset({Connecting(session.connection)}) or last.asname is None:
        return None
    return last.asname.name.value if isinstance(last.asname.name, cst.Name) else None


def entered_too(node: cst.With, call: str, name: str | None = None) -> Replace:
    """Return the edit by which a block also enters `call`, given as source, under a name if need be."""

    def build(updated: cst.CSTNode) -> cst.CSTNode:
        old = cst.ensure_type(updated, cst.With)
        asname = cst.AsName(cst.Name(name)) if name is not None else None
        return old.with_changes(items=extended(old.items, [cst.WithItem(cst.parse_expression(call), asname)]))

    return Replace(node, build)
