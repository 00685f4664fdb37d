"""V3M516: the end of a session, asked for on a connection that may be gone."""

from __future__ import annotations

import libcst as cst

from codemods.facts.sessions import Sessions
from codemods.libraries.transport import Transport
from codemods.model import Source
from codemods.rewrites.shutdown import helpers
from codemods.rewrites.shutdown.terminate import within
from codemods.rule import Changes, Context, Rule
from codemods.syntax.navigate import only_part
from codemods.syntax.tree import SourceModule


class EndingGuard(Rule[cst.Call]):
    """Lets the rest of the way out happen where `Terminate` meets no connection."""

    code = "V3M516"
    summary = "a connection that is gone does not keep the rest from being freed"
    source = Source(
        "https://github.com/websocket-client/websocket-client/blob/master/websocket/_exceptions.py", read="2026-11-29"
    )
    why = (
        "websocket-client raises where there is no connection, or not yet: in a `finally` or on Ctrl+C, whatever is "
        "freed, closed and waited for behind that line never is."
    )

    def visit(self, node: cst.Call, context: Context) -> Changes:
        sessions = context.get(Sessions)
        session = sessions.ended_by(node)
        if session is None or not session.connection.transport.states:
            return
        transport = session.connection.transport
        line = context.module.statement(node)
        part = only_part(line)
        if line is None or not isinstance(part, cst.Expr) or part.value is not node:
            return
        if not _is_on_the_way_out(node, transport, sessions, context.module):
            return
        named = helpers.closed_error(session.connection, context.module)
        if named is None:
            error = transport.closed[-1]
            yield self.report(node, f"without a connection this raises {error}: handle it, or what follows is not run")
            return
        gone, imported = named

        indent = context.module.tree.default_indent
        handled = f"except ({gone}, OSError):\n{indent}pass  # there is no connection (any more)\n"
        message = "without a connection this raises, and the rest of the way out does not happen; migrated, it does"
        yield self.change(node, message, within(line, "try:", context.module, handled), *imported)


def _is_on_the_way_out(node: cst.CSTNode, transport: Transport, sessions: Sessions, module: SourceModule) -> bool:
    """Return whether a line is where Ctrl+C is handled, or in a `finally` with more to do, and nothing guards it."""
    function = sessions.function(node)
    line = module.statement(node)
    for up in module.ancestors(node):
        if up is function or (isinstance(up, cst.Try) and up.handlers):
            return False  # a `try` with handlers is met from its handlers or its `finally` first, unless it guards
        match up:
            case cst.If() if any(
                isinstance(inner, cst.Attribute) and inner.attr.value in transport.states
                for inner in module.walk(up.test)
            ):
                return False
            case cst.ExceptHandler():
                return up.type is not None and "KeyboardInterrupt" in module.code(up.type)
            case cst.Finally():
                return isinstance(up.body, cst.IndentedBlock) and up.body.body[-1] is not line
    return False
