"""V3M508: a frame that is no JSON, told apart from a handler that fails."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods import protocol as v
from codemods.facts.sessions import Sessions
from codemods.libraries.values import Frame
from codemods.rule import Changes, Context, Rule
from codemods.syntax.children import children
from codemods.syntax.edits import Replace


class JsonErrors(Rule[cst.Try]):
    """Gives a `try` that reads a message and reports every failure alike a handler for bad JSON."""

    code = "V3M508"
    summary = "a message that is no JSON is told apart from other errors"
    source = v.MIGRATION
    why = "A broken frame and a bug in the program's own code look the same where one handler reports both."

    def visit(self, node: cst.Try, context: Context) -> Changes:
        sessions = context.get(Sessions)
        if not isinstance(node, cst.Try) or len(node.handlers) != 1 or not sessions.legacy_connections:
            return
        handler = node.handlers[0]
        tell = _reports(handler, context)
        if tell is None or not any(_parses(call, context, sessions) for call in _calls(node.body)):
            return
        func, name = tell

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            old = cst.ensure_type(updated, cst.Try)
            code = (
                f"try:\n    pass\nexcept json.JSONDecodeError as {name}:\n"
                f'    {func}(f"the message is no JSON: {{{name}}}")\n'
            )
            told = cst.ensure_type(cst.parse_statement(code), cst.Try).handlers[0]
            return old.with_changes(handlers=[told, *old.handlers])

        message = "a message that is no JSON and a bug are reported alike; migrated, they are told apart"
        yield self.change(handler, message, Replace(node, build))


def _reports(handler: cst.ExceptHandler, context: Context) -> tuple[str, str] | None:
    """Return the function by which a handler of everything reports the error, if it does nothing else, and its name."""
    if not isinstance(handler.type, cst.Name) or handler.type.value != "Exception" or handler.name is None:
        return None
    if not isinstance(handler.body, cst.IndentedBlock) or len(handler.body.body) != 1:
        return None
    line = handler.body.body[0]
    part = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
    if (
        not isinstance(part, cst.Expr)
        or not isinstance(part.value, cst.Call)
        or not isinstance(handler.name.name, cst.Name)
    ):
        return None
    func = part.value.func
    is_print = isinstance(func, cst.Name) and func.value == "print"
    is_log = isinstance(func, cst.Attribute) and func.attr.value in ("error", "warning", "exception")
    if not (is_print or is_log) or len(part.value.args) != 1:
        return None
    return context.code(func), handler.name.name.value


def _calls(block: cst.CSTNode) -> Iterator[cst.Call]:
    """Yield the calls whose errors a block lets through: not those of functions or of a `try` inside it."""
    stack = list(children(block))
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Call):
            yield node
        if not isinstance(node, cst.FunctionDef | cst.Lambda | cst.ClassDef | cst.Try):
            stack += children(node)


def _parses(call: cst.Call, context: Context, sessions: Sessions) -> bool:
    """Return whether a call is `json.loads` of what a v2 session received."""
    func = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value != "loads" or context.code(func.value) != "json":
        return False
    return bool(call.args) and any(
        isinstance(value, Frame) and value.connection in sessions.legacy_connections
        for value in context.program.values(call.args[0].value)
    )
