"""The small functions that end a session properly, put into the user's program where a rewrite calls them.

A session that is not terminated stays open on the server, and is billed, for up to three hours; the transcripts of what
was said last arrive after `Terminate`, before the service closes the connection (vendor's documentation of v3).
"""

from __future__ import annotations

import re

import libcst as cst

from codemods.facts.sessions import Sessions
from codemods.libraries import websocket_client
from codemods.libraries.values import Connection
from codemods.syntax.edits import AddImport, Edit
from codemods.syntax.snippet import written
from codemods.syntax.tree import SourceModule

_CLIENT = re.compile(r"from\s+websocket\b|import\s.*\bwebsocket\b")
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
    threads = any(connection.transport is websocket_client.TRANSPORT for connection in connections)
    imports = ("threading", "time", "contextlib") if threads else ("asyncio", "contextlib", "logging")
    library = {package for connection in connections if (package := connection.transport.snippets_import)}
    files = {_file(connection) for connection in connections}
    return (
        len(files) <= 1
        and "" not in files
        and not module.names & {END, *names}
        and sessions.program.can_import(module, *imports, *library)
        and all(is_loaded(module, name) for name in library)
    )


def is_loaded(module: SourceModule, library: str) -> bool:
    """Return whether a module cannot be loaded without a library: nothing but plain statements at its top import it."""
    imports = module.find(cst.Import, cst.ImportFrom)
    own = [node for node in imports if re.search(rf"\b(from|import)\s+(.*,\s*)?{library}\b", module.code(node))]
    return not own or any(module.parent(module.statement(node) or node) is module.tree for node in own)


def end_session(module: SourceModule, connection: Connection) -> list[Edit]:
    """Return the edits that give a module `end_session`."""
    return written(module, _file(connection), definition=END)


def run_session(module: SourceModule, connection: Connection, *, quiet: bool = False) -> list[Edit]:
    """Return the edits that give a module `run_session`.

    `quiet` is whether an error of the sender becomes a line of the log, because the program never asks for it.
    """
    return written(module, _file(connection) + "_quiet" * quiet, definition=RUN)


def ending_session(module: SourceModule, connection: Connection) -> list[Edit]:
    """Return the edits that give a module `ending_session`."""
    return written(module, _file(connection), definition=ENDING)


def session_block(module: SourceModule, connection: Connection, name: str) -> list[Edit]:
    """Return the edits that give a module `session_messages` or `session_receive`."""
    return written(module, _file(connection), definition=name)


def client_name(module: SourceModule, name: str) -> tuple[str, AddImport] | None:
    """Return how a module calls something of websocket-client, and the import that this takes.

    None where the module loads without that library, too: functions import it, or a `try` does.
    """
    imports = [node for node in module.find(cst.Import, cst.ImportFrom) if _CLIENT.match(module.code(node))]
    if imports and not any(module.parent(module.statement(node) or node) is module.tree for node in imports):
        return None
    plain = any(
        isinstance(node, cst.ImportAlias) and node.evaluated_name == "websocket" and node.asname is None
        for node in module.walk()
    )
    return (f"websocket.{name}", AddImport("websocket")) if plain else (name, AddImport("websocket", name))


def _file(connection: Connection) -> str:
    """Return the file of snippets for a connection."""
    files = connection.transport.snippets
    if isinstance(files, str):
        return files
    made = cst.Module([]).code_for_node(connection.site.func)
    return files.get(made.rpartition(".")[2], files[""])
