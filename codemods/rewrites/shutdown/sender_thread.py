"""The thread that sends audio in a program of functions, or of one class: how it is kept, stopped and waited for."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import libcst as cst

from codemods.facts.concurrency import calls_of
from codemods.facts.control_flow import is_endless
from codemods.facts.sessions import Session, Sessions, own_nodes
from codemods.rewrites.shutdown.helpers import closed_error
from codemods.rewrites.shutdown.terminate import finally_behind, guarded, within
from codemods.syntax.build import expression
from codemods.syntax.edits import AddImport, Edit, InsertAfter, InsertBefore, Replace
from codemods.syntax.navigate import enclosing, home_of, init_of
from codemods.syntax.tree import SourceModule, Statement

EVENT, THREAD = "stop_event", "audio_thread"


@dataclass(slots=True)
class SenderThread:
    """One thread that sends all audio of a session.

    Attributes:
        sender: the function that it runs.
        loops: the loops in it around what sends, the outer ones first.
        sends: the calls in it that send, or make another function send.
        thread: the call that makes it.
        home: the class whose methods all this is; None in a script, where names are global.
        owner: what its methods call the instance.
    """

    sender: cst.FunctionDef
    loops: tuple[cst.While | cst.For, ...]
    sends: tuple[cst.CSTNode, ...]
    thread: cst.Call
    module: SourceModule
    home: cst.ClassDef | None
    owner: str

    @classmethod
    def of(cls, session: Session, sessions: Sessions, *, indirect: bool = False) -> SenderThread | None:
        """Return the thread that sends the audio of a session, if there is just one.

        `indirect` is whether what it runs may leave the sending to functions that it calls.
        """
        sends = session.sends
        senders = {sessions.function(send) for send in sends}
        if indirect:
            started = {target for targets in sessions.threads.values() for target in targets}
            if not senders & started:
                sends = [call for sender in senders for call in calls_of(sender, sessions)]
                senders = {sessions.function(call) for call in sends}
        if len(senders) != 1:
            return None
        (sender,) = senders
        threads = [call for call, targets in sessions.threads.items() if sender in targets]
        module = sessions.home(sender)
        if not isinstance(sender, cst.FunctionDef) or len(threads) != 1:
            return None
        around = {up for send in sends for up in module.ancestors(send)}
        loops = [node for node in own_nodes(sender) if isinstance(node, cst.While | cst.For) and node in around]
        made_again = module.owns(threads[0]) and sessions.in_loop(threads[0])
        if not loops or not module.owns(threads[0]) or made_again or any(_has_else(loop) for loop in loops):
            return None
        home, owner = home_of(loops[0], module)
        if (home, owner) != home_of(threads[0], module) or (home is not None and init_of(home, owner) is None):
            return None
        return cls(sender, tuple(loops), tuple(sends), threads[0], module, home, owner)

    def is_at_home(self, node: cst.CSTNode) -> bool:
        """Return whether the names of this thread mean the same where `node` stands."""
        return home_of(node, self.module) == (self.home, self.owner)

    def first_places(
        self, wanted: Callable[[cst.CSTNode], bool], elsewhere: AbstractSet[cst.CSTNode], sessions: Sessions
    ) -> list[Statement]:
        """Return the first line with a wanted node of each function but those `elsewhere`, if at home there."""
        found: dict[cst.CSTNode, Statement | None] = {}
        for node in filter(wanted, self.module.walk()):
            function = sessions.function(node)
            if function not in elsewhere:
                found.setdefault(function, self.module.statement(node))
        return [line for line in found.values() if isinstance(line, cst.SimpleStatementLine) and self.is_at_home(line)]

    @property
    def event_name(self) -> str:
        """The event that stops the thread, as the code names it."""
        return self._named(EVENT)

    def _named(self, name: str) -> str:
        return f"{self.owner}.{name}" if self.home is not None else name

    def kept(self) -> tuple[str, list[Edit]] | None:
        """Return the name under which the thread is kept (without its owner), and the edits that keep it, or None."""
        module, call = self.module, self.thread
        statement = module.statement(call)
        function = next((up for up in module.ancestors(call) if isinstance(up, cst.FunctionDef)), None)
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1 or function is None:
            return None
        part = statement.body[0]
        edits: list[Edit] = []
        match part:
            case cst.Assign() if part.value is call:
                target = part.targets[0].target
                if self.home is not None and isinstance(target, cst.Name) and not _is_attribute(module, THREAD):
                    name = THREAD  # a method's own variable keeps it for as long as the method runs
                    edits.append(InsertAfter(statement, f"{self._named(name)} = {target.value}"))
                elif (found := self._assigned_name(target, function)) is not None:
                    name = found
                else:
                    return None
            case cst.Expr() if self.is_started(part):
                name = THREAD
                if _names(module, name, None):
                    return None
                edits += self.held(part, self._named(name))
            case _:
                return None
        made = self._made(f"{self._named(name)} = None")
        first = first_statement(function)
        if made is None or first is None:
            return None
        if self.home is None:
            edits.append(InsertBefore(first, f"global {name}"))
        return name, [*edits, made]

    def is_started(self, part: cst.CSTNode | None) -> bool:
        """Return whether a statement is `Thread(...).start()`."""
        match part:
            case cst.Expr(value=cst.Call(func=cst.Attribute(value=thread, attr=cst.Name("start")))):
                return thread is self.thread
        return False

    def held(self, part: cst.BaseSmallStatement, name: str) -> list[Edit]:
        """Return the edits that make `Thread(...).start()` two statements, with a name for the thread."""
        line = self.module.statement(part)
        assert line is not None
        return [Replace(part, lambda updated: assigned(updated, name)), InsertAfter(line, f"{name}.start()")]

    def _assigned_name(self, target: cst.BaseExpression, function: cst.FunctionDef) -> str | None:
        """Return the name that the program itself gives the thread, if it can be used everywhere."""
        if self.home is None:
            taken = not isinstance(target, cst.Name) or _names(self.module, target.value, function) > 0
            return None if taken else cst.ensure_type(target, cst.Name).value
        if isinstance(target, cst.Attribute) and self.module.code(target.value) == self.owner:
            return target.attr.value
        return None

    def event(self) -> list[Edit]:
        """Return the edits that make the event which stops the thread."""
        made = self._made(f"{self.event_name} = threading.Event()", lead=True)
        return [made, AddImport("threading")] if made is not None else []

    def _made(self, code: str, *, lead: bool = False) -> Edit | None:
        """Return the edit that puts a definition where it is made once, before anything uses it."""
        if self.home is not None:
            init = init_of(self.home, self.owner)
            first = first_statement(init) if init is not None else None
            if init is None or first is None:
                return None
            # a base class may insist on being the first
            bases = [line for line in init.body.body if self.module.code(line).strip().startswith("super().__init__(")]
            base = bases[-1] if bases else None
            return InsertAfter(base, code) if isinstance(base, cst.SimpleStatementLine) else InsertBefore(first, code)
        place = self._globals_place()
        if place is None:
            return None
        blank = "\n" if lead and isinstance(place.body[0], cst.Import | cst.ImportFrom) else ""
        return InsertAfter(place, f"{blank}{code}")

    def stoppable(self) -> list[Edit]:
        """Return the edits that make the loops test the event."""
        return [edit for loop in self.loops for edit in self._stoppable(loop)]

    def _stoppable(self, loop: cst.While | cst.For) -> list[Edit]:
        if isinstance(loop, cst.For):
            first = loop.body.body[0]
            if isinstance(first, cst.SimpleStatementLine | cst.BaseCompoundStatement):
                return [InsertBefore(first, f"if {self.event_name}.is_set():\n    break")]
            return []
        test = loop.test
        asked = expression(f"not {self.event_name}.is_set()")
        if is_endless(loop):
            return [Replace(test, lambda updated: asked)]

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            old = cst.ensure_type(updated, cst.BaseExpression)  # type: ignore[type-abstract]
            is_or = isinstance(old, cst.BooleanOperation) and isinstance(old.operator, cst.Or)
            if (is_or or isinstance(old, cst.NamedExpr | cst.IfExp | cst.Lambda)) and not old.lpar:
                old = old.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
            return cst.BooleanOperation(left=old, operator=cst.And(), right=asked)

        return [Replace(test, build)]

    def waited_for(self, name: str) -> str:
        """Return source that waits for the thread kept as `name`, with a time limit."""
        kept = self._named(name)
        return f"if {kept} is not None:\n    {kept}.join(timeout=1)"

    def quiet(self, session: Session) -> list[Edit]:
        """Return the edits by which the thread ends without a traceback when the connection is gone."""
        around = (up for send in (*session.sends, *self.sends) for up in enclosing(send, self.sender, self.module))
        if any(isinstance(up, cst.Try) for up in around):
            return []  # the program has a word to say about that
        named = closed_error(session.connection, self.module)
        if named is None:
            return []
        gone, imported = named
        unit = self.module.tree.default_indent
        rest = f"except ({gone}, ConnectionError):\n{unit}pass  # the connection is gone\n"
        inner = {node for loop in self.loops for node in self.module.walk(loop.body)}
        return [*(guarded(loop, rest, self.module) for loop in self.loops if loop not in inner), *imported]

    def asks_for_end(self, session: Session, sessions: Sessions) -> list[Edit] | None:
        """Return the edits by which the thread asks for the end of the session, however its last loop is left.

        None where it does not name the connection itself. That the connection is gone ends the thread quietly, unless
        the program has a word to say about that.
        """
        module = self.module
        func, named = session.audio[0].call.func, closed_error(session.connection, module)
        if not isinstance(func, cst.Attribute) or not sessions.program.can_import(module, "contextlib"):
            return None
        inner = {node for loop in self.loops for node in module.walk(loop.body)}
        loop = [loop for loop in self.loops if loop not in inner][-1]
        heard = any(isinstance(up, cst.Try) for up in enclosing(loop, self.sender, module))
        asked = f'{module.code(func.value)}.send(\'{{"type": "Terminate"}}\')\n'
        if heard or named is None:
            return [finally_behind(loop, asked, module)] if heard else None
        gone, imported = named
        quiet = within(loop, f"with contextlib.suppress({gone}, ConnectionError):", module)
        return [finally_behind(loop, asked, module), quiet, *imported, AddImport("contextlib")]

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


def _has_else(loop: cst.While | cst.For) -> bool:
    """Return whether a loop tells its end by its own test from others."""
    return isinstance(loop, cst.While) and loop.orelse is not None


def first_statement(function: cst.FunctionDef) -> Statement | None:
    """Return the first statement of a function, below its docstring; None if it is all on one line."""
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
        and any(name.startswith("pyaudio.") for name in sessions.names(node.value))
    )


def function_frees_device(function: cst.CSTNode, sessions: Sessions) -> bool:
    """Return whether a function closes an audio device."""
    return any(frees_device(node, sessions) for node in own_nodes(function))


def assigned(updated: cst.CSTNode, name: str) -> cst.CSTNode:
    """Turn `Thread(...).start()` into `name = Thread(...)`; the name may be that of an attribute."""
    started = cst.ensure_type(cst.ensure_type(updated, cst.Expr).value, cst.Call)
    thread = cst.ensure_type(started.func, cst.Attribute).value
    owner, _, last = name.rpartition(".")
    target = cst.Attribute(cst.Name(owner), cst.Name(last)) if owner else cst.Name(last)
    return cst.Assign(targets=[cst.AssignTarget(target)], value=thread)


def _is_attribute(module: SourceModule, name: str) -> bool:
    """Return whether something in a module has an attribute of this name."""
    return any(isinstance(node, cst.Attribute) and node.attr.value == name for node in module.walk())


def _names(module: SourceModule, name: str, function: cst.FunctionDef | None) -> int:
    """Return how often a name is used outside `function`."""
    inside = set(module.walk(function)) if function is not None else set()
    return sum(isinstance(n, cst.Name) and n.value == name and n not in inside for n in module.walk())
