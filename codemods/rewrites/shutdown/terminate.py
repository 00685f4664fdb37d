"""The statements that end a session where they stand: ask for its end, and wait for a while for what still comes."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from codemods.facts.control_flow import caught, is_endless
from codemods.facts.sessions import Session, Sessions, own_nodes
from codemods.rewrites.shutdown.helpers import library_name
from codemods.syntax.edits import AddImport, Edit, InsertAfter, Replace
from codemods.syntax.navigate import statements_behind
from codemods.syntax.tree import SourceModule, Statement

# What the receiver raises by then is of no interest: who awaits it is told, or has been cancelled.
_WAIT = "await asyncio.gather(asyncio.wait_for({}, timeout=5), return_exceptions=True)  # for the last transcripts"


def terminated(
    place: cst.CSTNode, session: Session, module: SourceModule, socket: str, receiver: str = ""
) -> tuple[str, list[Edit]] | None:
    """Return the source that ends a session of a coroutine, and the edits that it needs.

    None where its names are not free.

    Args:
        place: where that is to stand.
        socket: the connection, as source.
        receiver: the variable with the task that receives, and that is waited for.
    """
    named = library_name(module, place, *session.connection.transport.closed)
    if named is None:
        return None
    name, edits = named[0], [AddImport("contextlib"), *named[1]]
    lines = [f'await {socket}.{session.connection.transport.send_text}(\'{{"type": "Terminate"}}\')']
    if receiver:
        edits.append(AddImport("asyncio"))
        lines.append(_WAIT.format(receiver))
    inside = "".join(f"{module.tree.default_indent}{line}\n" for line in lines)
    return f"with contextlib.suppress({name}):\n{inside}", edits


def asked_by_sender(sender: cst.Call, session: Session, sessions: Sessions) -> list[Edit] | None:
    """Return the edits by which a coroutine that has no more audio asks for the end; none if it never gets there.

    None where that place is not found.
    """
    found = _sending(sender, session, sessions)
    if found is None:
        return None
    function, loop, socket, module = found
    ways = _ways_out(loop, session.asks, sessions)
    asked = {module.statement(ask) for ask in session.asks if module.owns(ask)}
    if (is_endless(loop) and not ways) or asked.intersection(statements_behind(loop, module)[:1]):
        return []
    if module.parent(loop) is not function.body or any(isinstance(way, cst.Return) for way in ways):
        return None
    code = terminated(loop, session, module, socket)
    return [InsertAfter(loop, code[0]), *code[1]] if code is not None else None


def always_asked_by_sender(sender: cst.Call, session: Session, sessions: Sessions) -> list[Edit] | None:
    """Return the edits by which a coroutine asks for the end on every way out of the loop that sends.

    None where that loop is not found.
    """
    found = _sending(sender, session, sessions)
    code = terminated(found[1], session, found[3], found[2]) if found is not None else None
    if found is None or code is None:
        return None
    return [finally_behind(found[1], code[0], found[3]), *code[1]]


def finally_behind(statement: Statement, code: str, module: SourceModule) -> Replace:
    """Return the edit that runs `code`, given as source, behind a statement, whatever happens in it."""
    unit = module.tree.default_indent
    return guarded(statement, "finally:\n" + "".join(unit + line for line in code.splitlines(keepends=True)), module)


def guarded(statement: Statement, rest: str, module: SourceModule) -> Replace:
    """Return the edit that gives a statement a `try` with `rest`: handlers, or a `finally`.

    Where another rule has put one around it, that gets them: of two with a `finally`, the first runs first.
    """
    around = within(statement, "try:", module, rest)
    made = cst.parse_statement(f"try:\n    pass\n{rest}", module.tree.config_for_parsing)
    new = cst.ensure_type(made, cst.Try)

    def build(updated: cst.CSTNode) -> cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]:
        if not isinstance(updated, cst.Try) or isinstance(statement, cst.Try):
            return around.build(updated)
        old, last = updated.finalbody, new.finalbody
        if old is not None and last is not None:
            last = old.with_deep_changes(old.body, body=[*old.body.body, *last.body.body])
        return updated.with_changes(handlers=new.handlers or updated.handlers, finalbody=last or old)

    return Replace(statement, build)


def within(statement: Statement, head: str, module: SourceModule, rest: str = "") -> Replace:
    """Return the edit that puts a statement into the block of another, given by its first line and what follows it."""
    code = f"{head}\n{module.tree.default_indent}pass\n{rest}"

    def build(updated: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(updated, cst.BaseCompoundStatement | cst.SimpleStatementLine)
        around = cst.parse_statement(code, module.tree.config_for_parsing)
        assert isinstance(around, cst.BaseCompoundStatement)
        body = around.body.with_changes(body=[updated.with_changes(leading_lines=())])
        return around.with_changes(body=body, leading_lines=updated.leading_lines)

    return Replace(statement, build)


def _sending(
    sender: cst.Call, session: Session, sessions: Sessions
) -> tuple[cst.FunctionDef, cst.While | cst.For, str, SourceModule] | None:
    """Return the function that a call runs, its one loop with all that sends audio, and the connection as source."""
    function = sessions.callee(sender)
    if function is None:
        return None
    module = sessions.home(function)
    sends = [send.call for send in session.audio if sessions.function(send.call) is function]
    outer = {next(reversed(sessions.loops(send)), None) for send in sends}
    loop = outer.pop() if len(outer) == 1 else None
    if len(sends) != len(session.audio) or not isinstance(loop, cst.While | cst.For) or loop.orelse is not None:
        return None
    if not isinstance(sends[0].func, cst.Attribute) or not sessions.program.can_import(module, "contextlib"):
        return None
    return function, loop, module.code(sends[0].func.value), module


def _ways_out(
    loop: cst.While | cst.For, asked: Sequence[cst.CSTNode], sessions: Sessions
) -> list[cst.Break | cst.Return]:
    """Return the statements that leave a loop, where the connection is not gone and the end was not asked for."""
    own = own_nodes(loop.body)
    gone = [
        each for each in own if isinstance(each, cst.ExceptHandler) and "ConnectionClosed" in " ".join(caught(each))
    ]
    reached = sessions.flow(loop).behind([loop], [*asked, *gone])
    ways = [node for node in own if isinstance(node, cst.Break | cst.Return) and node in reached]
    return [way for way in ways if isinstance(way, cst.Return) or sessions.loops(way)[0] is loop]
