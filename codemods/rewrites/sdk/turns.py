"""What is known of a transcript at one place: whether only finals get there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import libcst as cst

from codemods.facts.paths import Paths
from codemods.facts.program import Program
from codemods.interpreter.values import Bound, Function, Str
from codemods.libraries.assemblyai_values import EventKind, SdkEvent
from codemods.rewrites.sdk.handlers import event_parameter
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


def delivered(program: Program, node: cst.CSTNode) -> frozenset[SdkEvent]:
    """Return the events of the SDK that an expression can be; none where their session is left as it is."""
    values = program.values(node)
    found = frozenset(value for value in values if isinstance(value, SdkEvent))
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
    """Return what `isinstance(...)`, `type(...) is`, a comparison of a class's name or `message_type` asks for.

    None for anything else, and where the session of the transcript stays as it is, or the test does.
    """
    found = _kind_test(program, module, test)
    if found is None or found.base in program.grades.foreign:
        return None
    values = program.values(found.base)
    if program.get(Plans).are_left(values) or any(map(program.grades.is_own, values)):
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


_CallSite = tuple[cst.Call, int, SourceModule]


@dataclass(frozen=True, slots=True)
class FinalPaths(Paths):
    """Whether only final transcripts reach a place, or only others.

    Attributes:
        code: the transcript, as it is spelled there.
        kind: `FINAL` or `PARTIAL`.
        depth: how many calls further away is still asked.
    """

    code: str
    kind: str = FINAL
    depth: int = 4
    functions: ClassVar = (cst.FunctionDef, cst.Lambda)

    def answers(self, test: cst.BaseExpression, outcome: bool) -> bool:
        tested = kind_test(self.program, self.module, test)
        if tested is None or self.module.code(tested.base) != self.code:
            return False
        other = PARTIAL if self.kind == FINAL else FINAL
        return tested.kind == (self.kind if outcome != tested.negated else other)

    def is_asked_by_callers(self, function: cst.FunctionDef | cst.Lambda) -> bool:
        handlers = self.program.get(Plans).handlers.of_function.get(function, [])
        if self.depth == 0 or handlers:
            filtered = all(handler.filtered and handler.direct for handler in handlers)
            named = bool(handlers) and event_parameter(handlers[0]).name.value == self.code
            return self.depth > 0 and self.kind == FINAL and filtered and named
        params = [*function.params.posonly_params, *function.params.params]
        index = next((i for i, param in enumerate(params) if param.name.value == self.code), None)
        calls = self.program.get(_call_sites).get(function, []) if index is not None else []
        return bool(calls) and all(site is not None and self._is_given(site, index or 0) for site in calls)

    def _is_given(self, site: _CallSite, index: int) -> bool:
        """Return whether a call gives what is of the kind to the parameter number `index`."""
        call, shift, module = site
        match call.args[index - shift : index - shift + 1] if index >= shift else []:
            case [cst.Arg(value=given, keyword=None, star="")]:
                code = module.code(given)
                return replace(self, module=module, code=code, depth=self.depth - 1).hold(call)
        return False


def partial_texts(program: Program) -> Mapping[str, int]:
    """Return in how many places each module reads the text of what can only be a partial transcript."""
    found: Counter[str] = Counter()
    for node, module in program.find(cst.Attribute):
        if node.attr.value == "text" and is_transcript(program, node.value):
            found[module.path] += FinalPaths(program, module, module.code(node.value), PARTIAL).hold(node)
    return found


def _call_sites(program: Program) -> dict[cst.CSTNode, list[_CallSite | None]]:
    """Return the calls of each function, with the number of arguments given before; None where it is passed around."""
    found: dict[cst.CSTNode, list[_CallSite | None]] = defaultdict(list)
    for node, module in program.walk():
        for value in program.values(node) if isinstance(node, cst.Name | cst.Attribute) else ():
            shift = 0
            while isinstance(value, Bound):
                shift += len(value.args)
                value = value.target
            if isinstance(value, Function):
                match module.parent(node):
                    case cst.Call(func=func) as call if func is node:
                        found[value.node].append((call, shift, module))
                    case cst.Arg() | cst.Assign() | cst.Element() | cst.DictElement():
                        found[value.node].append(None)
    return found
