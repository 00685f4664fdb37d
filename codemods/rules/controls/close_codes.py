"""V3M402: the codes a connection is closed with."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.interpreter.values import Const, Obj
from codemods.libraries.values import CloseCode, Connection
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.edits import Replace
from codemods.syntax.sequences import each_once

_ORDERED = (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)


_Seen = cst.Comparison | cst.Subscript | cst.Call | cst.Match


class CloseCodes(Rule[_Seen]):
    """Rewrites v2 close codes where they are compared with the code of a vendor connection."""

    code = "V3M402"
    summary = "v2 close codes become v3 ones"
    source = v.ERRORS
    why = "v3 closes with 1008 and 3005 to 3009; `assert e.code == 4008` would turn every close into an AssertionError."

    def visit(self, node: cst.Comparison | cst.Subscript | cst.Call | cst.Match, context: Context) -> Changes:
        yield from self._named(node, context)
        if isinstance(node, cst.Comparison):
            yield from self._compared(node, context)

    def _named(self, node: _Seen, context: Context) -> Changes:
        """Report v2's codes that a close code is held against under a name, in a table or in a `match`."""
        match node:
            case cst.Comparison(left=code, comparisons=[cst.ComparisonTarget(comparator=other)]):
                known = set[int]() if _numbers(other) else self._known(other, context)
            case cst.Subscript(value=table, slice=[cst.SubscriptElement(slice=cst.Index(value=code))]):
                known = self._known(table, context)
            case cst.Call(func=cst.Attribute(value=table, attr=cst.Name("get")), args=[cst.Arg(value=code), *_]):
                known = self._known(table, context)
            case cst.Match(subject=code, cases=cases):
                numbers = (part for case in cases for part in context.module.walk(case.pattern))
                known = {part.evaluated_value for part in numbers if isinstance(part, cst.Integer)}
            case _:
                return
        old = sorted(number for number in known if 4000 <= number <= 4999)
        if old and self._is_code(code, context) and self._is_vendors([code], context):
            now = (v.CLOSE_CODES[number] for number in old if number in v.CLOSE_CODES)
            instead = ", ".join(str(number) for number in dict.fromkeys(now)) or "1008 and 3005 to 3009"
            yield self.report(node, f"v2 close codes ({', '.join(map(str, old))}) are looked for: v3 has {instead}")

    def _known(self, node: cst.BaseExpression, context: Context) -> set[int]:
        """Return the numbers that a name stands for, or that a collection or a table of them holds."""
        found: list[object] = []
        for value in context.program.values(node):
            match value:
                case Const(value=number):
                    found.append(number)
                case Obj(kind="dict"):
                    found += context.program.items(value)
                case Obj():
                    held = context.program.elements(frozenset({value}))
                    found += [item.value for item in held if isinstance(item, Const)]
        return {number for number in found if isinstance(number, int)}

    def _compared(self, node: cst.Comparison, context: Context) -> Changes:
        operands = [node.left, *(target.comparator for target in node.comparisons)]
        codes = [operand for operand in operands if self._is_code(operand, context)]
        if not codes:
            return
        found = [number for operand in operands for number in _numbers(operand)]
        old = [number for number in found if 4000 <= number.evaluated_value <= 4999]
        if not old:
            return
        seen = self._seen_closing(node, context)
        if not (seen <= context.program.vendor_connections if seen else self._is_vendors(codes, context)):
            if context.program.vendor_connections and not (seen and seen <= context.program.foreign_connections):
                yield self.report(node, "this may be a v2 close code: v3 closes with 1008 and 3005 to 3009")
            return
        if any(isinstance(target.operator, _ORDERED) for target in node.comparisons):
            yield self.report(node, "a range of v2 close codes: v3 closes with 1008 and 3005 to 3009")
            return
        gone = [number.evaluated_value for number in old if number.evaluated_value not in v.CLOSE_CODES]
        if gone:
            listed = ", ".join(str(number) for number in gone)
            instead = "; ".join(dict.fromkeys(v.CLOSE_CODES_GONE[code] for code in gone if code in v.CLOSE_CODES_GONE))
            advice = instead or "it closes with 1008 and 3005 to 3009"
            yield self.report(node, f"v3 has no close code for {listed}: {advice}")
            return
        edits: list[Edit] = []
        for operand in operands:
            match operand:
                case cst.Integer() if operand in old:
                    edits.append(_number(operand))
                case cst.Tuple() | cst.List() | cst.Set():
                    edits.append(Replace(operand, _mapped))
        yield self.change(node, "v2 close code becomes v3's", *edits)

    def _is_vendors(self, codes: list[cst.BaseExpression], context: Context) -> bool:
        return all(context.program.closes_vendor(operand) for operand in codes)

    def _seen_closing(self, comparison: cst.Comparison, context: Context) -> frozenset[Connection]:
        """Return the connections that are used in the `try` whose `except` clause this is: one of them was closed."""
        ways = list(context.module.ancestors(comparison))
        handler = next((up for up in ways if isinstance(up, cst.ExceptHandler)), None)
        if handler is None:
            return frozenset()
        tried = cst.ensure_type(ways[ways.index(handler) + 1], cst.Try)
        return frozenset(
            value
            for node in context.module.walk(tried.body)
            if isinstance(node, cst.Name | cst.Attribute | cst.Call)
            for value in context.program.values(node)
            if isinstance(value, Connection)
        )

    def _is_code(self, node: cst.BaseExpression, context: Context) -> bool:
        return any(isinstance(value, CloseCode) for value in context.program.values(node))


def _numbers(node: cst.BaseExpression) -> list[cst.Integer]:
    match node:
        case cst.Integer():
            return [node]
        case cst.Tuple() | cst.List() | cst.Set():
            return [element.value for element in node.elements if isinstance(element.value, cst.Integer)]
    return []


def _number(node: cst.Integer) -> Replace:
    new = str(v.CLOSE_CODES[node.evaluated_value])
    return Replace(node, lambda updated: cst.ensure_type(updated, cst.Integer).with_changes(value=new))


def _code(element: cst.BaseElement) -> object:
    return element.value.value if isinstance(element.value, cst.Integer) else element


def _mapped(updated: cst.CSTNode) -> cst.CSTNode:
    """Map the codes in a display, each new one kept once."""
    assert isinstance(updated, cst.Tuple | cst.List | cst.Set)
    elements: list[cst.BaseElement] = []
    for element in updated.elements:
        match element.value:
            case cst.Integer(evaluated_value=code) as number:
                element = element.with_changes(value=number.with_changes(value=str(v.CLOSE_CODES.get(code, code))))
        elements.append(element)
    return updated.with_changes(elements=each_once(elements, _code))
