"""What is known of a transcript at one place: whether only finals get there."""

from __future__ import annotations

import libcst as cst

from codemods.facts.program import Program
from codemods.facts.values import Bound, Function
from codemods.facts.values_sdk import Event, EventKind
from codemods.sdk.handlers import Handlers, event_parameter
from codemods.sdk.names import Names
from codemods.tree import SourceModule

FINAL, PARTIAL, ANY = "RealtimeFinalTranscript", "RealtimePartialTranscript", "RealtimeTranscript"


def is_transcript(program: Program, node: cst.CSTNode) -> bool:
    """Return whether an expression is a transcript that the SDK delivered."""
    return any(isinstance(value, Event) and value.kind is EventKind.TRANSCRIPT for value in program.values(node))


def tested_class(
    program: Program, module: SourceModule, test: cst.BaseExpression
) -> tuple[cst.BaseExpression, str] | None:
    """Return the transcript and the class that `isinstance(...)` or `type(...) is` asks for."""
    names = Names.of(program, module)
    if isinstance(test, cst.Call) and isinstance(test.func, cst.Name) and test.func.value == "isinstance":
        if len(test.args) == 2:
            wanted = _class(names, test.args[1].value)
            return (test.args[0].value, wanted) if wanted is not None else None
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        operator, right = test.comparisons[0].operator, test.comparisons[0].comparator
        left = test.left
        typed = isinstance(left, cst.Call) and isinstance(left.func, cst.Name) and left.func.value == "type"
        if typed and isinstance(left, cst.Call) and isinstance(operator, cst.Is | cst.Equal) and len(left.args) == 1:
            wanted = _class(names, right)
            return (left.args[0].value, wanted) if wanted is not None else None
    return None


def _class(names: Names, node: cst.BaseExpression) -> str | None:
    if isinstance(node, cst.Tuple):
        found = {_class(names, element.value) for element in node.elements}
        if None in found or not found:
            return None
        return found.pop() if len(found) == 1 else ANY
    legacy = names.legacy(node)
    return legacy if legacy in (FINAL, PARTIAL, ANY) else None


class FinalPaths:
    """Decides whether only final transcripts reach a place."""

    def __init__(self, program: Program, handlers: Handlers) -> None:
        self.program = program
        self.handlers = handlers

    def reaches(self, node: cst.CSTNode, base: cst.BaseExpression, module: SourceModule, depth: int = 4) -> bool:
        """Return whether the transcript `base` is final whenever `node` is evaluated."""
        code = module.code(base)
        child = node
        for up in module.ancestors(node):
            if isinstance(up, cst.If | cst.While | cst.IfExp):
                if up.body is child and self.implies(up.test, code, module, True):
                    return True
                if getattr(up, "orelse", None) is child and self.implies(up.test, code, module, False):
                    return True
            elif isinstance(up, cst.BooleanOperation) and up.right is child:
                if self.implies(up.left, code, module, isinstance(up.operator, cst.And)):
                    return True
            elif isinstance(up, cst.IndentedBlock) and self._left_early(up, child, code, module):
                return True
            elif isinstance(up, cst.FunctionDef):
                return depth > 0 and self._callers(up, code, depth)
            child = up
        return False

    def implies(self, test: cst.BaseExpression, code: str, module: SourceModule, outcome: bool) -> bool:
        """Return whether `test` being `outcome` means that the transcript is final."""
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            return self.implies(test.expression, code, module, not outcome)
        if isinstance(test, cst.BooleanOperation):
            both = isinstance(test.operator, cst.And) == outcome
            sides = [self.implies(side, code, module, outcome) for side in (test.left, test.right)]
            return any(sides) if both else all(sides)
        tested = tested_class(self.program, module, test)
        if tested is not None and module.code(tested[0]) == code:
            return tested[1] == (FINAL if outcome else PARTIAL)
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

    def _callers(self, function: cst.FunctionDef, code: str, depth: int) -> bool:
        handlers = self.handlers.of_function.get(function, [])
        if handlers:
            filtered = all(handler.filtered and handler.direct for handler in handlers)
            return filtered and event_parameter(handlers[0]).name.value == code
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

    def _calls(self, function: cst.FunctionDef) -> list[tuple[cst.Call, int, SourceModule]]:
        """Return every call of a function, with the number of arguments given before; none if it is passed around."""

        def collect() -> dict[cst.CSTNode, list[tuple[cst.Call, int, SourceModule] | None]]:
            found: dict[cst.CSTNode, list[tuple[cst.Call, int, SourceModule] | None]] = {}
            for path in self.program.targets:
                module = self.program.run.modules[path]
                for node in module.walk():
                    if not isinstance(node, cst.Name | cst.Attribute):
                        continue
                    for value in self.program.values(node):
                        shift = 0
                        while isinstance(value, Bound):
                            shift += len(value.args)
                            value = value.target
                        if not isinstance(value, Function):
                            continue
                        parent = module.parent(node)
                        if isinstance(parent, cst.Call) and parent.func is node:
                            found.setdefault(value.node, []).append((parent, shift, module))
                        elif isinstance(parent, cst.Arg | cst.Assign | cst.Element | cst.DictElement):
                            found.setdefault(value.node, []).append(None)
            return found

        sites = self.program.memo("sdk call sites", collect).get(function, [])
        known = [site for site in sites if site is not None]
        return known if len(known) == len(sites) else []


def leaves(body: cst.BaseSuite) -> bool:
    """Return whether a suite always ends the function or the turn of a loop."""
    statements = body.body
    last = statements[-1] if statements else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, cst.Return | cst.Continue | cst.Break | cst.Raise)
