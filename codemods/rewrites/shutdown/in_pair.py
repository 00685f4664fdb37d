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
from codemods.rewrites.shutdown.terminate import asked_by_sender, terminated
from codemods.syntax.edits import AddImport, Edit, Replace
from codemods.syntax.navigate import only_part, statements_behind
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
        block = module.parent(statement) if statement is not None else None
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            return None
        if not sessions.program.can_import(module, "asyncio", "contextlib"):
            return None
        asked = [] if self.form == "send" else asked_by_sender(self.sender, session, sessions)
        receiver = self._receiver(node, module)
        ended = terminated(node, session, module, socket, receiver) if receiver else None
        if ended is None or asked is None or not isinstance(block, cst.IndentedBlock):
            return None
        code, edits = ended
        unit = module.tree.default_indent
        lines = [f"{self.task}.cancel()\n" if self.form == "receive" else "", *code.splitlines(keepends=True)]
        guard = f"try:\n{unit}pass\nfinally:\n" + "".join(unit + line for line in lines if line)

        def build(updated: cst.CSTNode) -> cst.CSTNode | cst.FlattenSentinel[cst.CSTNode]:
            line = cst.ensure_type(updated, cst.SimpleStatementLine)
            guarded = cst.ensure_type(cst.parse_statement(guard, module.tree.config_for_parsing), cst.Try)
            part, task = self._shielded(line.body[0], receiver, sessions)
            inner = line.with_changes(body=[part], leading_lines=())
            guarded = guarded.with_changes(body=guarded.body.with_changes(body=[inner]))
            if task is None:
                return guarded.with_changes(leading_lines=line.leading_lines)
            first = cst.Assign([cst.AssignTarget(cst.Name(receiver))], task)
            return cst.FlattenSentinel([cst.SimpleStatementLine([first], leading_lines=line.leading_lines), guarded])

        return [Replace(statement, build), *asked, *edits, *self.binding, AddImport("asyncio")]

    def _shielded(
        self, part: cst.BaseSmallStatement, receiver: str, sessions: Sessions
    ) -> tuple[cst.BaseSmallStatement, cst.BaseExpression | None]:
        """Return a statement whose `await` does not cancel the receiver, and what makes the task that needs."""
        if self.form == "send":
            return part, None
        assert isinstance(part, cst.Expr | cst.Assign | cst.Return)
        awaited = cst.ensure_type(part.value, cst.Await)
        shield = cst.parse_expression(f"asyncio.shield({receiver})")
        if self.form == "receive":
            held, new = awaited.expression, shield
        else:
            call = cst.ensure_type(awaited.expression, cst.Call)
            place = 0 if self.swapped else 1
            arguments = list(call.args)
            held, arguments[place] = arguments[place].value, arguments[place].with_changes(value=shield)
            new = call.with_changes(args=arguments)
        part = part.with_changes(value=awaited.with_changes(expression=new))
        match held:
            case cst.Name():
                return part, None
            case cst.Call() if isinstance(held.func, cst.Attribute) and held.func.attr.value in TASKS:
                return part, held
        return part, cst.Call(cst.parse_expression("asyncio.create_task"), [cst.Arg(held)])

    def _receiver(self, node: cst.Await, module: SourceModule) -> str:
        """Return the variable of the task that receives, or a free name for it; "" if there is none."""
        free = next((name for name in ("receiver", "receiver_task") if name not in module.names), "")
        match self.form, node.expression:
            case "send", _:
                return self.task
            case "gather", cst.Call(args=[first, second]):
                held = (first if self.swapped else second).value
                return held.value if isinstance(held, cst.Name) else free
            case "receive", cst.Name(value=name):
                return name
            case "receive", _:
                return free
        return ""

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
    """Return the pair that a call of `asyncio.wait` waits for until both are done."""
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
