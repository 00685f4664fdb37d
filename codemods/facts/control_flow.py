"""What may run after what within one function: its control flow graph, and which ways lead out of a piece of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache, partial
from types import MappingProxyType
from typing import TypeAlias

import libcst as cst

from codemods.syntax.tree import SourceModule, dotted


class Way(Enum):
    """How a piece of code is left."""

    END = "by its end"
    RETURN = "by `return`"
    BREAK = "by a `break` of a loop around it"
    CONTINUE = "by a `continue` of a loop around it"
    ERROR = "by an exception"
    INTERRUPT = "by Ctrl+C, cancellation or exit"


_EXITS = frozenset({"exit", "sys.exit", "os._exit", "quit"})
_INTERRUPTS = frozenset({"KeyboardInterrupt", "SystemExit", "CancelledError"})
ERRORS = frozenset({"Exception", "BaseException"})
"""What catches every error."""
CTRL_C = frozenset({"KeyboardInterrupt", "BaseException"})
"""What catches Ctrl+C."""
_CATCH_ALL = {Way.ERROR: ERRORS, Way.INTERRUPT: frozenset({"BaseException"})}
_SUPPRESS = frozenset({"suppress", "contextlib.suppress"})


class Point:
    """A place in the graph: a simple statement, the head of a compound one, or a way out.

    Attributes:
        node: what is run here; a `finally` is run on several paths, each has points of its own for it.
        way: of a way out, which.
        next: where control goes from here.
        fails: where it goes if this fails, or is interrupted.
    """

    __slots__ = ("fails", "next", "node", "way")

    def __init__(self, node: cst.CSTNode | None, way: Way | None = None) -> None:
        self.node = node
        self.way = way
        self.next: list[Point] = []
        self.fails: tuple[Point, ...] = ()

    def after(self, failing: bool) -> list[Point]:
        """Return where control may go, be it after an exception."""
        return [*self.next, *self.fails] if failing else self.next


class _Ways:
    """Where each way leads.

    Args:
        leads: tells where; asked only where that is needed.
        but: the ways that lead elsewhere.
    """

    def __init__(self, leads: Callable[[Way], Point], but: Mapping[Way, Point] = MappingProxyType({})) -> None:
        self._leads = leads
        self._but = but

    def __getitem__(self, way: Way) -> Point:
        return self._but[way] if way in self._but else self._leads(way)

    def but(self, changed: Mapping[Way, Point]) -> _Ways:
        """Return the same ways, some of which lead elsewhere."""
        return _Ways(self._leads, {**self._but, **changed})


Code: TypeAlias = cst.Module | cst.BaseSuite | Sequence[cst.CSTNode]


class ControlFlow:
    """The control flow graph of a function, of a module, or of some statements that follow each other.

    Wherever a statement, or the head of a compound one, is asked for, any node of it will do if `module` is given.
    """

    def __init__(self, code: Code, module: SourceModule | None = None) -> None:
        self._module = module
        self._points: dict[cst.CSTNode, list[Point]] = {}
        self.entry = self._block(code, _Ways(cache(partial(Point, None))))

    def ways(self) -> frozenset[Way]:
        """Return the ways in which this may be left."""
        return frozenset(point.way for point in _reachable([self.entry]) if point.way is not None)

    def escapes(self, start: cst.CSTNode, stops: Iterable[cst.CSTNode], *, failing: bool = False) -> frozenset[Way]:
        """Return the ways in which this may be left behind `start` without having come to one of `stops`.

        Args:
            start: where this begins.
            stops: what is enough to have begun.
            failing: whether it is `start` itself that fails; else it has come to its end.
        """
        begin = [after for point in self._at(start) for after in (point.fails if failing else point.next)]
        return frozenset(point.way for point in _reachable(begin, self._barred(stops)) if point.way is not None)

    def behind(
        self, starts: Iterable[cst.CSTNode], stops: Iterable[cst.CSTNode] = (), *, failing: bool = True
    ) -> frozenset[cst.CSTNode]:
        """Return the statements, and heads of statements, that may run once `starts` have: these, too, if repeated.

        Args:
            starts: statements and heads of statements, of one piece.
            stops: what comes only after them is not looked at.
            failing: whether what runs after an exception counts.
        """
        within = {point for start in starts for point in self._at(start)}
        begin = _landings(after for point in within for after in point.after(failing))
        found = _reachable([point for point in begin if point not in within], self._barred(stops), failing)
        return frozenset(point.node for point in found if point.node is not None)

    def place(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """Return the statement, or the head of one, that a node is part of; None if there is none."""
        around = self._module.ancestors(node) if self._module is not None else ()
        return next((up for up in (node, *around) if up in self._points), None)

    def _barred(self, stops: Iterable[cst.CSTNode]) -> list[Point]:
        return [point for stop in stops for point in self._at(stop)]

    def _at(self, node: cst.CSTNode) -> list[Point]:
        place = self.place(node)
        return self._points[place] if place is not None else []

    # how it is built: from the end, each statement knows where it leads

    def _point(self, node: cst.CSTNode, after: Iterable[Point], fails: tuple[Point, ...] = ()) -> Point:
        point = Point(node)
        point.next += after
        point.fails = fails
        self._points.setdefault(node, []).append(point)
        return point

    def _block(self, code: Code, ways: _Ways) -> Point:
        """Return where a piece of code begins."""
        parts = code.body if isinstance(code, cst.Module | cst.BaseSuite) else code
        for part in reversed(parts):
            ways = ways.but({Way.END: self._statement(part, ways)})
        return ways[Way.END]

    def _statement(self, node: cst.CSTNode, ways: _Ways) -> Point:
        failing = (ways[Way.ERROR], ways[Way.INTERRUPT])
        match node:
            case cst.SimpleStatementLine(body=parts) | cst.SimpleStatementSuite(body=parts):
                return self._block(parts, ways)
            case cst.Return():
                return self._point(node, [ways[Way.RETURN]], failing)
            case cst.Break():
                return self._point(node, [ways[Way.BREAK]])
            case cst.Continue():
                return self._point(node, [ways[Way.CONTINUE]])
            case cst.Raise(exc=exc):
                raised = dotted(exc.func if isinstance(exc, cst.Call) else exc) if exc is not None else ""
                known = Way.INTERRUPT if raised.rpartition(".")[2] in _INTERRUPTS else Way.ERROR
                return self._point(node, failing if exc is None else [ways[known]])
            case cst.Expr(value=cst.Call(func=func)) if dotted(func) in _EXITS:
                return self._point(node, [ways[Way.INTERRUPT]])
            case cst.Pass() | cst.Global() | cst.Nonlocal():
                return self._point(node, [ways[Way.END]])
            case cst.If(body=body, orelse=orelse):
                other = self._statement(orelse, ways) if orelse is not None else ways[Way.END]
                return self._point(node, [self._block(body, ways), other], failing)
            case cst.Else(body=body) | cst.ExceptHandler(body=body):
                return self._block(body, ways)
            case cst.While() | cst.For():
                return self._loop(node, ways)
            case cst.With(body=body, items=items):
                inner = ways
                if any(isinstance(i.item, cst.Call) and dotted(i.item.func) in _SUPPRESS for i in items):
                    inner = ways.but({Way.ERROR: self._point(node, [ways[Way.END], ways[Way.ERROR]])})
                return self._point(node, [self._block(body, inner)], failing)
            case cst.Try() | cst.TryStar():
                return self._try(node, ways)
            case cst.Match(cases=cases):
                entries = [self._block(case.body, ways) for case in cases]
                match cases[-1]:
                    case cst.MatchCase(pattern=cst.MatchAs(pattern=None), guard=None):
                        return self._point(node, entries, failing)
                return self._point(node, [*entries, ways[Way.END]], failing)
        return self._point(node, [ways[Way.END]], failing)

    def _loop(self, node: cst.While | cst.For, ways: _Ways) -> Point:
        done = self._statement(node.orelse, ways) if node.orelse is not None else ways[Way.END]
        head = self._point(node, [], (ways[Way.ERROR], ways[Way.INTERRUPT]))
        if not is_endless(node):
            head.next.append(done)
        head.next.append(
            self._block(node.body, ways.but({Way.END: head, Way.CONTINUE: head, Way.BREAK: ways[Way.END]}))
        )
        return head

    def _try(self, node: cst.Try | cst.TryStar, ways: _Ways) -> Point:
        last = node.finalbody
        if last is not None:
            outside = ways
            ways = _Ways(cache(lambda way: self._block(last.body, outside.but({Way.END: outside[way]}))))
        failing: dict[Way, Point] = {}
        for way in (Way.ERROR, Way.INTERRUPT):
            point = Point(None)
            for handler in node.handlers:
                names = caught(handler)
                if way is Way.ERROR or names & (_INTERRUPTS | _CATCH_ALL[way]):
                    point.next.append(self._point(handler, [self._block(handler.body, ways)]))
                if names & _CATCH_ALL[way]:
                    break
            else:
                point.next.append(ways[way])
            failing[way] = point
        after = self._statement(node.orelse, ways) if node.orelse is not None else ways[Way.END]
        return self._block(node.body, ways.but({Way.END: after, **failing}))


def is_endless(loop: cst.CSTNode) -> bool:
    """Return whether a loop never ends by its own test."""
    match loop:
        case cst.While(test=cst.Name(value="True")):
            return True
        case cst.While(test=cst.Integer(value=number)):
            return number != "0"
    return False


def stays(loop: cst.CSTNode) -> bool:
    """Return whether nothing but an exception gets out of a loop."""
    return is_endless(loop) and not ways_out([loop]) & {Way.END, Way.RETURN}


def ways_out(code: Code) -> frozenset[Way]:
    """Return the ways in which a piece of code may be left."""
    return ControlFlow(code).ways()


def caught(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> frozenset[str]:
    """Return the last names of the exceptions that a handler is for: `BaseException` if it names none."""
    kind = handler.type
    if kind is None:
        return frozenset({"BaseException"})
    each = [element.value for element in kind.elements] if isinstance(kind, cst.Tuple) else [kind]
    return frozenset(dotted(one).rpartition(".")[2] for one in each)


def is_on_way_out(node: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether a node is part of a handler or a `finally`: what is run however things went."""
    return any(isinstance(up, cst.Finally | cst.ExceptHandler) for up in module.ancestors(node))


def _landings(points: Iterable[Point]) -> Iterator[Point]:
    """Yield where control gets from points: what only tells one exception from another is none of its own."""
    for point in points:
        if point.node is None and point.way is None:
            yield from _landings(point.next)
        else:
            yield point


def _reachable(begin: Iterable[Point], barred: Iterable[Point] = (), failing: bool = True) -> Iterator[Point]:
    seen = set(barred)
    stack = [point for point in begin if point not in seen]
    while stack:
        point = stack.pop()
        if point not in seen:
            seen.add(point)
            yield point
            stack += point.after(failing)
