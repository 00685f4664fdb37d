"""The small functions that end a session properly, put into the user's program where a rewrite calls them.

A session that is not terminated stays open on the server, and is billed, for up to three hours; the transcripts of what
was said last arrive after `Terminate`, before the service closes the connection (vendor's documentation of v3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from codemods.facts.sessions import Sessions
from codemods.libraries.values import Connection
from codemods.syntax.edits import AddImport, Edit
from codemods.syntax.snippet import imported, written
from codemods.syntax.tree import SourceModule, dotted

END = "end_session"
RUN = "run_session"
ENDING = "ending_session"
MESSAGES = "session_messages"
RECEIVE = "session_receive"


def fits(module: SourceModule, sessions: Sessions, *names: str) -> bool:
    """Return whether `names` (and `end_session`) are free in a module, and one `end_session` suits all its sessions.

    What the helpers import has to be free, too, and the library to be there wherever the module is.
    """
    connections = [s.connection for s in sessions.found.values() if module.owns(s.connect.call)]
    files = {_file(connection) for connection in connections}
    if len(files) > 1 or "" in files or module.names & {END, *names}:
        return False
    imports = {package for file in files for package in imported(file)}
    if not all(connection.transport.awaited for connection in connections):
        imports.add("threading")
    return sessions.program.can_import(module, *imports) and all(
        is_loaded(module, package) for connection in connections if (package := connection.transport.package) in imports
    )


def is_loaded(module: SourceModule, library: str) -> bool:
    """Return whether a module cannot be loaded without a library: nothing but plain statements at its top import it."""
    imports = [node for node in module.walk() if isinstance(node, cst.Import | cst.ImportFrom)]
    own = [node for node in imports if re.search(rf"\b(from|import)\s+(.*,\s*)?{library}\b", module.code(node))]
    return not own or any(module.parent(module.statement(node) or node) is module.tree for node in own)


def defined(module: SourceModule, connection: Connection, name: str, *, quiet: bool = False) -> list[Edit]:
    """Return the edits that give a module one of the helpers.

    `quiet` is whether an error of the sender becomes a line of the log, because the program never asks for it.
    """
    return written(module, _file(connection) + "_quiet" * quiet, definition=name)


def closed_error(connection: Connection, module: SourceModule) -> tuple[str, list[Edit]] | None:
    """Return how a module calls what is raised when a connection is gone; see `library_name`."""
    return library_name(module, module.tree, *connection.transport.closed)


def library_name(
    module: SourceModule, place: cst.CSTNode, package: str, home: str, name: str
) -> tuple[str, list[Edit]] | None:
    """Return how something of a library can be named at a place, and the edits that this takes.

    None where the library is not there wherever the module is, or the name means something else.

    Args:
        package: the library; empty for what is built in.
        home: the module of it that has the name.
    """
    if not package:
        return name, []
    around = {module.tree, *module.ancestors(place)}
    visible: set[str] = set()
    for node in module.walk():
        if isinstance(node, cst.Import | cst.ImportFrom) and _scope(node, module) in around:
            visible.update(_imported(node))
    if package in visible:
        return f"{package}.{name}", []
    if visible & {f"{home}.{name}", f"{package}.{name}"}:
        return name, []
    return None if name in module.names or not is_loaded(module, package) else (name, [AddImport(home, name)])


def _scope(node: cst.CSTNode, module: SourceModule) -> cst.CSTNode:
    scopes = (up for up in module.ancestors(node) if isinstance(up, cst.FunctionDef | cst.ClassDef | cst.Module))
    return next(scopes, module.tree)


def _imported(node: cst.Import | cst.ImportFrom) -> Iterator[str]:
    """Yield the names, dotted, that a statement imports under their own names."""
    match node:
        case cst.Import(names=names):
            yield from (alias.evaluated_name for alias in names if alias.asname is None)
        case cst.ImportFrom(module=cst.BaseExpression() as home, names=[*names]):
            yield from (f"{dotted(home)}.{alias.evaluated_name}" for alias in names if alias.asname is None)


def _file(connection: Connection) -> str:
    """Return the file of snippets for a connection."""
    files = connection.transport.snippets
    if isinstance(files, str):
        return files
    made = cst.Module([]).code_for_node(connection.site.func)
    return files.get(made.rpartition(".")[2], files[""])
