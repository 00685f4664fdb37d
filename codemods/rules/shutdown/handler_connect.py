"""V3M524: a connection that a web application makes for each of its callers."""

from __future__ import annotations

import libcst as cst

from codemods.facts.sessions import Sessions
from codemods.model import Source
from codemods.rewrites.entry_edits import with_keywords
from codemods.rule import Changes, Context, Rule
from codemods.syntax.edits import Replace

#: Seconds; the library's own ten, and the server's shutdown behind them, keep a person waiting for longer than that.
_LIMIT = "5"
_SERVERS = ("fastapi.", "starlette.")


class HandlerConnect(Rule[cst.Call]):
    """Gives the attempt to connect a shorter time limit where Ctrl+C has to wait for it."""

    code = "V3M524"
    summary = "a web application's attempt to connect has a time limit"
    source = Source("https://websockets.readthedocs.io/en/stable/reference/asyncio/client.html", read="2026-11-29")
    why = (
        "On Ctrl+C an ASGI server waits for its handlers, and does not cancel them: a service that says nothing keeps "
        "the whole application from ending for as long as `websockets` tries, ten seconds."
    )

    def visit(self, node: cst.Call, context: Context) -> Changes:
        sessions = context.get(Sessions)
        session = sessions.opened_by(node)
        if session is None or not session.connection.transport.connect_timeout:
            return
        transport = session.connection.transport
        names = {argument.keyword.value for argument in node.args if argument.keyword is not None}
        # the name of the headers tells a version that knows the limit, too
        if transport.headers not in names or transport.connect_timeout in names or any(each.star for each in node.args):
            return
        if sessions.function(node) not in _handled(sessions):
            return

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            return with_keywords(cst.ensure_type(updated, cst.Call), [(transport.connect_timeout, _LIMIT)])

        yield self.change(
            node, "Ctrl+C waits for this attempt to connect; migrated, that gives up in time", Replace(node, build)
        )


def _handled(sessions: Sessions) -> set[cst.CSTNode]:
    """Return the functions that run while a web application deals with a caller."""
    found: set[cst.CSTNode] = set()
    for node, _ in sessions.program.find(cst.FunctionDef):
        if node.asynchronous is None:
            continue
        made = [item.decorator.func for item in node.decorators if isinstance(item.decorator, cst.Call)]
        names = [name for func in made for name in sessions.names(func)]
        if any(name.startswith(_SERVERS) for name in names):
            found |= sessions.reach(node)
    return found
