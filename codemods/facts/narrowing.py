"""Whether a read of a message's text is reached only for messages that have one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

import libcst as cst

from codemods import protocol as v
from codemods.facts import match_patterns
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
    guard = _Guard(context.program, context.module.code(base))
    return guard.holds(node, _messages(context.program, base), context.module, set())


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
    guard = _Guard(context.program, context.module.code(base), finals_only=True)
    return guard.holds(node, _messages(context.program, base), context.module, set())


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


class _Guard:
    def __init__(self, program: Program, code: str, *, finals_only: bool = False) -> None:
        self.program = program
        self.finals_only = finals_only
        self.code = code
        self.tests = program.get(TypeTests)

    def holds(
        self, node: cst.CSTNode, messages: frozenset[Message], module: SourceModule, seen: set[cst.CSTNode]
    ) -> bool:
        """Return whether a test above, before or at every caller of `node` lets only transcripts pass."""
        child = node
        for up in module.ancestors(node):
            if isinstance(up, cst.If | cst.While | cst.IfExp):
                if up.body is child and self._implies(up.test, messages, True):
                    return True
                if getattr(up, "orelse", None) is child and self._implies(up.test, messages, False):
                    return True
            elif isinstance(up, cst.BooleanOperation) and up.right is child:
                if self._implies(up.left, messages, isinstance(up.operator, cst.And)):
                    return True
            elif isinstance(up, cst.MatchCase) and up.body is child and self._case(up, module, messages):
                return True
            elif isinstance(up, cst.IndentedBlock) and self._left_early(up, child, messages):
                return True
            elif isinstance(up, cst.DictElement) and up.value is child and self._is_reached_by_type(up, child):
                return True
            elif isinstance(up, cst.FunctionDef):
                return self._callers(up, messages, module, seen)
            child = up
        return False

    def _is_reached_by_type(self, entry: cst.DictElement, value: cst.CSTNode) -> bool:
        """Return whether a table entry is a function that is looked up by the types in question only."""
        types = set(self.program.constants(entry.key))
        wanted = {v.FINAL} if self.finals_only else v.TRANSCRIPTS
        return not isinstance(value, cst.Call) and bool(types) and types <= wanted

    def _implies(self, test: cst.BaseExpression, messages: frozenset[Message], outcome: bool) -> bool:
        """Return whether `test` being `outcome` means that the message has a transcript."""
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            return self._implies(test.expression, messages, not outcome)
        if isinstance(test, cst.BooleanOperation):
            both = isinstance(test.operator, cst.And) == outcome
            left = self._implies(test.left, messages, outcome)
            right = self._implies(test.right, messages, outcome)
            return left or right if both else left and right
        if isinstance(test, cst.NamedExpr):
            return self._implies(test.value, messages, outcome)
        if isinstance(test, cst.Comparison):
            return self._compares(test, messages, outcome)
        if isinstance(test, cst.Name):
            # `final = message["message_type"] == "FinalTranscript"`, tested later
            defs = self.program.definitions(test)
            return bool(defs) and all(
                item.kind == "assign" and item.value is not None and self._implies(item.value, messages, outcome)
                for item in defs
            )
        # `if message.get("text"):`
        read = read_base(test)
        if (
            outcome
            and not self.finals_only
            and read is not None
            and read.key is not None
            and self._same(read.node, messages)
        ):
            return "text" in self.program.constants(read.key)
        return False

    def _compares(self, test: cst.Comparison, messages: frozenset[Message], outcome: bool) -> bool:
        operator = test.comparisons[0].operator
        positive = isinstance(operator, cst.Equal | cst.In | cst.Is)
        known = self.tests.tests.get(test)
        if known is not None:
            about = _of_type(known.operand, self.program)
            same = bool(about & messages) or self._parsed_again(known, about, messages)
            if self.finals_only:
                return same and positive != outcome if v.PARTIAL in known.types else same and positive == outcome
            transcripts = all(text in v.TRANSCRIPTS for text in known.types)
            return transcripts and positive == outcome and same
        if (
            not self.finals_only
            and isinstance(operator, cst.In | cst.NotIn)
            and "text" in self.program.constants(test.left)
        ):
            return positive == outcome and self._same(test.comparisons[0].comparator, messages)
        return False

    def _parsed_again(self, test: TypeTest, about: set[Message], messages: frozenset[Message]) -> bool:
        """Return whether test and read parse the same text, each for itself: `json.loads(raw)[...]`."""
        if test.base is None or test.module.code(test.base.node) != self.code or "loads(" not in self.code:
            return False
        return {message.connection for message in about} == {message.connection for message in messages}

    def _same(self, node: cst.BaseExpression, messages: frozenset[Message]) -> bool:
        return bool(_messages(self.program, node) & messages)

    def _case(self, case: cst.MatchCase, module: SourceModule, messages: frozenset[Message]) -> bool:
        match = module.parent(case)
        if not isinstance(match, cst.Match):
            return False
        fields = _of_type(match.subject, self.program)
        if not (fields | _messages(self.program, match.subject)) & messages:
            return False
        asks = match_patterns.is_not_partial if self.finals_only else match_patterns.has_transcript
        return asks(self.program, case.pattern)

    def _left_early(self, block: cst.IndentedBlock, child: cst.CSTNode, messages: frozenset[Message]) -> bool:
        """Return whether an earlier `if not a transcript: continue` sits in front of `child`."""
        for statement in block.body:
            if statement is child:
                return False
            if isinstance(statement, cst.If) and statement.orelse is None and leaves(statement.body):
                if self._implies(statement.test, messages, False):
                    return True
        return False

    def _callers(
        self, function: cst.FunctionDef, messages: frozenset[Message], module: SourceModule, seen: set[cst.CSTNode]
    ) -> bool:
        """Return whether every call of the function is itself guarded, and there is one."""
        if function in seen:
            return False
        seen = seen | {function}
        calls = self.program.get(call_sites).get(function, [])
        # what is looked up by type is reached as its entry in the table says
        calls = [(node, home) for node, home in calls if getattr(node, "func", None) not in self.tests.tests]
        return bool(calls) and all(self.holds(call, messages, home, seen) for call, home in calls)


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


def leaves(body: cst.BaseSuite) -> bool:
    """Return whether a branch ends by leaving the loop or function it is in."""
    *_, last = (None, *parts(body))
    return isinstance(last, cst.Return | cst.Continue | cst.Break | cst.Raise)


def is_idle(body: cst.BaseSuite) -> bool:
    """Return whether a branch does nothing but skip the message."""
    for part in parts(body):
        match part:
            case cst.Pass() | cst.Continue() | cst.Return(value=None) | cst.Expr(value=cst.Ellipsis()):
                continue
        return False
    return True
