"""A coroutine that sends over a session and one that receives from it, run side by side: the forms that takes."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from codemods import shutdown
from codemods.facts.sessions import Session, Sessions, external_names, functions
from codemods.sender_task import is_repeated, is_used_behind, makes_task, role, runs, started, tasks_at
from codemods.tree import SourceModule

_COMMA = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


@dataclass(frozen=True, slots=True)
class Pair:
    """What an `await` runs, or waits for.

    Attributes:
        sender: the call whose coroutine sends.
        form: "gather", whose two arguments they are; "wait", whose first argument holds them; "receive", which is the
            receiver itself while the sender is a task; "send", the other way round.
        swapped: whether the receiver comes first.
        task: the name of the task beside; "" where there is none.
        quiet: whether an error of the sender went unnoticed.
    """

    sender: cst.Call
    form: str
    swapped: bool = False
    task: str = ""
    quiet: bool = False

    @classmethod
    def of(cls, node: cst.Await, session: Session, sessions: Sessions, module: SourceModule) -> Pair | None:
        """Return the pair that an `await` is about, if there is just one sender and one receiver of a session."""
        call = cst.ensure_type(node.expression, cst.Call)
        names = external_names(sessions.program.values(call.func))
        if "asyncio.gather" in names:
            plain = not any(argument.keyword or argument.star for argument in call.args)
            return _of_two("gather", [a.value for a in call.args], session, sessions) if plain else None
        if "asyncio.wait" in names:
            held = call.args[0].value if len(call.args) == 1 and call.args[0].keyword is None else None
            if not isinstance(held, cst.List | cst.Set | cst.Tuple) or not _is_last(node, sessions, module):
                return None
            return _of_two("wait", [element.value for element in held.elements], session, sessions)
        return _beside(node, call, session, sessions, module)

    def run(self, updated: cst.CSTNode, *, socket: str) -> cst.CSTNode:
        """Return the call of `run_session` in the place of the one that was awaited."""
        old = cst.ensure_type(updated, cst.Call)
        func = cst.Name(shutdown.RUN)
        lead = cst.Arg(cst.parse_expression(socket), comma=_COMMA)
        if self.form in ("receive", "send"):
            task, call = cst.Arg(cst.Name(self.task)), cst.Arg(old.with_changes(lpar=(), rpar=()))
            first, second = (task, call) if self.form == "receive" else (call, task)
            return cst.Call(func, [lead, first.with_changes(comma=_COMMA), second], lpar=old.lpar, rpar=old.rpar)
        if self.form == "wait":
            held = old.args[0].value
            assert isinstance(held, cst.List | cst.Set | cst.Tuple)
            first, second = (cst.Arg(element.value, comma=_COMMA) for element in held.elements)
            second = second.with_changes(comma=cst.MaybeSentinel.DEFAULT)
        else:
            first, second = old.args
            lead = lead.with_changes(comma=first.comma)
        values = (second.value, first.value) if self.swapped else (first.value, second.value)
        arguments = [lead, first.with_changes(value=values[0]), second.with_changes(value=values[1])]
        return old.with_changes(func=func, args=arguments)


def _of_two(form: str, both: list[cst.BaseExpression], session: Session, sessions: Sessions) -> Pair | None:
    if len(both) != 2:
        return None
    calls = [started(node, sessions.program) for node in both]
    roles = [role(call, session, sessions) for call in calls if call is not None]
    if roles not in (["send", "receive"], ["receive", "send"]):
        return None
    sender = calls[roles.index("send")]
    return Pair(sender, form, swapped=roles[0] == "receive") if sender is not None else None


def _is_last(node: cst.Await, sessions: Sessions, module: SourceModule) -> bool:
    """Return whether nothing comes behind a statement but the end of the program: errors of `wait` go unnoticed there.

    What `run_session` raises would keep the rest from being run.
    """
    statement = module.statement(node)
    function = sessions.function(node)
    for up in [statement, *module.ancestors(statement)] if statement is not None else []:
        block = module.parent(up)
        if isinstance(up, cst.Try | cst.While | cst.For):
            return False
        if isinstance(block, cst.IndentedBlock) and block.body[-1] is not up:
            return False
        if up is function:
            break
    callers = [
        call
        for other in sessions.modules()
        for call in other.walk()
        if isinstance(call, cst.Call) and function in functions(sessions.program.values(call.func))
    ]
    return len(callers) == 1 and _ends_program(callers[0], sessions)


def _ends_program(call: cst.Call, sessions: Sessions) -> bool:
    """Return whether a coroutine is what `asyncio.run` runs, as the last thing that a module does."""
    module = sessions.program.module_of(call)
    runner = next((up for up in module.ancestors(call) if isinstance(up, cst.Call)), None) if module else None
    if module is None or runner is None or "asyncio.run" not in external_names(sessions.program.values(runner.func)):
        return False
    statement = module.statement(call)
    while statement is not None and statement is not module.tree.body[-1]:
        block = module.parent(statement)
        holder = module.parent(block) if isinstance(block, cst.IndentedBlock) and block.body[-1] is statement else None
        statement = holder if isinstance(holder, cst.If) else None
    return statement is not None


def _beside(node: cst.Await, call: cst.Call, session: Session, sessions: Sessions, module: SourceModule) -> Pair | None:
    """Return the pair of a coroutine that is awaited and a task that the same function has started."""
    own = role(call, session, sessions)
    statement = module.statement(node)
    if not own or statement is None or makes_task(call) or not isinstance(module.parent(node), cst.Expr):
        return None
    tasks = [found for found in tasks_at(statement, sessions.program) if role(found[1], session, sessions)]
    if len(tasks) != 1:
        return None
    ((name, beside),) = tasks
    sender, receiver = (call, beside) if own == "send" else (beside, call)
    if own == role(beside, session, sessions) or is_repeated(node, beside, module):
        return None
    if not _is_all(node, sender, receiver, session, sessions, module):
        return None
    return Pair(sender, own, task=name, quiet=own == "receive")


def _is_all(
    node: cst.Await, sender: cst.Call, receiver: cst.Call, session: Session, sessions: Sessions, module: SourceModule
) -> bool:
    """Return whether two coroutines are all that a session is used for from here on, until it ends."""
    function = sessions.function(node)
    if is_used_behind(node, session, sessions, module):
        return False
    if any(not runs(sender, [send.call], sessions) for send in session.audio):
        return False
    later = [receive for receive in session.receives if sessions.function(receive) is not function]
    # a coroutine that takes one message off the socket does not go on to the end of the session
    return all(runs(receiver, [receive], sessions) for receive in later) and any(
        isinstance(receive, cst.For | cst.CompFor) or sessions.in_loop(receive, sessions.function(receive))
        for receive in later
    )
