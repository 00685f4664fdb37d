"""Whether a read of a message's text is reached only for messages that have one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile

import libcst as cst

from codemods import protocol as v
from codemods.facts import match_patterns
from codemods.facts.paths import Paths, leaves
from codemods.facts.program import Program
from codemods.facts.type_tests import TypeTest, TypeTests, read_base
from codemods.interpreter.values import Function
from codemods.libraries.values import Field, Message
from codemods.syntax.children import walk
from codemods.syntax.navigate import parts
from codemods.syntax.tree import SourceModule


@dataclass(slots=True)
class Place:
    """A module of a program, for what is asked about one of its nodes; a rule's context is one."""

    program: Program
    module: SourceModule


def has_transcript(node: cst.CSTNode, base: cst.BaseExpression, context: Place) -> bool:
    """Return whether every path to `node` has tested that the message `base` is a transcript."""
    return _paths(base, context).hold(node)


def catches_key_errors(node: cst.CSTNode, context: Place) -> bool:
    """Return whether a missing key at `node` is what the program tells messages apart by: `except KeyError`.

    A handler for every error is none of these: it reports what is not expected.
    """
    return _is_caught(node, context.module, context.program, set())


def _is_caught(node: cst.CSTNode, module: SourceModule, program: Program, seen: set[cst.CSTNode]) -> bool:
    for up, child in module.climb(node):
        match up:
            case cst.Try(body=body, handlers=handlers) | cst.TryStar(body=body, handlers=handlers) if body is child:
                if any(_names_key_error(handler.type) for handler in handlers if handler.type is not None):
                    return True
            case cst.With(items=items):
                calls = [item.item for item in items if isinstance(item.item, cst.Call)]
                if any("suppress" in module.code(call.func) and _names_key_error(call) for call in calls):
                    return True
            case cst.FunctionDef():
                sites = [] if up in seen else program.get(call_sites).get(up, [])
                return any(_is_caught(call, home, program, seen | {up}) for call, home in sites)
    return False


def _names_key_error(node: cst.CSTNode) -> bool:
    return any(isinstance(item, cst.Name) and item.value in ("KeyError", "LookupError") for item in walk(node))


def is_not_partial(node: cst.CSTNode, base: cst.CSTNode, context: Place) -> bool:
    """Return whether every path to `node` has tested that the message `base` is no partial transcript."""
    return _paths(base, context, finals_only=True).hold(node)


def _paths(base: cst.CSTNode, place: Place, *, finals_only: bool = False) -> _TranscriptPaths:
    messages = _messages(place.program, base)
    return _TranscriptPaths(place.program, place.module, messages, place.module.code(base), finals_only)


def taken_types(test: TypeTest, program: Program) -> frozenset[str]:
    """Return the v3 types that tests above have dealt with, so that the type is none of them where `test` asks.

    Only what the program itself calls by v3's names counts: it is half converted, or made for both protocols.
    """
    about = {field.message for field in program.fields(test.operand)}
    found: set[str] = set()
    for up, child in test.module.climb(test.node):
        match up:
            case cst.If(test=asked, orelse=orelse) | cst.IfExp(test=asked, orelse=orelse) if orelse is child:
                found |= _names_v3(asked, about, program)
            case cst.IndentedBlock(body=body):
                for statement in takewhile(lambda item, here=child: item is not here, body):  # type: ignore[misc]
                    if isinstance(statement, cst.If) and leaves(statement.body):
                        if _same_variables(statement.test, test.operand, program):
                            found |= _names_v3(statement.test, about, program)
            case cst.For() | cst.While() | cst.FunctionDef() | cst.Lambda() | cst.ClassDef():
                break
    return frozenset(found)


def _names_v3(asked: cst.BaseExpression, about: set[Message], program: Program) -> set[str]:
    """Return the v3 types for which `asked` holds whatever else is true."""
    match asked:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(cst.Equal() | cst.In(), right)]):
            fields = [field for field in program.fields(left) if field.key in ("type", v.TYPE_KEY)]
            if fields and {field.message for field in fields} == about:
                return set(program.constants(right)) & v.V3_TYPES
        case cst.BooleanOperation(left=left, operator=cst.Or(), right=right):
            return _names_v3(left, about, program) | _names_v3(right, about, program)
    return set()


def _same_variables(one: cst.CSTNode, other: cst.CSTNode, program: Program) -> bool:
    """Return whether two expressions read the same variables, and these are the same in both places."""
    mine, theirs = (
        {name.value: program.definitions(name) for name in walk(node) if isinstance(name, cst.Name)}
        for node in (one, other)
    )
    return all(theirs[name] <= mine[name] for name in theirs if name in mine) and bool(mine.keys() & theirs.keys())


def _of_type(node: cst.CSTNode, program: Program) -> set[Message]:
    """Return the messages, proven or likely, whose type an expression can be."""
    return {
        value.message
        for value in program.values(node)
        if isinstance(value, Field) and value.key == v.TYPE_KEY and program.may_be_ours(value)
    }


def _messages(program: Program, base: cst.CSTNode) -> frozenset[Message]:
    return frozenset(value for value in program.values(base) if isinstance(value, Message))


@dataclass(frozen=True, slots=True)
class _TranscriptPaths(Paths):
    """Whether a message is tested for being a transcript, or (`finals_only`) no partial one.

    Attributes:
        messages: what the message can be.
        code: how it is spelled where it is read.
        seen: the functions whose callers are being asked.
    """

    messages: frozenset[Message]
    code: str
    finals_only: bool = False
    seen: frozenset[cst.CSTNode] = frozenset()

    def selects(self, holder: cst.MatchCase | cst.DictElement, child: cst.CSTNode) -> bool:
        match holder:
            case cst.MatchCase(pattern=pattern, body=body) if body is child:
                return self._is_asked_for(pattern, self.module.parent(holder))
            case cst.DictElement(key=key, value=value) if value is child:
                # a table entry is a function that is looked up by the types in question only
                types = set(self.program.constants(key))
                wanted = {v.FINAL} if self.finals_only else v.TRANSCRIPTS
                return not isinstance(value, cst.Call) and bool(types) and types <= wanted
        return False

    def _is_asked_for(self, pattern: cst.MatchPattern, match: cst.CSTNode | None) -> bool:
        if not isinstance(match, cst.Match):
            return False
        about = _of_type(match.subject, self.program) | _messages(self.program, match.subject)
        asks = match_patterns.is_not_partial if self.finals_only else match_patterns.has_transcript
        return not about.isdisjoint(self.messages) and asks(self.program, pattern)

    def answers(self, test: cst.BaseExpression, outcome: bool) -> bool:
        if isinstance(test, cst.Comparison):
            return self._compares(test, outcome)
        # `if message.get("text"):`
        read = read_base(test)
        if not outcome or self.finals_only or read is None or read.key is None or not self._same(read.node):
            return False
        return "text" in self.program.constants(read.key)

    def _compares(self, test: cst.Comparison, outcome: bool) -> bool:
        operator = test.comparisons[0].operator
        positive = isinstance(operator, cst.Equal | cst.In | cst.Is)
        known = self.program.get(TypeTests).tests.get(test)
        if known is not None:
            about = _of_type(known.operand, self.program)
            same = bool(about & self.messages) or self._parsed_again(known, about)
            if self.finals_only:
                return same and positive != outcome if v.PARTIAL in known.types else same and positive == outcome
            return same and positive == outcome and all(text in v.TRANSCRIPTS for text in known.types)
        asks_for_text = isinstance(operator, cst.In | cst.NotIn) and "text" in self.program.constants(test.left)
        if self.finals_only or not asks_for_text:
            return False
        return positive == outcome and self._same(test.comparisons[0].comparator)

    def _parsed_again(self, test: TypeTest, about: set[Message]) -> bool:
        """Return whether test and read parse the same text, each for itself: `json.loads(raw)[...]`."""
        if test.base is None or test.module.code(test.base.node) != self.code or "loads(" not in self.code:
            return False
        return {message.connection for message in about} == {message.connection for message in self.messages}

    def _same(self, node: cst.BaseExpression) -> bool:
        return bool(_messages(self.program, node) & self.messages)

    def is_asked_by_callers(self, function: cst.FunctionDef | cst.Lambda) -> bool:
        if function in self.seen:
            return False
        tests = self.program.get(TypeTests).tests
        calls = self.program.get(call_sites).get(function, [])
        # what is looked up by type is reached as its entry in the table says
        calls = [(node, home) for node, home in calls if getattr(node, "func", None) not in tests]
        seen = self.seen | {function}
        return bool(calls) and all(replace(self, module=home, seen=seen).hold(call) for call, home in calls)


def call_sites(program: Program) -> dict[cst.CSTNode, list[tuple[cst.CSTNode, SourceModule]]]:
    """Return the calls of every function, each with its module; where it is handed on, what hands it on."""
    found: dict[cst.CSTNode, list[tuple[cst.CSTNode, SourceModule]]] = {}
    for node, module in program.walk():
        for value in program.values(node):
            target = getattr(value, "target", value)
            if isinstance(target, Function):
                parent = module.parent(node)
                called = isinstance(parent, cst.Call) and parent.func is node
                site = parent if called and parent is not None else node
                if called or not isinstance(node, cst.Name | cst.Attribute) or _is_reference(node, module):
                    found.setdefault(target.node, []).append((site, module))
    return found


def _is_reference(node: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether a function is handed over (as a callback) here, so that it is called elsewhere."""
    parent = module.parent(node)
    return not isinstance(parent, cst.Attribute | cst.AssignTarget | cst.FunctionDef | cst.ImportAlias)


def is_idle(body: cst.BaseSuite) -> bool:
    """Return whether a branch does nothing but skip the message."""
    for part in parts(body):
        match part:
            case cst.Pass() | cst.Continue() | cst.Return(value=None) | cst.Expr(value=cst.Ellipsis()):
                continue
        return False
    return True
