"""The life of a session: who sends audio, who receives, who ends it, and on which thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeGuard

import libcst as cst

from codemods import protocol as v
from codemods.facts.program import Program
from codemods.interpreter.values import Bound, External, Function, Json, Obj, Str, Value, Values
from codemods.libraries.observations import Connect, Send
from codemods.libraries.values import Connection
from codemods.syntax.children import children
from codemods.syntax.navigate import ScopeNode, home_of
from codemods.syntax.tree import SourceModule

_CALLBACKS = ("on_open", "on_message", "on_data", "on_error", "on_close")


@dataclass(slots=True)
class Session:
    """One connection to the vendor and what the program does with it.

    Attributes:
        legacy: whether it is opened with the v2 URL.
        audio: the calls that send sound.
        ends: the calls that ask for the end of the session.
        receives: calls, loops and comprehensions that take frames off it.
        closes: calls of its `close()`.
    """

    connection: Connection
    connect: Connect
    legacy: bool
    audio: list[Send] = field(default_factory=list)
    ends: list[Send] = field(default_factory=list)
    receives: list[cst.CSTNode] = field(default_factory=list)
    closes: list[cst.Call] = field(default_factory=list)


class Sessions:
    """Every session of a program, and the functions around them.

    Attributes:
        threads: the calls of `threading.Thread`.
        runs: the calls of `run_forever()`.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.found: dict[Connection, Session] = {}
        self.threads: list[cst.Call] = []
        self.runs: list[cst.Call] = []
        self._reach: dict[cst.CSTNode, frozenset[cst.CSTNode]] = {}
        for connect in program.connects.values():
            if program.is_vendor(connect.connection):
                legacy = any(v.V2_SOCKET.search(text.text) for text in program.urls(connect))
                self.found[connect.connection] = Session(connect.connection, connect, legacy)
        if self.found:
            self._collect()
        for module in self.modules():
            if "Thread" in module.text:
                self.threads += filter(self._makes_thread, module.walk())

    @classmethod
    def of(cls, program: Program) -> Sessions:
        """Return the sessions of `program`, worked out once."""
        return program.get(cls)

    def _collect(self) -> None:
        for send in self.program.sends.values():
            for connection in send.connections & self.found.keys():
                if self._is_audio(send):
                    self.found[connection].audio.append(send)
                elif self._is_end(send):
                    self.found[connection].ends.append(send)
        for node in self.nodes():
            if isinstance(node, cst.Call):
                self._call(node)
            elif isinstance(node, cst.For | cst.CompFor):
                for session in self.at(node.iter):
                    session.receives.append(node)

    def _call(self, node: cst.Call) -> None:
        if not isinstance(node.func, cst.Attribute):
            return
        for session in self.at(node.func.value):
            if node.func.attr.value in session.connection.transport.receives:
                session.receives.append(node)
            elif node.func.attr.value == "close":
                session.closes.append(node)
            elif node.func.attr.value == "run_forever":
                self.runs.append(node)

    def is_for_others(self, node: cst.CSTNode) -> bool:
        """Return whether the class or function around a node sends to other services, and not to the vendor."""
        module, function = self.program.module_of(node), self.function(node)
        home = home_of(node, module)[0] if module is not None else None
        if module is None or (home is None and isinstance(function, cst.Module)):
            return False
        within = module.walk(home) if home is not None else (n for f in self.reach(function) for n in own_nodes(f))
        sending = set(within)
        reached = {c for send in self.program.sends.values() if send.call in sending for c in send.connections}
        return bool(reached) and reached <= self.program.foreign_connections

    def _makes_thread(self, node: cst.CSTNode) -> TypeGuard[cst.Call]:
        return isinstance(node, cst.Call) and "threading.Thread" in external_names(self.program.values(node.func))

    def _is_audio(self, send: Send) -> bool:
        values = self.program.values(send.data)
        if any(isinstance(value, Str) for value in values):
            return False
        keys = self._keys(values)
        return v.AUDIO_KEY in keys or not keys

    def _is_end(self, send: Send) -> bool:
        values = self.program.values(send.data)
        return v.TERMINATE in self._keys(values) or any(
            isinstance(value, Str) and v.TERMINATE in value.text for value in values
        )

    def _keys(self, values: Values) -> set[str]:
        """Return the keys of the messages among `values`, whether they are JSON already or not."""
        objects = [value.content if isinstance(value, Json) else value for value in values]
        found: set[str] = set()
        for value in objects:
            if isinstance(value, Obj):
                found.update(key for key in self.program.items(value) if isinstance(key, str))
        return found

    # questions

    def modules(self) -> Iterator[SourceModule]:
        """Yield the modules that may be rewritten."""
        for path in self.program.targets:
            yield self.program.modules[path]

    def nodes(self) -> Iterator[cst.CSTNode]:
        """Yield every node of them."""
        for module in self.modules():
            yield from module.walk()

    @property
    def live(self) -> list[Session]:
        """The v2 sessions that send audio."""
        return [session for session in self.found.values() if session.legacy and session.audio]

    def opened_by(self, call: cst.CSTNode) -> Session | None:
        """Return the v2 session that a call opens."""
        return next((s for s in self.found.values() if s.legacy and s.connect.call is call), None)

    def ended_by(self, call: cst.CSTNode) -> Session | None:
        """Return the v2 session whose end a call asks for."""
        return next((s for s in self.found.values() if s.legacy and any(e.call is call for e in s.ends)), None)

    def at(self, node: cst.CSTNode) -> list[Session]:
        """Return the sessions whose connection an expression can be."""
        return [self.found[value] for value in self.program.values(node) if value in self.found]

    def only(self, node: cst.CSTNode) -> Session | None:
        """Return the session whose connection an expression is, if it can be nothing else but None."""
        sessions = self.at(node)
        others = [value for value in self.program.values(node) if isinstance(value, Connection)]
        return sessions[0] if len(sessions) == 1 == len(others) else None

    @property
    def terminates(self) -> bool:
        """Whether the program spells out a message that ends a session; where it is sent is not looked at."""
        return bool(self.spelled)

    @cached_property
    def spelled(self) -> tuple[cst.CSTNode, ...]:
        """The names and literals by which the program spells out messages that end a session."""
        return tuple(self._spelled())

    def _spelled(self) -> Iterator[cst.CSTNode]:
        for module in self.program.modules.values():
            if "terminate_session" not in module.text and "Terminate" not in module.text:
                continue
            for node in module.walk():
                if isinstance(node, cst.Name) and node.value == "terminate_session":
                    yield node
                text = node.evaluated_value if isinstance(node, cst.SimpleString) else None
                if isinstance(text, str) and (
                    text == "Terminate" or '"Terminate"' in text or "terminate_session" in text
                ):
                    yield node

    @property
    def legacy(self) -> bool:
        """Whether a v2 session of the program sends audio: what a v3 program does is its author's business."""
        return bool(self.live)

    @property
    def legacy_connections(self) -> frozenset[Connection]:
        """The connections that are opened with the v2 URL."""
        return frozenset(session.connection for session in self.found.values() if session.legacy)

    def function(self, node: cst.CSTNode) -> ScopeNode:
        """Return the function or module whose code `node` is."""
        module = self.program.module_of(node)
        assert module is not None
        for up in module.ancestors(node):
            if isinstance(up, cst.FunctionDef | cst.Lambda | cst.Module):
                return up
        return module.tree

    def in_loop(self, node: cst.CSTNode) -> bool:
        """Return whether a loop of its function repeats a node: what a `for` goes through is there once only."""
        module, below = self.program.module_of(node), node
        for up in module.ancestors(node) if module is not None else ():
            if isinstance(up, cst.FunctionDef | cst.Lambda):
                return False
            if isinstance(up, cst.While) or (isinstance(up, cst.For) and below is not up.iter):
                return True
            below = up
        return False

    def reach(self, function: cst.CSTNode) -> frozenset[cst.CSTNode]:
        """Return the functions that `function` calls or hands on, directly or not, and itself."""
        if function not in self._reach:
            self._reach[function] = closure(function, self._named)
        return self._reach[function]

    def _named(self, function: cst.CSTNode) -> Iterator[cst.CSTNode]:
        for node in own_nodes(function):
            if isinstance(node, cst.Name | cst.Attribute | cst.Lambda):
                yield from functions(self.program.values(node))

    def within(self, function: cst.CSTNode, nodes: Iterable[cst.CSTNode]) -> bool:
        """Return whether one of `nodes` is reached from `function`."""
        reached = self.reach(function)
        return any(self.function(node) in reached for node in nodes)

    def callbacks(self, session: Session, *names: str) -> list[cst.CSTNode]:
        """Return the functions registered as callbacks of a `WebSocketApp`."""
        found: list[cst.CSTNode] = []
        for argument in session.connect.call.args:
            if argument.keyword is not None and argument.keyword.value in (names or _CALLBACKS):
                found += functions(self.program.values(argument.value))
        for (owner, key), values in self.program.heap.items():
            if owner == session.connection and str(key).removeprefix(".") in (names or _CALLBACKS):
                found += functions(values)
        return found

    def thread_targets(self) -> Iterator[tuple[cst.Call, list[cst.CSTNode]]]:
        """Yield each `threading.Thread(...)` with the functions that it can run."""
        for call in self.threads:
            target = argument_of(call, 1, "target")
            yield call, functions(self.program.values(target)) if target is not None else []

    def threads_of(self, nodes: Iterable[cst.CSTNode]) -> list[cst.Call]:
        """Return the calls that make a thread in which one of `nodes` is run."""
        nodes = list(nodes)
        return [call for call, targets in self.thread_targets() if any(self.within(t, nodes) for t in targets)]


def argument_of(call: cst.Call, position: int, keyword: str) -> cst.BaseExpression | None:
    """Return the expression given for a parameter."""
    for argument in call.args:
        if argument.keyword is not None and argument.keyword.value == keyword:
            return argument.value
    plain = [argument for argument in call.args if argument.keyword is None and not argument.star]
    return plain[position].value if position < len(plain) else None


def functions(values: Iterable[Value]) -> list[cst.CSTNode]:
    """Return the program's functions among `values`, bound or not."""
    found: list[cst.CSTNode] = []
    for value in values:
        while isinstance(value, Bound):
            value = value.target
        if isinstance(value, Function):
            found.append(value.node)
    return found


def external_names(values: Values) -> list[str]:
    """Return the dotted names of the library objects among `values`."""
    return [value.name for value in values if isinstance(value, External)]


def closure(function: cst.CSTNode, further: Callable[[cst.CSTNode], Iterable[cst.CSTNode]]) -> frozenset[cst.CSTNode]:
    """Return a function and all that `further` leads to from it, directly or not."""
    found: set[cst.CSTNode] = set()
    queue = [function]
    while queue:
        current = queue.pop()
        if current not in found:
            found.add(current)
            queue += further(current)
    return frozenset(found)


@lru_cache(maxsize=512)
def own_nodes(function: cst.CSTNode) -> Sequence[cst.CSTNode]:
    """Return the nodes that run as part of a function (or module): not those of functions defined in it."""
    return tuple(_walk(function))


def _walk(function: cst.CSTNode) -> Iterator[cst.CSTNode]:
    stack: list[cst.CSTNode] = list(reversed(children(function)))
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, cst.FunctionDef):
            stack += [*reversed(node.decorators)]
        elif not isinstance(node, cst.Lambda):
            stack += reversed(children(node))
