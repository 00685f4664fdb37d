"""A coroutine that sends over a session and one that receives from it, run side by side: the forms that takes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import libcst as cst

from codemods.facts.concurrency import callers, runs_once
from codemods.facts.control_flow import caught
from codemods.facts.lifetimes import is_used_behind
from codemods.facts.sessions import Session, Sessions
from codemods.rewrites.shutdown import helpers
from codemods.rewrites.shutdown.sender_task import TASKS, is_repeated, makes_task, role, runs, started, tasks_at
from codemods.rewrites.shutdown.terminate import asked_by_sender, finally_behind, terminated
from codemods.syntax.edits import AddImport, Edit, Replace
from codemods.syntax.navigate import last_name, only_part, statements_behind
from codemods.syntax.templates import filled
from codemods.syntax.tree import SourceModule


@dataclass(frozen=True, slots=True)
class Pair:
    """What an `await` runs, or waits for.

    Attributes:
        sender: the call whose coroutine sends.
        form: "gather", whose two arguments they are; "wait", whose first argument holds them; "held", for either of a
            list kept under a name; "receive", the receiver itself while the sender is a task; "send", the other way
            round.
        swapped: whether the receiver comes first.
        task: the name of the task beside, or of the list; "" where there is none.
        quiet: whether an error of the sender went unnoticed.
        binding: the edit that gives the task its name, if it has none so far.
    """

    sender: cst.Call
    form: str
    swapped: bool = False
    task: str = ""
    quiet: bool = False
    binding: tuple[Edit, ...] = ()

    @classmethod
    def of(cls, node: cst.Await, session: Session, sessions: Sessions, module: SourceModule) -> Pair | None:
        """Return the pair that an `await` is about, if there is just one sender and one receiver of a session."""
        call = node.expression
        names = sessions.names(call.func) if isinstance(call, cst.Call) else []
        match call:
            case cst.Call() if "asyncio.gather" in names:
                if len(call.args) == 1 and call.args[0].star == "*":
                    return _in_list(call.args[0].value, session, sessions, module)
                plain = not any(argument.keyword or argument.star for argument in call.args)
                return _of_two("gather", [a.value for a in call.args], session, sessions) if plain else None
            case cst.Call() if "asyncio.wait" in names:
                pair = waited_for(call, session, sessions, module)
                return pair if pair is not None and _ends_program(node, sessions) else None
        return _beside(node, session, sessions, module)

    def in_place(self, node: cst.Await, socket: str, session: Session, sessions: Sessions) -> list[Edit] | None:
        """Return the edits that end the session where the two are awaited, without a helper.

        Ctrl+C and errors stop the sender, then the session is ended, and the receiver has some time to see its end.
        None where it takes more than that: forms in which neither can be told from the other, a sender that may be
        done and cannot be made to ask for the end.
        """
        module = sessions.home(node)
        statement = module.statement(node)
        receiver = self._receiver(node)
        free = next((name for name in ("receiver", "receiver_task") if name not in module.names), "")
        name = self.task if self.form == "send" else receiver.value if isinstance(receiver, cst.Name) else free
        if only_part(statement) is None or not isinstance(statement, cst.SimpleStatementLine):
            return None
        if not sessions.program.can_import(module, "asyncio", "contextlib") or self.form in ("wait", "held"):
            return None
        asked = [] if self.form == "send" else asked_by_sender(self.sender, session, sessions)
        ended = terminated(node, session, module, socket, name) if name else None
        if ended is None or asked is None or not isinstance(module.parent(statement), cst.IndentedBlock):
            return None
        stop = f"{self.task}.cancel()\n" if self.form == "receive" else ""
        guard = finally_behind(statement, stop + ended[0], module)
        further = [*asked, *ended[1], *self.binding, AddImport("asyncio")]
        if receiver is None:
            return [guard, *further]
        shield = cst.parse_expression(f"asyncio.shield({name})")
        tasks: list[cst.BaseExpression] = []

        def shielded(updated: cst.CSTNode) -> cst.CSTNode:
            tasks[:] = [cst.ensure_type(updated, cst.BaseExpression)]  # type: ignore[type-abstract]
            return shield

        def build(updated: cst.CSTNode) -> cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]:
            line, task = cst.ensure_type(updated, cst.SimpleStatementLine), tasks[0]
            if isinstance(task, cst.Name):
                return guard.build(line)
            if not isinstance(task, cst.Call) or last_name(task.func) not in TASKS:
                task = cst.Call(cst.parse_expression("asyncio.create_task"), [cst.Arg(task)])
            first = cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(cst.Name(name))], task)], line.leading_lines)
            guarded = guard.build(line.with_changes(leading_lines=()))
            assert isinstance(guarded, cst.CSTNode)
            return cst.FlattenSentinel([first, guarded])

        return [Replace(receiver, shielded), Replace(statement, build), *further]

    def _receiver(self, node: cst.Await) -> cst.BaseExpression | None:
        """Return what is awaited of the receiver, where that is not a task beside."""
        match self.form, node.expression:
            case "gather", cst.Call(args=[first, second]):
                return first.value if self.swapped else second.value
            case "receive", receiver:
                return receiver
        return None

    def run(self, updated: cst.CSTNode, *, socket: str) -> cst.CSTNode:
        """Return the call of `run_session` in the place of what was awaited."""
        old = updated.with_changes(lpar=(), rpar=())
        match self.form, old:
            case "gather", cst.Call(args=[first, second]):  # whose layout stays
                values = (second.value, first.value) if self.swapped else (first.value, second.value)
                lead = cst.Arg(cst.parse_expression(socket), comma=first.comma)
                arguments = [lead, first.with_changes(value=values[0]), second.with_changes(value=values[1])]
                return old.with_changes(func=cst.Name(helpers.RUN), args=arguments)
            case "wait", cst.Call(args=[cst.Arg(value=cst.List() | cst.Set() | cst.Tuple() as held)]):
                both = [element.value for element in held.elements]
            case "held", _:
                both = [cst.parse_expression(f"{self.task}[{index}]") for index in (0, 1)]
            case _:
                both = [cst.ensure_type(old, cst.BaseExpression), cst.Name(self.task)]  # type: ignore[type-abstract]
        sender, receiver = reversed(both) if self.swapped else both
        return filled(f"{helpers.RUN}({socket}, {{sender}}, {{receiver}})", sender=sender, receiver=receiver)


def waited_for(call: cst.Call, session: Session, sessions: Sessions, module: SourceModule) -> Pair | None:
    """Return the pair that a call of `asyncio.wait` waits for until both are done; None if it is another."""
    if "asyncio.wait" not in sessions.names(call.func):
        return None
    if len(call.args) != 1 or call.args[0].keyword is not None:
        return None
    held = call.args[0].value
    if isinstance(held, cst.List | cst.Set | cst.Tuple):
        return _of_two("wait", [element.value for element in held.elements], session, sessions)
    return _in_list(held, session, sessions, module)


def in_group(
    group: cst.With, session: Session, sessions: Sessions
) -> tuple[Pair, cst.BaseSmallStatement, cst.Call, cst.Call] | None:
    """Return the pair that a task group runs and nothing else: the statement that starts the first, and both calls."""
    opened = group.items[0].item if len(group.items) == 1 else None
    names = sessions.names(opened.func) if isinstance(opened, cst.Call) else []
    if "asyncio.TaskGroup" not in names or not isinstance(group.body, cst.IndentedBlock) or len(group.body.body) != 2:
        return None
    parts = [
        line.body[0] for line in group.body.body if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1
    ]
    starts = [part.value for part in parts if isinstance(part, cst.Expr) and makes_task(part.value, sessions.program)]
    if len(starts) != 2:
        return None
    calls = [start.args[0].value for start in starts if isinstance(start, cst.Call)]
    pair = _of_two("gather", calls, session, sessions)
    if pair is None or not isinstance(calls[0], cst.Call) or not isinstance(calls[1], cst.Call):
        return None
    return pair, parts[0], calls[0], calls[1]


def second_await(node: cst.Await, sessions: Sessions, module: SourceModule) -> cst.BaseSmallStatement | None:
    """Return the statement right behind one that awaits a task, if it just awaits another."""
    for line in statements_behind(module.statement(node), module)[:1]:
        part = only_part(line)
        awaited = part.value if isinstance(part, cst.Expr) else None
        if isinstance(part, cst.Expr) and isinstance(awaited, cst.Await) and isinstance(awaited.expression, cst.Name):
            return part if started(awaited.expression, sessions.program) is not None else None
    return None


def _of_two(form: str, both: list[cst.BaseExpression], session: Session, sessions: Sessions) -> Pair | None:
    if len(both) != 2:
        return None
    calls = [started(node, sessions.program) for node in both]
    roles = [role(call, session, sessions) for call in calls if call is not None]
    if roles not in (["send", "receive"], ["receive", "send"]):
        return None
    sender = calls[roles.index("send")]
    return Pair(sender, form, swapped=roles[0] == "receive") if sender is not None else None


def _in_list(held: cst.BaseExpression, session: Session, sessions: Sessions, module: SourceModule) -> Pair | None:
    """Return the pair in a list that has a name, and that nothing adds to."""
    definitions = list(sessions.program.definitions(held)) if isinstance(held, cst.Name) else []
    value = definitions[0].value if len(definitions) == 1 else None
    if not isinstance(held, cst.Name) or not isinstance(value, cst.List | cst.Tuple):
        return None
    uses = sessions.program.uses_of.get(definitions[0], [])
    if any(isinstance(module.parent(use), cst.Attribute) for use in uses):
        return None
    pair = _of_two("held", [element.value for element in value.elements], session, sessions)
    return replace(pair, task=held.value) if pair is not None else None


def _ends_program(node: cst.CSTNode, sessions: Sessions) -> bool:
    """Return whether nothing comes behind a statement but the end of the program, and what Ctrl+C or a `finally` runs.

    Errors of tasks that `asyncio.wait` waits for go unnoticed; what `run_session` raises keeps the rest from being run.
    """
    return runs_once(node, sessions) and all(_is_last(place, sessions) for place in callers(node, sessions))


def _is_last(node: cst.CSTNode, sessions: Sessions) -> bool:
    module = sessions.home(node)
    return all(
        any(
            isinstance(up, cst.Finally) or (isinstance(up, cst.ExceptHandler) and caught(up) == {"KeyboardInterrupt"})
            for up in (later, *module.ancestors(later))
        )
        for later in sessions.flow(node).behind([node])
    )


def _beside(node: cst.Await, session: Session, sessions: Sessions, module: SourceModule) -> Pair | None:
    """Return the pair of a coroutine or task that is awaited and a task that the same function has started."""
    statement = module.statement(node)
    call = started(node.expression, sessions.program)
    own = role(call, session, sessions) if call is not None else ""
    if call is None or not own or statement is None or not isinstance(module.parent(node), cst.Expr):
        return None
    tasks = [found for found in tasks_at(statement, session, sessions, module) if found.call is not call]
    if len(tasks) != 1:
        return None
    beside = tasks[0].call
    sender, receiver = (call, beside) if own == "send" else (beside, call)
    if own == tasks[0].role or is_repeated(node, beside, module) or is_repeated(node, call, module):
        return None
    if not _is_all(node, sender, receiver, session, sessions, module):
        return None
    return Pair(sender, own, own == "receive", tasks[0].name, quiet=own == "receive", binding=tasks[0].binding)


def _is_all(
    node: cst.Await, sender: cst.Call, receiver: cst.Call, session: Session, sessions: Sessions, module: SourceModule
) -> bool:
    """Return whether two coroutines are all that a session is used for from here on, until it ends."""
    function = sessions.function(node)
    if is_used_behind(node, session, sessions):
        return False
    if any(not runs(sender, [send.call], sessions) for send in session.audio):
        return False
    later = [receive for receive in session.receives if sessions.function(receive) is not function]
    # a coroutine that takes one message off the socket does not go on to the end of the session
    return all(runs(receiver, [receive], sessions) for receive in later) and any(
        isinstance(receive, cst.For | cst.CompFor) or sessions.in_loop(receive) for receive in later
    )
