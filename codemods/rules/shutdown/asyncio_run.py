"""V3M522: Ctrl+C that stops the event loop, and not the coroutine in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import libcst as cst

from codemods.facts.program import Program
from codemods.facts.sessions import Sessions
from codemods.interpreter.variables import Def
from codemods.libraries.registry import TRANSPORTS
from codemods.model import Source
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.edits import AddImport, Remove, Replace
from codemods.syntax.tree import SourceModule
from codemods.syntax.try_blocks import without_finally

_LOOPS = ("asyncio.get_event_loop", "asyncio.new_event_loop")
#: Where loops come from does not change what one is used for.
_POLICIES = "EventLoopPolicy"
_BELONGS = frozenset[str]().union(*(transport.belongs_to_loop for transport in TRANSPORTS))
_BY_HAND = (
    "Ctrl+C leaves this loop without cancelling what runs in it, so that the session stays open: "
    "run the coroutine with asyncio.run(), and what blocks it with asyncio.to_thread()"
)
_WAITING = re.compile(r"builtins\.input$|sys\.stdin\.|subprocess\.(run|call|check_\w+|Popen\(\)\.)")


class AsyncioRun(Rule[cst.Call]):
    """Runs the session with `asyncio.run`, which cancels it on Ctrl+C, where the loop is used for nothing else."""

    code = "V3M522"
    summary = "Ctrl+C reaches the coroutine that holds the session"
    source = Source(
        "https://docs.python.org/3/library/asyncio-runner.html#handling-keyboard-interruption", read="2026-11-29"
    )
    why = (
        "On Ctrl+C, `run_until_complete` and `run_forever` are left by KeyboardInterrupt, and the coroutine in them is "
        "never resumed: nothing that it does at its end, such as to terminate the session, is done."
    )

    def visit(self, node: cst.Call, context: Context) -> Changes:
        found = context.get(_plan).get(node)
        if found is None or not isinstance(node, cst.Call):
            return
        if found:
            yield self.change(
                node, "Ctrl+C leaves this loop with the session open; migrated, it cancels the coroutine", *found
            )
        else:
            yield self.report(node, _BY_HAND)


@dataclass(slots=True)
class _Loops:
    """How a program uses event loops outside of coroutines.

    Attributes:
        runs: the calls of `run_until_complete` and `run_forever`.
        made: the calls that get or make a loop.
        closed: the calls that close it, or make it the one of its thread.
        others: whatever else is done with a loop, or with asyncio.
    """

    runs: list[cst.Call] = field(default_factory=list)
    made: list[cst.Call] = field(default_factory=list)
    closed: list[cst.Call] = field(default_factory=list)
    others: list[cst.Call] = field(default_factory=list)


def _plan(program: Program) -> dict[cst.CSTNode, list[Edit]]:
    """Return the edits for each call that runs a loop with a v2 session in it; none where a person has to."""
    sessions = program.get(Sessions)
    live = [session for session in sessions.live if session.connection.transport.awaited]
    if not live:
        return {}
    loops = _Loops()
    for call, module in program.find(cst.Call):
        if not _runs_in_loop(call, module):
            _collect(call, sessions, loops)
    places = [place for session in live for place in [*session.receives, *session.sends]]
    # Ctrl+C is none of the business of other threads
    holding = [run for run in loops.runs if _holds(run, places, sessions) and not sessions.threads_of([run])]
    if len(loops.runs) != 1 or loops.others:
        # a program that stops its tasks itself, or is told of signals, knows what it does
        return {} if any(_stops(module) for module in program.own) else {run: [] for run in holding}
    return {run: [] if _may_block(run, sessions) else _edits(run, loops, sessions) for run in holding}


def _collect(node: cst.Call, sessions: Sessions, loops: _Loops) -> None:
    names = sessions.names(node.func)
    name = names[0] if len(names) == 1 else ""
    last = name.rsplit(".", 1)[-1]
    if name in _BELONGS:
        loops.others.append(node)
    elif name in _LOOPS:
        loops.made.append(node)
    elif name.startswith("asyncio.") and not name.endswith((_POLICIES, "set_event_loop_policy")):
        where = {"run_until_complete": loops.runs, "run_forever": loops.runs}
        where |= {"close": loops.closed, "set_event_loop": loops.closed}
        where.get(last, loops.others).append(node)


def _runs_in_loop(node: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether code stands in a coroutine, where the loop that runs it is the one that there is."""
    return any(isinstance(up, cst.FunctionDef) and up.asynchronous is not None for up in module.ancestors(node))


def _holds(run: cst.Call, places: list[cst.CSTNode], sessions: Sessions) -> bool:
    """Return whether a session lives in what a call runs; `run_forever` runs whatever there is."""
    if not run.args:
        return True
    return sessions.reaches(run.args[0], places)


def _may_block(run: cst.Call, sessions: Sessions) -> bool:
    """Return whether a coroutine waits for a terminal, a pipe or a queue: `asyncio.run` has Ctrl+C wait as well."""
    return sessions.reaches(run, [call for call, _ in sessions.program.find(cst.Call) if _waits(call, sessions)])


def _waits(node: cst.Call, sessions: Sessions) -> bool:
    if any(_WAITING.match(name) for name in sessions.names(node.func)):
        return True
    module = sessions.home(node)
    taken = isinstance(node.func, cst.Attribute) and node.func.attr.value == "get" and not node.args
    if not taken:
        return False
    up = module.parent(node)
    call = module.parent(up) if isinstance(up, cst.Arg) else None  # asyncio.wait_for(queue.get(), 1)
    names = sessions.names(call.func) if isinstance(call, cst.Call) else []
    return not isinstance(up, cst.Await) and not any(name.startswith("asyncio.") for name in names)


def _stops(module: SourceModule) -> bool:
    return any(word in module.text for word in (".cancel()", "add_signal_handler", "signal.signal"))


def _edits(run: cst.Call, loops: _Loops, sessions: Sessions) -> list[Edit]:
    module = sessions.home(run)
    call = run.args[0].value if len(run.args) == 1 else None
    if not isinstance(call, cst.Call) or not isinstance(run.func, cst.Attribute):
        return []
    called = sessions.functions_at(call.func)
    if not called or not all(isinstance(item, cst.FunctionDef) and item.asynchronous for item in called):
        return []  # asyncio.run takes coroutines, not what else can be awaited
    if not sessions.program.can_import(module, "asyncio") or "nest_asyncio" in module.text:
        return []
    edits: list[Edit] = [
        Replace(run, lambda updated: cst.ensure_type(updated, cst.Call).with_changes(func=_run())),
        AddImport("asyncio"),
    ]
    if run.func.value in loops.made:
        return edits if loops.made == [run.func.value] and not loops.closed else []
    uses = _uses(run.func.value, loops, sessions)
    gone = [*loops.made, *loops.closed]
    statements = [module.statement(node) for node in gone if module.owns(node)]
    if uses is None or len(uses) != 1 + len(loops.closed) or len(statements) != len(gone):
        return []
    for statement in statements:
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            return []
        edits.append(Remove(statement.body[0]))
        around = module.parent(module.parent(statement) or statement)
        if isinstance(around, cst.Finally):
            edits += without_finally(around, module)
    return edits


def _run() -> cst.Attribute:
    return cst.Attribute(cst.Name("asyncio"), cst.Name("run"))


def _uses(loop: cst.BaseExpression, loops: _Loops, sessions: Sessions) -> list[cst.Name] | None:
    """Return the uses of the variable that holds the one loop."""
    definitions: list[Def] = list(sessions.program.definitions(loop)) if isinstance(loop, cst.Name) else []
    if len(definitions) != 1 or definitions[0].value not in loops.made or len(loops.made) != 1:
        return None
    return sessions.program.uses_of.get(definitions[0], [])
