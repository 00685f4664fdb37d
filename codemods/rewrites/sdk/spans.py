"""From where a session is opened to where it is ended: what stands between, and whether `try ... finally` may hold it.

Only statements of one function are paired. Where another function ends the session, it may mean it to outlive this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from codemods.facts.control_flow import caught
from codemods.facts.program import Program
from codemods.facts.sessions import Sessions
from codemods.model import Span
from codemods.rewrites.sdk.at_exit import AtExit
from codemods.rewrites.sdk.bindings import Bindings, leaves
from codemods.rewrites.sdk.lifetimes import Happening, Holder, Kind, Lifetimes, is_plain
from codemods.rewrites.sdk.private_sessions import held, private_guard
from codemods.syntax.edits import Guard
from codemods.syntax.navigate import statements_behind
from codemods.syntax.tree import SourceModule, dotted, is_barrier
from codemods.syntax.try_finally import Block

_FILES = frozenset({"open", "fdopen", "SoundFile", "closing"})
"""What context managers are called that hold a file: nothing that the end of a session could wait for."""


@dataclass(frozen=True, slots=True)
class SessionSpan:
    """A session that one statement opens and another ends, if nothing happens in between.

    Attributes:
        opened: where it begins.
        ended: where it ends; None if nothing ends it.
        guard: the edit that ends it on every path; None if that is not proven to be right.
    """

    opened: Happening
    ended: Happening | None
    guard: Guard | None = None


CODE = "V3M514"
"""The rule that guards them."""


class Spans:
    """The spans of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.lifetimes = program.get(Lifetimes)
        self.bindings = Bindings(program)
        self.at_exit = AtExit(program, self.lifetimes)
        self.secured: set[cst.CSTNode] = set()
        """Where sessions begin that end on every path: methods, and the functions that call them."""
        modules = [program.modules[path] for path in program.targets]
        found = [span for module in modules for span in self._of_module(module)]
        for span in found:
            if span.guard is not None:
                self.secured.update((span.opened.node, *span.opened.through))
        self.found = _once(found)

    def will_end(self, made: cst.Call) -> bool:
        """Return whether a guard ends the session made by a call, which nothing ended before."""
        return any(
            span.ended is None and self.bindings.made(span.opened.place) is made
            for span in self.found
            if span.guard is not None
        )

    def _of_module(self, module: SourceModule) -> list[SessionSpan]:
        found: list[SessionSpan] = []
        if not self.lifetimes.plans.of:
            return found
        for function in module.find(cst.Module, cst.FunctionDef):
            own = self.lifetimes.within(function if isinstance(function, cst.Module) else function.body, module)
            for begin in own:
                if begin.kind is Kind.BEGINS:
                    ends = [each for each in own if each.kind is Kind.ENDS and each.place == begin.place]
                    found += self._around(begin, ends, module)
        return _disentangled(found, module)

    def _around(self, begin: Happening, ends: list[Happening], module: SourceModule) -> list[SessionSpan]:
        """Return what there is to do about a session that a function begins, and may end."""
        start = module.span(begin.node)
        later = [end for end in ends if start < module.span(end.node)]
        if any(start < at < module.span(end.node) for at in self._barriers(module) for end in later):
            return []  # a person begins the session, and ends it
        if later and self._is_safe(begin, later, module):
            if any(_handler(end.node, module) is None for end in later):
                self.secured.update((begin.node, *begin.through))
        elif later:
            found = list(self._span(begin, later, module))
            if all(_is_called(end.node, module) for end in later):
                found = [
                    span
                    if span.guard is not None
                    else replace(span, guard=private_guard(begin, self.lifetimes, self.bindings, module, ended=True))
                    for span in found
                ]
            return found
        if not ends and (guard := private_guard(begin, self.lifetimes, self.bindings, module, ended=False)) is not None:
            return [SessionSpan(begin, None, guard)]
        return []

    def _barriers(self, module: SourceModule) -> list[Span]:
        return [module.span(statement) for statement in module.tree.body if is_barrier(statement)]

    # what needs nothing

    def _is_safe(self, begin: Happening, ends: Sequence[Happening], module: SourceModule) -> bool:
        """Return whether the program ends a session on every path by itself, or right away."""
        flow = self.program.get(Sessions).flow(begin.node)
        if self.at_exit.ends(begin) or not flow.escapes(begin.node, [end.node for end in ends]):
            return True
        handlers = [_handler(end.node, module) for end in ends]
        if any(isinstance(up, cst.Finally) for end in ends for up in module.ancestors(end.node)):
            return True
        if None not in handlers:
            # what goes well is not ended here at all: whoever called this does
            return any(handler is not None and caught(handler) & {"Exception", "BaseException"} for handler in handlers)
        return any(handler is not None and "BaseException" in caught(handler) for handler in handlers)

    # what does

    def _span(self, begin: Happening, ends: list[Happening], module: SourceModule) -> Iterator[SessionSpan]:
        unproven = SessionSpan(begin, ends[0])
        statement = module.statement(begin.node)
        block = module.parent(statement) if statement is not None else None
        if statement is None or not isinstance(block, Block) or not is_plain(statement):
            yield unproven
            return
        behind = statements_behind(statement, module)
        ending = next((each for each in behind if self._ends(each, begin.place, module)), None)
        if ending is not None:
            region = behind[: behind.index(ending)]
            if region:
                guard = Guard(statement, ending, held(region))
                yield self._proven(unproven, guard, region, module)
            else:
                self.secured.update((begin.node, *begin.through))
            return
        around = module.parent(block)
        outer = module.parent(around) if isinstance(around, cst.With | cst.Try) and around.body is block else None
        following = statements_behind(around, module)[:1] if isinstance(outer, Block) else []
        if isinstance(around, cst.With | cst.Try) and following and self._ends(following[0], begin.place, module):
            guard = Guard(statement, following[0], around)
            match around:
                case cst.With() if _holds_files(around) and behind:
                    yield self._proven(unproven, guard, behind, module)
                    return
                case cst.Try(finalbody=None) if block.body[0] is statement:
                    others = [around.orelse] if around.orelse is not None else []
                    yield self._proven(unproven, guard, [*behind, *around.handlers, *others], module)
                    return
        yield unproven

    def _proven(
        self, span: SessionSpan, guard: Guard, region: Sequence[cst.CSTNode], module: SourceModule
    ) -> SessionSpan:
        """Return `span` with its guard, if the end may run whatever happens in `region`."""
        place = span.opened.place
        if any(each.place == place for part in region for each in self.lifetimes.within(part, module)):
            return span
        if any(
            each.place == place
            for up in module.ancestors(guard.ending)
            if isinstance(up, cst.Try)
            for handler in up.handlers
            for each in self.lifetimes.within(handler, module)
        ):
            return span
        if leaves(region) and not self.bindings.is_private(place, module):
            return span
        ended = next(end for end in self.lifetimes.within(guard.ending, module) if end.place == place)
        if self.bindings.may_change(place, region, (*span.opened.through, *ended.through), module):
            return span
        return replace(span, ended=ended, guard=guard)

    def _ends(self, statement: cst.CSTNode, place: Holder, module: SourceModule) -> bool:
        """Return whether a statement ends a session, at least if there is one, and does little else."""
        if isinstance(statement, cst.If):
            asked = statement.test.left if isinstance(statement.test, cst.Comparison) else statement.test
            if statement.orelse is not None or dotted(asked) != place.name:
                return False
        elif not is_plain(statement):
            return False
        return any(each.kind is Kind.ENDS and each.place == place for each in self.lifetimes.within(statement, module))


def _holds_files(block: cst.With) -> bool:
    for item in block.items:
        func = item.item.func if isinstance(item.item, cst.Call) else None
        name = func.attr if isinstance(func, cst.Attribute) else func
        if not isinstance(name, cst.Name) or name.value not in _FILES:
            return False
    return True


def _is_called(node: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether a method is called right there, and not handed to a thread."""
    call = module.parent(node)
    return isinstance(call, cst.Call) and call.func is node


def _handler(node: cst.CSTNode, module: SourceModule) -> cst.ExceptHandler | None:
    """Return the innermost handler of exceptions that a node is part of."""
    return next((up for up in module.ancestors(node) if isinstance(up, cst.ExceptHandler)), None)


def _disentangled(spans: list[SessionSpan], module: SourceModule) -> list[SessionSpan]:
    """Return spans without guards that overlap: of two sessions, neither is ended within the other's span."""
    ranges = {
        span: (module.span(span.guard.opening), module.span(span.guard.ending), span.guard.added == "")
        for span in spans
        if span.guard is not None
    }
    tangled = {
        each
        for first, (start, end, moved) in ranges.items()
        for second, (later, last, also_moved) in ranges.items()
        if start < later < end < last or (start < later and end == last and moved != also_moved)
        for each in (first, second)
    }
    return [replace(span, guard=None) if span in tangled else span for span in spans]


def _once(spans: list[SessionSpan]) -> list[SessionSpan]:
    """Return spans without those that end where one does that begins earlier: its guard is theirs, too."""
    guards = {span.guard.ending: span.guard for span in reversed(spans) if span.guard and not span.guard.added}
    return [span for span in spans if span.guard is None or guards.get(span.guard.ending, span.guard) is span.guard]
