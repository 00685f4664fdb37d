"""Sessions of the SDK that nothing ends for sure: what ends them is a function that may never be called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import libcst as cst

from codemods.facts.concurrency import callers
from codemods.facts.program import Program
from codemods.facts.sessions import Sessions
from codemods.interpreter.values import Const, External, Values
from codemods.rewrites.sdk.lifetimes import Holder, Kind, Lifetimes, is_plain
from codemods.rewrites.sdk.portability import occurs
from codemods.rewrites.sdk.sharing import provider
from codemods.rewrites.sdk.spans import Spans
from codemods.syntax.tree import SourceModule, is_barrier

CODE = "V3M521"
"""The rule that ends them with the program."""


@dataclass(frozen=True, slots=True)
class LooseEnd:
    """A session that nothing ends for sure.

    Attributes:
        statement: where it begins.
        client: what holds it, as source.
        streaming: the statement that sends all that a microphone hears, until Ctrl+C ends the microphone.
        microphone: what holds the microphone, as source.
        end: a variable that the function has no use for.
    """

    statement: cst.SimpleStatementLine
    client: str
    streaming: cst.SimpleStatementLine | None = None
    microphone: str = ""
    end: str = ""


class LooseEnds:
    """The sessions of a program that nothing ends for sure, by where they begin."""

    def __init__(self, program: Program) -> None:
        self.of: Mapping[cst.CSTNode, LooseEnd] = dict(_loose(program))
        self._chosen = program.options.selects(CODE)

    def asks_microphone(self, module: SourceModule | None = None) -> bool:
        """Return whether a module (or any) asks its microphone if Ctrl+C has ended it."""
        return self._chosen and any(
            loose.streaming is not None and (module is None or module.owns(loose.statement))
            for loose in self.of.values()
        )


def _loose(program: Program) -> Iterator[tuple[cst.CSTNode, LooseEnd]]:
    """Yield where sessions begin that nothing ends for sure."""
    lifetimes, spans = program.get(Lifetimes), program.get(Spans)
    for function, module in program.walk():
        if not isinstance(function, cst.Module | cst.FunctionDef):
            continue
        body = function if isinstance(function, cst.Module) else function.body
        for begin in lifetimes.within(body, module):
            statement = module.statement(begin.node)
            if begin.kind is not Kind.BEGINS or begin.through or not isinstance(statement, cst.SimpleStatementLine):
                continue
            ended = spans.at_exit.ends(begin) or program.is_test(module, begin.node)
            if not is_plain(statement) or ended or _is_entered(function):
                continue
            if begin.node not in spans.secured and function not in spans.secured:
                loose = LooseEnd(statement, begin.place.name)
                yield begin.node, _interruptible(loose, begin.place, function, module, lifetimes)
            elif _is_served(function, program):
                yield begin.node, LooseEnd(statement, begin.place.name)


def _interruptible(
    loose: LooseEnd, place: Holder, function: cst.Module | cst.FunctionDef, module: SourceModule, lifetimes: Lifetimes
) -> LooseEnd:
    """Return `loose`, ended when Ctrl+C ends the microphone that it is fed from, if that is the end of the program."""
    block = module.parent(loose.statement)
    end = next((name for name in ("end", "end_session") if not occurs(name, function, module)), None)
    provided = provider(lifetimes.program, module, "MicrophoneStream") is not None
    if not isinstance(block, cst.IndentedBlock) or end is None or provided:
        return loose
    last = block.body[-1]
    part = last.body[0] if isinstance(last, cst.SimpleStatementLine) and is_plain(last) else None
    call = part.value if isinstance(part, cst.Expr) else None
    if not isinstance(last, cst.SimpleStatementLine) or not isinstance(call, cst.Call) or len(call.args) != 1:
        return loose
    streams = isinstance(call.func, cst.Attribute) and call.func.attr.value == "stream"
    if not streams or lifetimes.place(cst.ensure_type(call.func, cst.Attribute).value, place.scope) != place:
        return loose
    given = call.args[0].value
    if not isinstance(given, cst.Name | cst.Attribute) or not _is_microphone(lifetimes.program.values(given)):
        return loose
    if not _is_run_once(loose.statement, lifetimes.program):
        return loose
    return replace(loose, streaming=last, microphone=module.code(given), end=end)


def _is_run_once(statement: cst.CSTNode, program: Program) -> bool:
    """Return whether a module calls what runs a statement once: what callbacks do is over when the session is."""
    if any(is_barrier(part) for module in program.own for part in module.tree.body):
        return False  # a person runs its parts, as often as wanted
    sessions = program.get(Sessions)
    _, *calls = callers(statement, sessions)
    modules = [call for call in calls if isinstance(sessions.function(call), cst.Module)]
    return len(modules) == 1 and not any(map(sessions.in_loop, calls))


def _is_microphone(values: Values) -> bool:
    known = [value for value in values if not (isinstance(value, Const) and value.value is None)]
    return known == [External("assemblyai.extras.MicrophoneStream()")]


def _is_entered(function: cst.CSTNode) -> bool:
    """Return whether a function is run by a `with` statement, which will run its counterpart."""
    return isinstance(function, cst.FunctionDef) and function.name.value in ("__enter__", "__aenter__")


def _is_served(function: cst.CSTNode, program: Program) -> bool:
    """Return whether a library runs a function, on a thread of its own perhaps, which Ctrl+C does not interrupt."""
    if not isinstance(function, cst.FunctionDef) or function.asynchronous is not None:
        return False
    if program.is_called(function):
        return False
    made_by = (item.decorator.func for item in function.decorators if isinstance(item.decorator, cst.Call))
    return any(isinstance(func, cst.Attribute) and program.names(func) for func in made_by)
