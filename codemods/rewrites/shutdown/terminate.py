"""The statements that end a session where they stand: ask for its end, and wait for a while for what still comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from codemods.facts.sessions import Session, Sessions, functions, own_nodes
from codemods.libraries.transport import Transport
from codemods.rewrites.shutdown.helpers import is_loaded
from codemods.syntax.edits import AddImport, Edit, InsertAfter, Replace
from codemods.syntax.tree import SourceModule, Statement, dotted

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
    named = _gone(module, place, session.connection.transport)
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
    asked = [module.statement(end.call) for end in session.ends if module.owns(end.call)]
    ways = list(_ways_out(loop, asked, module))
    endless = isinstance(loop, cst.While) and isinstance(loop.test, cst.Name) and loop.test.value == "True"
    if (endless and not ways) or following(loop, module) in asked:
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
    unit, config = module.tree.default_indent, module.tree.config_for_parsing
    rest = "finally:\n" + "".join(unit + line for line in code.splitlines(keepends=True))
    around = within(statement, "try:", module, rest)
    added = cst.parse_module(code, config).body

    def build(updated: cst.CSTNode) -> cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]:
        match updated:
            case cst.Try(handlers=[], finalbody=cst.Finally(body=cst.IndentedBlock(body=body) as block)):
                return updated.with_deep_changes(block, body=[*body, *added])  # another rule has put it there
        return around.build(updated)

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


def following(statement: cst.CSTNode, module: SourceModule) -> cst.CSTNode | None:
    """Return the statement that stands right behind one, in the same block."""
    block = module.parent(statement)
    body: list[cst.CSTNode] = list(block.body) if isinstance(block, cst.IndentedBlock | cst.Module) else []
    return next(iter(body[body.index(statement) + 1 :]), None) if statement in body else None


def _sending(
    sender: cst.Call, session: Session, sessions: Sessions
) -> tuple[cst.FunctionDef, cst.While | cst.For, str, SourceModule] | None:
    """Return the function that a call runs, its one loop with all that sends audio, and the connection as source."""
    called = functions(sessions.program.values(sender.func))
    function = called[0] if len(called) == 1 else None
    module = sessions.program.module_of(function) if function is not None else None
    if not isinstance(function, cst.FunctionDef) or module is None:
        return None
    sends = [send.call for send in session.audio if sessions.function(send.call) is function]
    loops = {_outermost(send, function, module) for send in sends}
    loop = loops.pop() if len(loops) == 1 else None
    if len(sends) != len(session.audio) or loop is None or loop.orelse is not None:
        return None
    if not isinstance(sends[0].func, cst.Attribute) or not sessions.program.can_import(module, "contextlib"):
        return None
    return function, loop, module.code(sends[0].func.value), module


def _outermost(node: cst.CSTNode, function: cst.FunctionDef, module: SourceModule) -> cst.While | cst.For | None:
    """Return the outermost loop of a function around a node."""
    found: cst.While | cst.For | None = None
    for up in module.ancestors(node):
        if up is function:
            break
        if isinstance(up, cst.While | cst.For):
            found = up
    return found


def _ways_out(
    loop: cst.While | cst.For, asked: Sequence[cst.CSTNode | None], module: SourceModule
) -> Iterator[cst.Break | cst.Return]:
    """Yield the statements that leave a loop, where the connection is not gone and the end was not asked for."""
    for node in own_nodes(loop.body):
        if not isinstance(node, cst.Break | cst.Return):
            continue
        around = list(module.ancestors(node))
        inside = around[: around.index(loop)]
        if isinstance(node, cst.Break) and any(isinstance(up, cst.While | cst.For) for up in inside):
            continue
        if any(following(each, module) in inside for each in asked if each is not None):
            continue
        handlers = [up for up in inside if isinstance(up, cst.ExceptHandler) and up.type is not None]
        if not any("ConnectionClosed" in module.code(up.type) for up in handlers if up.type is not None):
            yield node


def _gone(module: SourceModule, place: cst.CSTNode, transport: Transport) -> tuple[str, list[Edit]] | None:
    """Return the exception that says that a connection is gone, as it can be named at a place, and what that takes.

    None where the library is not there wherever the module is, or the name means something else.
    """
    package, home, name = transport.closed
    if not package:
        return name, []
    around = {module.tree, *module.ancestors(place)}
    visible: set[str] = set()
    for node in module.find(cst.Import, cst.ImportFrom):
        if _scope(node, module) in around:
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
