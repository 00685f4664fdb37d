"""The legacy sessions of a program: where each is made, connected, fed and closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

from codemods.facts.program import Program
from codemods.interpreter.values import Bound, Const, Function, Value
from codemods.libraries import assemblyai
from codemods.libraries.assemblyai_values import Transcriber
from codemods.rewrites.sdk.names import Names
from codemods.syntax.tree import SourceModule

METHODS = frozenset(
    {
        "connect",
        "stream",
        "close",
        "force_end_utterance",
        "configure_end_utterance_silence_threshold",
        "create_temporary_token",
    }
)
"""Every public method of the legacy transcriber."""

OPTIONS = frozenset(
    {
        "sample_rate",
        "word_boost",
        "encoding",
        "token",
        "client",
        "end_utterance_silence_threshold",
        "disable_partial_transcripts",
    }
)
"""Every keyword of the legacy constructor that is not a callback."""


@dataclass(eq=False, slots=True)
class Use:
    """A method of a transcriber, named somewhere (and usually called)."""

    node: cst.Attribute
    name: str
    module: SourceModule
    call: cst.Call | None


@dataclass(eq=False, slots=True)
class SdkSession:
    """One call that makes a transcriber, or runs its constructor for a subclass.

    Attributes:
        owner: the subclass, when this is its `super().__init__(...)`.
        arguments: the keywords given.
        problem: why a tool cannot take the call apart, or None.
        invented: the arguments that v2 never had; the call raised TypeError.
    """

    call: cst.Call
    module: SourceModule
    transcriber: Transcriber
    owner: cst.ClassDef | None
    arguments: dict[str, cst.Arg] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)
    problem: str | None = None
    invented: list[cst.Arg] = field(default_factory=list)

    def named(self, name: str) -> list[Use]:
        """Return the uses of one method."""
        return [use for use in self.uses if use.name == name]

    def value(self, name: str) -> cst.BaseExpression | None:
        """Return the expression given under a keyword, None also for a literal `None`."""
        argument = self.arguments.get(name)
        if argument is None or (isinstance(argument.value, cst.Name) and argument.value.value == "None"):
            return None
        return argument.value

    def is_true(self, program: Program, name: str) -> bool:
        """Return whether a keyword is given and can be nothing but true."""
        values = program.values(self.value(name))
        return bool(values) and all(isinstance(value, Const) and bool(value.value) for value in values)


class SdkSessions:
    """Every legacy session of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.all: list[SdkSession] = []
        self.uses: dict[cst.Attribute, tuple[Use, tuple[SdkSession, ...]]] = {}
        self.foreign: set[cst.Attribute] = set()
        """Methods of transcribers that are made out of sight."""
        for call, module in program.find(cst.Call):
            self.all += self._session(call, module)
        by_value = {session.transcriber: session for session in self.all}
        for node, module in program.find(cst.Attribute):
            self._use(node, module, by_value)

    def _session(self, node: cst.Call, module: SourceModule) -> Iterator[SdkSession]:
        names = Names.of(self.program, module)
        if names.legacy(node.func) == "RealtimeTranscriber":
            session = SdkSession(node, module, Transcriber(node), None)
        elif (owner := self._initialised(node, module)) is not None:
            session = SdkSession(node, module, Transcriber(owner), owner)
        elif Transcriber(node) in self.program.values(node):
            session = SdkSession(node, module, Transcriber(node), None)
            session.problem = "its class may be another one as well"
        else:
            return
        for argument in node.args:
            if argument.keyword is None:
                session.problem = session.problem or "its arguments are not all written here"
            elif argument.keyword.value in OPTIONS or argument.keyword.value in assemblyai.CALLBACKS:
                session.arguments[argument.keyword.value] = argument
            elif argument.keyword.value.startswith("on_"):
                session.problem = f"v2 never had the callback {argument.keyword.value!r}"
                session.invented.append(argument)
            else:
                session.arguments[argument.keyword.value] = argument
                session.invented.append(argument)
        yield session

    def _initialised(self, node: cst.Call, module: SourceModule) -> cst.ClassDef | None:
        """Return the subclass whose base constructor this call runs."""
        func = node.func
        if not isinstance(func, cst.Attribute) or func.attr.value != "__init__":
            return None
        by_super = isinstance(func.value, cst.Call) and isinstance(func.value.func, cst.Name)
        if not by_super and Names.of(self.program, module).dotted(func.value) != assemblyai.CLASS:
            return None
        for up in module.ancestors(node):
            if isinstance(up, cst.ClassDef):
                return up if assemblyai.is_subclass(self.program.classes[up]) else None
        return None

    def _use(self, node: cst.Attribute, module: SourceModule, by_value: dict[Transcriber, SdkSession]) -> None:
        values = [value for value in self.program.values(node.value) if isinstance(value, Transcriber)]
        sessions = tuple(by_value[value] for value in values if value in by_value)
        if not sessions and any(isinstance(value.site, cst.Param) for value in values):
            sessions = tuple(session for session in self.all if session.owner is None)
            if not sessions:
                self.foreign.add(node)
        if not sessions:
            return
        parent = module.parent(node)
        called = parent if isinstance(parent, cst.Call) and parent.func is node else None
        use = Use(node, node.attr.value, module, called)
        self.uses[node] = (use, sessions)
        for session in sessions:
            session.uses.append(use)


def function_of_value(values: frozenset[Value]) -> tuple[cst.FunctionDef | cst.Lambda, int] | None:
    """Return the one function that a callback is, and how many arguments it has been given already; else None."""
    found: set[tuple[cst.FunctionDef | cst.Lambda, int]] = set()
    for value in values:
        given = 0
        while isinstance(value, Bound):
            given += len(value.args)
            value = value.target
        if isinstance(value, Function):
            found.add((value.node, given))
        elif not (isinstance(value, Const) and value.value is None):
            return None
    return found.pop() if len(found) == 1 else None
