"""What is known of a transcript at one place: whether only finals get there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import libcst as cst

from codemods.facts.narrowing import leaves
from codemods.facts.program import Program
from codemods.interpreter.values import Bound, Function, Str
from codemods.libraries.assemblyai_values import Event, EventKind
from codemods.rewrites.sdk.handlers import Handlers, event_parameter
from codemods.rewrites.sdk.names import Names
from codemods.rewrites.sdk.plan import Plans
from codemods.syntax.tree import SourceModule

FINAL, PARTIAL, ANY = "RealtimeFinalTranscript", "RealtimePartialTranscript", "RealtimeTranscript"

_KINDS = {
    FINAL: FINAL,
    PARTIAL: PARTIAL,
    "FinalTranscript": FINAL,
    "PartialTranscript": PARTIAL,
    "final_transcript": FINAL,
    "partial_transcript": PARTIAL,
}
"""Names of classes, what `message_type` is, and how its enumeration spells that."""


def is_transcript(program: Program, node: cst.CSTNode) -> bool:
    """Return whether an expression is a transcript of a session that is rewritten."""
    return any(event.kind is EventKind.TRANSCRIPT for event in delivered(program, node))


def delivered(program: Program, node: cst.CSTNode) -> frozenset[Event]:
    """Return the events of the SDK that an expression can be; none where their session is left as it is."""
    values = program.values(node)
    found = frozenset(value for value in values if isinstance(value, Event))
    return frozenset() if found and program.get(Plans).are_left(values) else found


@dataclass(frozen=True, slots=True)
class KindTest:
    """A test of what a transcript is.

    Attributes:
        base: the transcript.
        kind: `FINAL`, `PARTIAL` or `ANY`.
        negated: whether it asks for everything else.
    """

    base: cst.BaseExpression
    kind: str
    negated: bool = False


def kind_test(program: Program, module: SourceModule, test: cst.BaseExpression) -> KindTest | None:
    """Return what `isinstance(...)`, `type(...) is`, or a comparison of a class's name or `message_type` asks for."""
    found = _kind_test(program, module, test)
    if found is None or program.get(Plans).are_left(program.values(found.base)):
        return None
    return found


def _kind_test(program: Program, module: SourceModule, test: cst.BaseExpression) -> KindTest | None:
    names = Names.of(program, module)
    if isinstance(test, cst.Call) and isinstance(test.func, cst.Name) and test.func.value == "isinstance":
        wanted = _one(test.args[1].value, names.legacy) if len(test.args) == 2 else None
        return KindTest(test.args[0].value, wanted) if wanted is not None else None
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return None
    operator, right = test.comparisons[0].operator, test.comparisons[0].comparator
    if not isinstance(operator, cst.Is | cst.IsNot | cst.Equal | cst.NotEqual | cst.In | cst.NotIn):
        return None
    negated = isinstance(operator, cst.IsNot | cst.NotEqual | cst.NotIn)
    sides = [(test.left, right)]
    if not isinstance(operator, cst.In | cst.NotIn):
        sides.append((right, test.left))
    for asked, answer in sides:
        base = _class_of(asked)
        if base is not None:
            wanted = _one(answer, names.legacy)
        else:
            base = _named_kind_of(_origin(program, asked))
            if base is None or not is_transcript(program, base):
                continue
            wanted = _one(answer, lambda node: _KINDS.get(_text(program, node)))
        if wanted is not None:
            return KindTest(base, wanted, negated)
    return None


def _one(node: cst.BaseExpression, kind_of: Callable[[cst.BaseExpression], str | None]) -> str | None:
    """Return the kind that an expression stands for, `ANY` for a list of both."""
    parts: list[cst.BaseExpression] | None = None
    match node:
        case cst.Tuple() | cst.List() | cst.Set():
            parts = [element.value for element in node.elements]
        case cst.BinaryOperation(operator=cst.BitOr()):
            parts = [node.left, node.right]
    if parts is None:
        kind = kind_of(node)
        return kind if kind in (FINAL, PARTIAL, ANY) else None
    found = {_one(part, kind_of) for part in parts}
    if None in found or not found:
        return None
    return found.pop() if len(found) == 1 else ANY


def _class_of(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """Return x of `type(x)` or `x.__class__`."""
    match node:
        case cst.Attribute() if node.attr.value == "__class__":
            return node.value
        case cst.Call(func=cst.Name(value="type")):
            return node.args[0].value if len(node.args) == 1 else None
    return None


def _origin(program: Program, node: cst.BaseExpression) -> cst.BaseExpression:
    """Return what a variable was set to, if it is set in one place only."""
    definitions = program.definitions(node) if isinstance(node, cst.Name) else frozenset()
    only = next(iter(definitions)) if len(definitions) == 1 else None
    return only.value if only is not None and only.kind == "assign" and only.value is not None else node


def _named_kind_of(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """Return x of `type(x).__name__` or `x.message_type`."""
    if not isinstance(node, cst.Attribute):
        return None
    if node.attr.value in ("value", "name") and isinstance(node.value, cst.Attribute):
        node = node.value
    if node.attr.value == "__name__":
        return _class_of(node.value)
    return node.value if node.attr.value == "message_type" else None


def _text(program: Program, node: cst.BaseExpression) -> str:
    found = [value.literal for value in program.values(node) if isinstance(value, Str)]
    if len(found) == 1 and found[0] is not None:
        return found[0]
    return node.attr.value if isinstance(node, cst.Attribute) else ""


class FinalPaths:
    """Decides whether only final transcripts reach a place, or only others."""

    def __init__(self, program: Program, handlers: Handlers, kind: str = FINAL) -> None:
        self.program = program
        self.handlers = handlers
        self.kind = kind

    def reaches(self, node: cst.CSTNode, base: cst.BaseExpression, module: SourceModule, depth: int = 4) -> bool:
        """Return whether the transcript `base` is of the kind whenever `node` is evaluated."""
        code = module.code(base)
        child = node
        for up in module.ancestors(node):
            match up:
                case cst.If() | cst.While() | cst.IfExp():
                    if up.body is child and self.implies(up.test, code, module, True):
                        return True
                    if getattr(up, "orelse", None) is child and self.implies(up.test, code, module, False):
                        return True
                case cst.BooleanOperation() if up.right is child:
                    if self.implies(up.left, code, module, isinstance(up.operator, cst.And)):
                        return True
                case cst.IndentedBlock() if self._left_early(up, child, code, module):
                    return True
                case cst.FunctionDef() | cst.Lambda():
                    return depth > 0 and self._callers(up, code, depth)
            child = up
        return False

    def implies(self, test: cst.BaseExpression, code: str, module: SourceModule, outcome: bool) -> bool:
        """Return whether `test` being `outcome` means that the transcript is of the kind."""
        match test:
            case cst.UnaryOperation(operator=cst.Not()):
                return self.implies(test.expression, code, module, not outcome)
            case cst.BooleanOperation():
                both = isinstance(test.operator, cst.And) == outcome
                sides = [self.implies(side, code, module, outcome) for side in (test.left, test.right)]
                return any(sides) if both else all(sides)
        tested = kind_test(self.program, module, test)
        if tested is not None and module.code(tested.base) == code:
            other = PARTIAL if self.kind == FINAL else FINAL
            return tested.kind == (self.kind if outcome != tested.negated else other)
        if isinstance(test, cst.Name):
            defs = self.program.definitions(test)
            return bool(defs) and all(
                item.kind == "assign" and item.value is not None and self.implies(item.value, code, module, outcome)
                for item in defs
            )
        return False

    def _left_early(self, block: cst.IndentedBlock, child: cst.CSTNode, code: str, module: SourceModule) -> bool:
        for statement in block.body:
            if statement is child:
                return False
            if isinstance(statement, cst.If) and statement.orelse is None and leaves(statement.body):
                if self.implies(statement.test, code, module, False):
                    return True
        return False

    def _callers(self, function: cst.FunctionDef | cst.Lambda, code: str, depth: int) -> bool:
        handlers = self.handlers.of_function.get(function, [])
        if handlers:
            filtered = all(handler.filtered and handler.direct for handler in handlers)
            return self.kind == FINAL and filtered and event_parameter(handlers[0]).name.value == code
        params = [*function.params.posonly_params, *function.params.params]
        index = next((i for i, param in enumerate(params) if param.name.value == code), None)
        if index is None:
            return False
        calls = self._calls(function)
        return bool(calls) and all(self._passes_final(call, index - shift, home, depth) for call, shift, home in calls)

    def _passes_final(self, call: cst.Call, index: int, module: SourceModule, depth: int) -> bool:
        if not 0 <= index < len(call.args) or call.args[index].keyword is not None or call.args[index].star:
            return False
        return self.reaches(call, call.args[index].value, module, depth - 1)

    def _calls(self, function: cst.FunctionDef | cst.Lambda) -> list[tuple[cst.Call, int, SourceModule]]:
        """Return every call of a function, with the number of arguments given before; none if it is passed around."""
        sites = self.program.get(_call_sites).get(function, [])
        known = [site for site in sites if site is not None]
        return known if len(known) == len(sites) else []


def partial_texts(program: Program) -> Mapping[str, int]:
    """Return in how many places each module reads the text of what can only be a partial transcript."""
    paths = FinalPaths(program, program.get(Plans).handlers, PARTIAL)
    found: Counter[str] = Counter()
    for path in program.targets:
        module = program.modules[path]
        for node in module.find(cst.Attribute):
            if node.attr.value == "text" and is_transcript(program, node.value):
                found[path] += paths.reaches(node, node.value, module)
    return found


_CallSite = tuple[cst.Call, int, SourceModule]


def _call_sites(program: Program) -> dict[cst.CSTNode, list[_CallSite | None]]:
    """Return the calls of each function, with the number of arguments given before; None where it is passed around."""
    found: dict[cst.CSTNode, list[_CallSite | None]] = {}
    for path in program.targets:
        module = program.modules[path]
        for node in module.walk():
            if not isinstance(node, cst.Name | cst.Attribute):
                continue
            for value in program.values(node):
                shift = 0
                while isinstance(value, Bound):
                    shift += len(value.args)
                    value = value.target
                if not isinstance(value, Function):
                    continue
                parent = module.parent(node)
                match parent:
                    case cst.Call() if parent.func is node:
                        found.setdefault(value.node, []).append((parent, shift, module))
                    case cst.Arg() | cst.Assign() | cst.Element() | cst.DictElement():
                        found.setdefault(value.node, []).append(None)
    return found
