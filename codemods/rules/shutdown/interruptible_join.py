"""V3M519: a `join()` that Ctrl+C interrupts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from codemods.facts.concurrency import kept_as
from codemods.facts.sessions import Sessions, argument_of, own_nodes
from codemods.libraries.assemblyai_values import Transcriber
from codemods.libraries.values import Connection
from codemods.model import Source
from codemods.rewrites.shutdown.thread_block import catches_interrupt
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.edits import AddImport, Replace
from codemods.syntax.navigate import only_part
from codemods.syntax.tree import SourceModule, dotted

_REASON = "not join: a thread whose join Ctrl+C interrupts counts as ended, before Python 3.13"


class InterruptibleJoin(Rule[cst.Call]):
    """Waits for the thread of a session in a way that Ctrl+C can interrupt."""

    code = "V3M519"
    summary = "a thread is waited for in a way that Ctrl+C can interrupt"
    source = Source("https://github.com/python/cpython/blob/3.11/Lib/threading.py", read="2026-11-29")
    why = (
        "Before Python 3.13 a thread whose `join()` was interrupted counts as ended: a second `join()` returns at "
        "once, and what is closed and freed then is still in use."
    )

    def visit(self, node: cst.Call, context: Context) -> Changes:
        sessions = context.get(Sessions)
        if not isinstance(node, cst.Call) or not sessions.threads or not _is_join(node, sessions):
            return
        module = context.module
        waiting = _interrupted(node, sessions, module)
        if waiting is None or not context.program.can_import(module, "time") or not _is_of_session(node, sessions):
            return
        thread = module.code(cst.ensure_type(node.func, cst.Attribute).value)
        code = f"while {thread}.is_alive():\n    time.sleep(0.1)  # {_REASON}\n"

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            loop = cst.parse_statement(code, module.tree.config_for_parsing)
            return loop.with_changes(leading_lines=cst.ensure_type(updated, cst.SimpleStatementLine).leading_lines)

        edits: list[Edit] = [Replace(module.statement(node) or node, build), AddImport("time")]
        edits += [_limited(again) for again in _joins_again(waiting, thread, sessions, module)]
        yield self.change(
            node, "Ctrl+C in this join() makes the thread count as ended; migrated, it is waited for", *edits
        )


def _is_join(node: cst.Call, sessions: Sessions) -> bool:
    """Return whether a call is `thread.join()`, without a time limit."""
    if not isinstance(node.func, cst.Attribute) or node.func.attr.value != "join" or node.args:
        return False
    return "threading.Thread()" in sessions.names(node.func.value)


def _interrupted(node: cst.Call, sessions: Sessions, module: SourceModule) -> cst.Try | None:
    """Return the `try` that catches Ctrl+C while a statement of the main thread waits."""
    part = only_part(module.statement(node))
    if not isinstance(part, cst.Expr) or part.value is not node:
        return None
    if sessions.threads_of([node]):
        return None
    function = sessions.function(node)
    below: cst.CSTNode = node
    for up in module.ancestors(node):
        if up is function or isinstance(up, cst.ExceptHandler | cst.Finally):
            return None
        if isinstance(up, cst.Try) and below is up.body and any(map(catches_interrupt, up.handlers)):
            return up
        below = up
    return None


def _joins_again(waiting: cst.Try, thread: str, sessions: Sessions, module: SourceModule) -> Iterator[cst.Call]:
    """Yield the calls that wait for the same thread, without a time limit, once Ctrl+C was pressed."""
    for handler in filter(catches_interrupt, waiting.handlers):
        for node in module.walk(handler):
            if isinstance(node, cst.Call) and _is_join(node, sessions):
                if module.code(cst.ensure_type(node.func, cst.Attribute).value) == thread:
                    yield node


def _limited(call: cst.Call) -> Replace:
    limit = cst.ensure_type(cst.parse_expression("join(timeout=5)"), cst.Call).args
    return Replace(call, lambda updated: updated.with_changes(args=limit))


def _is_of_session(node: cst.Call, sessions: Sessions) -> bool:
    """Return whether the thread that is waited for works on a v2 session."""
    program = sessions.program
    name = dotted(cst.ensure_type(node.func, cst.Attribute).value).rpartition(".")[2]
    made = [(call, targets) for call, targets in sessions.threads.items() if name in kept_as(call, sessions.program)]
    if len(made) != 1:
        return False
    ((call, targets),) = made
    if _connects_again(call, targets, sessions):
        return False  # it is no more over when the session is: the interrupted join was what let the program end
    runs = argument_of(call, 1, "target")
    places: list[cst.CSTNode] = [runs.value] if isinstance(runs, cst.Attribute) else []
    places += [each for target in targets for reached in sessions.reach(target) for each in own_nodes(reached)]
    return any(
        isinstance(value, Transcriber) or (isinstance(value, Connection) and value in sessions.legacy_connections)
        for place in places
        if isinstance(place, cst.Name | cst.Attribute)
        for value in program.values(place)
    )


def _connects_again(call: cst.Call, targets: Iterable[cst.CSTNode], sessions: Sessions) -> bool:
    """Return whether a thread runs one connection after the other."""
    module = sessions.home(call)
    if "reconnect" in module.code(call):
        return True
    runs = [
        node
        for target in targets
        for function in sessions.reach(target)
        for node in own_nodes(function)
        if isinstance(node, cst.Call) and dotted(node.func).endswith(".run_forever")
    ]
    return any(sessions.in_loop(run) or "reconnect" in sessions.program.code(run) for run in runs)
