"""The life of a session: who sends audio, who receives, who ends it, and on which thread."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import libcst as cst

from codemods import protocol as v
from codemods.facts import requests
from codemods.facts.control_flow import ControlFlow
from codemods.facts.program import Program
from codemods.facts.requests import Request
from codemods.interpreter.values import Bound, External, Function, Obj, Str, Value, Values, unwrapped
from codemods.libraries.observations import Connect, Send
from codemods.libraries.values import Connection
from codemods.syntax.children import children
from codemods.syntax.navigate import ScopeNode, function_of, home_of
from codemods.syntax.tree import SourceModule

_CALLBACKS = ("on_open", "on_message", "on_data", "on_error", "on_close")

_ASKS_FOR_THE_END = re.compile("(session[_ ]?)?terminate([_ ]?session)?", re.IGNORECASE)
"""What programs have for the name of the message that ends a session, right or wrong."""


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

    @property
    def sends(self) -> list[cst.Call]:
        """The calls that send sound."""
        return [send.call for send in self.audio]

    @property
    def asks(self) -> list[cst.Call]:
        """The calls that ask for the end."""
        return [end.call for end in self.ends]


class Sessions:
    """Every session of a program, and the functions around them.

    Attributes:
        threads: the calls of `threading.Thread`, each with the functions that it can run.
        runs: the calls of `run_forever()`.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.found: dict[Connection, Session] = {}
        self.threads: dict[cst.Call, list[cst.CSTNode]] = {}
        self.runs: list[cst.Call] = []
        self._reach: dict[cst.CSTNode, frozenset[cst.CSTNode]] = {}
        self._flows: dict[cst.CSTNode, ControlFlow] = {}
        for connect in program.connects.values():
            if program.is_vendor(connect.connection):
                legacy = any(v.V2_SOCKET.search(text.text) for text in program.urls(connect))
                self.found[connect.connection] = Session(connect.connection, connect, legacy)
        if self.found:
            self._collect()
        for call, _ in program.find(cst.Call):
            if "threading.Thread" in self.names(call.func):
                self.threads[call] = self.functions_at(argument_of(call, 1, "target"))

    def _collect(self) -> None:
        for send in self.program.sends.values():
            for connection in send.connections & self.found.keys():
                if self._is_audio(send):
                    self.found[connection].audio.append(send)
                elif self._is_end(send):
                    self.found[connection].ends.append(send)
        for node, _ in self.program.walk():
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
        module, function = self.home(node), self.function(node)
        home = home_of(node, module)[0]
        if home is None and isinstance(function, cst.Module):
            return False
        within = module.walk(home) if home is not None else (n for f in self.reach(function) for n in own_nodes(f))
        sending = set(within)
        reached = {c for send in self.program.sends.values() if send.call in sending for c in send.connections}
        return bool(reached) and reached <= self.program.foreign_connections

    def _is_audio(self, send: Send) -> bool:
        values = self.program.values(send.data)
        if any(isinstance(value, Str) for value in values):
            return False
        keys = self._keys(values)
        return v.AUDIO_KEY in keys or not keys

    def _is_end(self, send: Send) -> bool:
        values = self.program.values(send.data)
        messages = [message for value in values if (message := requests.fields(self.program, value))]
        return (
            v.TERMINATE in self._keys(values)
            or any(isinstance(value, Str) and v.TERMINATE in value.text for value in values)
            or any(requests.kind(message) is Request.TERMINATE for message in messages)
        )

    def _keys(self, values: Values) -> set[str]:
        """Return the keys of the messages among `values`, whether they are JSON already or not."""
        objects = [unwrapped(value) for value in values]
        found: set[str] = set()
        for value in objects:
            if isinstance(value, Obj):
                found.update(key for key in self.program.items(value) if isinstance(key, str))
        return found

    # questions

    @property
    def live(self) -> list[Session]:
        """The v2 sessions that send audio."""
        return [session for session in self.found.values() if session.legacy and session.audio]

    def opened_by(self, call: cst.CSTNode) -> Session | None:
        """Return the v2 session that a call opens; None if it opens none."""
        return next((s for s in self.found.values() if s.legacy and s.connect.call is call), None)

    def ended_by(self, call: cst.CSTNode) -> Session | None:
        """Return the v2 session whose end a call asks for; None if it asks for none."""
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
            if "terminate" not in module.text.lower():
                continue
            for node in module.walk():
                if isinstance(node, cst.Name) and node.value == "terminate_session":
                    yield node
                match node:
                    case cst.SimpleString():
                        text = node.evaluated_value
                    case cst.FormattedStringText():
                        text = node.value
                    case _:
                        continue
                if isinstance(text, str) and (
                    _ASKS_FOR_THE_END.fullmatch(text) or '"Terminate"' in text or "terminate_session" in text
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

    def home(self, node: cst.CSTNode) -> SourceModule:
        """Return the module that a node of the program is part of."""
        module = self.program.module_of(node)
        assert module is not None
        return module

    def function(self, node: cst.CSTNode) -> ScopeNode:
        """Return the function or module whose code `node` is."""
        return function_of(node, self.home(node))

    def names(self, node: cst.CSTNode | None) -> list[str]:
        """Return the dotted names of the library objects that an expression can be."""
        return external_names(self.program.values(node))

    def functions_at(self, node: cst.CSTNode | None) -> list[cst.CSTNode]:
        """Return the functions of the program that an expression can be."""
        return functions(self.program.values(node))

    def callee(self, call: cst.Call) -> cst.FunctionDef | None:
        """Return the function of the program that a call runs, if it is just one."""
        match self.functions_at(call.func):
            case [cst.FunctionDef() as function]:
                return function
        return None

    def loops(self, node: cst.CSTNode) -> list[cst.While | cst.For | cst.BaseComp]:
        """Return what repeats a node within its function, innermost first; what a `for` goes through is there once."""
        found: list[cst.While | cst.For | cst.BaseComp] = []
        below = node
        for up in self.home(node).ancestors(node):
            if isinstance(up, cst.FunctionDef | cst.Lambda):
                break
            if isinstance(up, cst.While | cst.BaseComp) or (isinstance(up, cst.For) and below is not up.iter):
                found.append(up)
            below = up
        return found

    def in_loop(self, node: cst.CSTNode) -> bool:
        """Return whether a loop of its function repeats a node."""
        return bool(self.loops(node))

    def reach(self, function: cst.CSTNode) -> frozenset[cst.CSTNode]:
        """Return the functions that `function` calls or hands on, directly or not, and itself."""
        if function not in self._reach:
            self._reach[function] = closure(function, self._named)
        return self._reach[function]

    def _named(self, function: cst.CSTNode) -> Iterator[cst.CSTNode]:
        for node in own_nodes(function):
            if isinstance(node, cst.Name | cst.Attribute | cst.Lambda):
                yield from self.functions_at(node)

    def within(self, function: cst.CSTNode, nodes: Iterable[cst.CSTNode]) -> bool:
        """Return whether one of `nodes` is reached from `function`."""
        reached = self.reach(function)
        return any(self.function(node) in reached for node in nodes)

    def reaches(self, code: cst.CSTNode, nodes: Iterable[cst.CSTNode]) -> bool:
        """Return whether one of `nodes` is part of a piece of code, or of what it calls."""
        nodes, inside = set(nodes), list(self.home(code).walk(code))
        called = (self.functions_at(node.func) for node in inside if isinstance(node, cst.Call))
        return any(node in nodes for node in inside) or any(self.within(f, nodes) for each in called for f in each)

    def flow(self, node: cst.CSTNode) -> ControlFlow:
        """Return the control flow of the function that a node is part of."""
        function = self.function(node)
        if function not in self._flows:
            body = function if isinstance(function, cst.Module) else function.body
            code = [body] if isinstance(body, cst.BaseExpression) else body
            self._flows[function] = ControlFlow(code, self.home(node))
        return self._flows[function]

    def callbacks(self, session: Session, *names: str) -> list[cst.CSTNode]:
        """Return the functions registered as callbacks of a `WebSocketApp`."""
        return [each for name in names or _CALLBACKS for each in functions(self.callback_values(session, name))]

    def callback_values(self, session: Session, name: str) -> Iterator[Value]:
        """Yield what is given as a callback, where the connection is made or later."""
        known = session.connection.transport.callbacks.get(name)
        if known is not None:
            yield from self.program.values(argument_of(session.connect.call, known.position, name))
        yield from self.program.attribute(session.connection, name)

    def threads_of(self, nodes: Iterable[cst.CSTNode]) -> list[cst.Call]:
        """Return the calls that make a thread in which one of `nodes` is run."""
        nodes = list(nodes)
        return [call for call, targets in self.threads.items() if any(self.within(t, nodes) for t in targets)]


def argument_of(call: cst.Call, position: int, keyword: str) -> cst.BaseExpression | None:
    """Return the expression given for a parameter; None if none is."""
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
