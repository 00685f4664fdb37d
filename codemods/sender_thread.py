"""The thread that sends audio in a program of module-level functions: how it is kept, stopped and waited for."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from codemods.build import expression
from codemods.edits import AddImport, Edit, InsertAfter, InsertBefore, Replace
from codemods.facts.sessions import Session, Sessions, external_names, own_nodes
from codemods.tree import SourceModule, Statement

EVENT, THREAD = "stop_event", "audio_thread"
_GONE = "WebSocketConnectionClosedException"


@dataclass(slots=True)
class SenderThread:
    """One thread that sends all audio of a session.

    Attributes:
        sender: the function that it runs.
        loop: the loop in it that sends.
        thread: the call that makes it.
    """

    sender: cst.FunctionDef
    loop: cst.While | cst.For
    thread: cst.Call
    module: SourceModule

    @classmethod
    def of(cls, session: Session, sessions: Sessions) -> SenderThread | None:
        """Return the thread that sends the audio of a session, if there is just one and no class is involved."""
        senders = {sessions.function(send.call) for send in session.audio}
        if len(senders) != 1:
            return None
        (sender,) = senders
        threads = [call for call, targets in sessions.thread_targets() if sender in targets]
        module = sessions.program.module_of(sender)
        if module is None or not isinstance(sender, cst.FunctionDef) or len(threads) != 1:
            return None
        if not all(module.owns(node) and not in_class(node, module) for node in (sender, threads[0])):
            return None
        above = [up for send in session.audio for up in module.ancestors(send.call)]
        loops = [up for up in above if isinstance(up, cst.While | cst.For) and sessions.function(up) is sender]
        return cls(sender, loops[-1], threads[0], module) if loops else None

    def kept(self) -> tuple[str, list[Edit]] | None:
        """Return the global name under which the thread is kept, and the edits that keep it."""
        module, call = self.module, self.thread
        statement = module.statement(call)
        function = next((up for up in module.ancestors(call) if isinstance(up, cst.FunctionDef)), None)
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            return None
        part = statement.body[0]
        edits: list[Edit] = []
        if isinstance(part, cst.Assign) and part.value is call and isinstance(part.targets[0].target, cst.Name):
            name = part.targets[0].target.value
            if _names(module, name, function) > 0:
                return None
        elif isinstance(part, cst.Expr) and isinstance(started := part.value, cst.Call) and _starts(started, call):
            name = THREAD
            if _names(module, name, None):
                return None
            edits += [
                Replace(part, lambda updated: _assigned(updated, name)),
                InsertAfter(statement, f"{name}.start()"),
            ]
        else:
            return None
        place = self._globals_place()
        if function is None or place is None or (first := first_statement(function)) is None:
            return None
        edits.append(InsertBefore(first, f"global {name}"))
        edits.append(InsertAfter(place, f"{name} = None"))
        return name, edits

    def event(self) -> list[Edit]:
        """Return the edits that make the global event which stops the thread."""
        place = self._globals_place()
        if place is None:
            return []
        blank = "\n" if isinstance(place.body[0], cst.Import | cst.ImportFrom) else ""
        return [InsertAfter(place, f"{blank}{EVENT} = threading.Event()"), AddImport("threading")]

    def stoppable(self) -> list[Edit]:
        """Return the edits that make the loop test the event."""
        loop = self.loop
        if isinstance(loop, cst.For):
            first = loop.body.body[0]
            if isinstance(first, cst.SimpleStatementLine | cst.BaseCompoundStatement):
                return [InsertBefore(first, f"if {EVENT}.is_set():\n    break")]
            return []
        test = loop.test
        asked = expression(f"not {EVENT}.is_set()")
        if is_true(test):
            return [Replace(test, lambda updated: asked)]

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            old = cst.ensure_type(updated, cst.BaseExpression)  # type: ignore[type-abstract]
            if isinstance(old, cst.BooleanOperation) and isinstance(old.operator, cst.Or) and not old.lpar:
                old = old.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
            return cst.BooleanOperation(left=old, operator=cst.And(), right=asked)

        return [Replace(test, build)]

    def quiet(self, session: Session) -> list[Edit]:
        """Return the edits by which the thread ends without a traceback when the connection is gone."""
        for send in session.audio:
            for up in self.module.ancestors(send.call):
                if isinstance(up, cst.Try):
                    return []  # the program has a word to say about that
                if up is self.sender:
                    break
        plain = any(
            isinstance(node, cst.ImportAlias) and node.evaluated_name == "websocket" and node.asname is None
            for node in self.module.walk()
        )
        gone = f"websocket.{_GONE}" if plain else _GONE

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            loop = cst.ensure_type(updated, cst.BaseCompoundStatement)  # type: ignore[type-abstract]
            code = f"try:\n    pass\nexcept ({gone}, ConnectionError):\n    pass  # the connection is gone\n"
            guarded = cst.ensure_type(cst.parse_statement(code), cst.Try)
            body = guarded.body.with_changes(body=[loop.with_changes(leading_lines=())])
            return guarded.with_changes(body=body, leading_lines=loop.leading_lines)

        return [Replace(self.loop, build), AddImport("websocket", None if plain else _GONE)]

    def _globals_place(self) -> cst.SimpleStatementLine | None:
        """Return the last plain statement above the function that makes the thread."""
        above: cst.SimpleStatementLine | None = None
        around = set(self.module.ancestors(self.thread))
        for statement in self.module.tree.body:
            if statement in around:
                return above
            if isinstance(statement, cst.SimpleStatementLine):
                above = statement
        return None


def waited_for(thread: str) -> str:
    """Return source that waits for the thread, with a time limit."""
    return f"if {thread} is not None:\n    {thread}.join(timeout=1)"


def in_class(node: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether a node is part of a class."""
    return any(isinstance(up, cst.ClassDef) for up in module.ancestors(node))


def is_true(test: cst.BaseExpression) -> bool:
    """Return whether a loop with this test never ends by it."""
    return (isinstance(test, cst.Name) and test.value == "True") or isinstance(test, cst.Integer)


def first_statement(function: cst.FunctionDef) -> Statement | None:
    """Return the first statement of a function, below its docstring."""
    for statement in function.body.body:
        if isinstance(statement, cst.SimpleStatementLine):
            part = statement.body[0]
            if isinstance(part, cst.Expr) and isinstance(part.value, cst.SimpleString):
                continue
        if isinstance(statement, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            return statement
    return None


def frees_device(node: cst.CSTNode, sessions: Sessions) -> bool:
    """Return whether a node names the method that closes an audio device."""
    return (
        isinstance(node, cst.Attribute)
        and node.attr.value in ("close", "stop_stream", "terminate")
        and any(name.startswith("pyaudio.") for name in external_names(sessions.program.values(node.value)))
    )


def function_frees_device(function: cst.CSTNode, sessions: Sessions) -> bool:
    """Return whether a function closes an audio device."""
    return any(frees_device(node, sessions) for node in own_nodes(function))


def _assigned(updated: cst.CSTNode, name: str) -> cst.CSTNode:
    """Turn `Thread(...).start()` into `name = Thread(...)`."""
    started = cst.ensure_type(cst.ensure_type(updated, cst.Expr).value, cst.Call)
    thread = cst.ensure_type(started.func, cst.Attribute).value
    return cst.Assign(targets=[cst.AssignTarget(cst.Name(name))], value=thread)


def _starts(started: cst.Call, call: cst.Call) -> bool:
    return isinstance(started.func, cst.Attribute) and started.func.value is call and started.func.attr.value == "start"


def _names(module: SourceModule, name: str, function: cst.FunctionDef | None) -> int:
    """Return how often a name is used outside `function`."""
    inside = set(module.walk(function)) if function is not None else set()
    return sum(isinstance(n, cst.Name) and n.value == name and n not in inside for n in module.walk())
