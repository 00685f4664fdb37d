"""Names that a program gives to v2's message types: constants, members of an enumeration, keys of a table."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods import protocol as v
from codemods.facts import match_patterns
from codemods.facts.program import Program
from codemods.facts.type_tests import TypeTest, TypeTests
from codemods.interpreter.values import Bound, ClassRef, Function, Lit, Obj, Str, Value
from codemods.syntax.navigate import given_to, parts

_CARRIERS = (
    cst.AssignTarget,
    cst.AnnAssign,
    cst.Assign,
    cst.Element,
    cst.Param,
    cst.ImportAlias,
    cst.NamedExpr,
    cst.Return,
    cst.IfExp,
    cst.Index,
    cst.MatchValue,
    cst.BaseSimpleComp,
    cst.CompFor,
    cst.For,
    cst.DictElement,
    cst.Attribute,
)


class TypeNames:
    """The literals behind such names, and what else is made of them.

    Attributes:
        tests: the tests of the message type that each literal takes part in.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.tests: dict[cst.CSTNode, list[TypeTest]] = {}
        known = program.get(TypeTests)
        for test in known.tests.values():
            if known.uses_kind(test) and not known.is_stuck(test):
                for literal in self._literals(test):
                    self.tests.setdefault(literal, []).append(test)
        self._users = self._index()

    def elsewhere(self, literal: cst.CSTNode) -> list[cst.CSTNode]:
        """Return where a literal goes that is not about messages of the vendor, as far as can be seen."""
        return [node for node in self._users.get(literal, ()) if self._is_elsewhere(node)]

    def keys(self, table: Obj) -> Iterator[tuple[cst.BaseExpression, set[cst.CSTNode]]]:
        """Yield each key of a table and the literals that spell it."""
        elements = table.site.elements if isinstance(table.site, cst.Dict) else ()
        keys = [element.key for element in elements if isinstance(element, cst.DictElement)]
        for store in self.program.stores(table):
            match store:
                case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=index)), *_]):
                    keys.append(index)
        yield from ((key, _spelled(self.program.values(key))) for key in keys)

    def tables(self, test: TypeTest) -> Iterator[Obj]:
        """Yield the tables that a test looks a type up in."""
        match test.node:
            case (
                cst.Subscript(value=holder)
                | cst.Call(func=cst.Attribute(value=holder))
                | cst.Comparison(comparisons=[cst.ComparisonTarget(comparator=holder), *_])
            ):
                yield from (value for value in self.program.values(holder) if isinstance(value, Obj))

    def _literals(self, test: TypeTest) -> set[cst.CSTNode]:
        found: set[cst.CSTNode] = set()
        match test.node:
            case cst.Comparison():
                if not test.named:
                    return set()  # what is spelled out in the comparison itself is rewritten there
                for operand in (test.node.left, test.node.comparisons[0].comparator):
                    values = self.program.values(operand)
                    found |= _spelled(values) | _spelled(self.program.elements(values))
            case cst.Match(cases=cases):
                for case in cases:
                    for pattern in match_patterns.literals(case.pattern):
                        if not isinstance(pattern.value, cst.SimpleString):
                            found |= _spelled(self.program.values(pattern.value))
            case cst.Call(func=func):
                for value in self.program.values(func):
                    if isinstance(value, ClassRef):
                        found |= self._members(value.node)
        for table in self.tables(test):
            for _, literals in self.keys(table):
                found |= literals
        # one constant of a class in use is all of them in use
        for literal in list(found):
            owner = self._owner(literal)
            if owner is not None:
                found |= self._members(owner)
        return found

    def _owner(self, literal: cst.CSTNode) -> cst.ClassDef | None:
        """Return the class that has the literal as the value of one of its constants."""
        module = self.program.module_of(literal)
        for up in module.ancestors(literal) if module is not None else ():
            if isinstance(up, cst.ClassDef):
                return up if literal in self._members(up) else None
        return None

    def _members(self, node: cst.ClassDef) -> set[cst.CSTNode]:
        values = (part.value for part in parts(node.body) if isinstance(part, cst.Assign))
        return {each for each in values if isinstance(each, cst.SimpleString) and each.evaluated_value in v.V2_TYPES}

    def _index(self) -> dict[cst.CSTNode, list[cst.CSTNode]]:
        found: dict[cst.CSTNode, list[cst.CSTNode]] = {}
        for node, values in self.program.all_values.items():
            for literal in _spelled(values):
                if literal is not node and literal in self.tests:
                    found.setdefault(literal, []).append(node)
        return found

    def _is_elsewhere(self, node: cst.CSTNode) -> bool:
        module = self.program.module_of(node)
        parent = module.parent(node) if module is not None else None
        if module is None or not isinstance(node, cst.Attribute | cst.Name):
            return False
        match parent:
            case cst.Comparison() | cst.ComparisonTarget():
                comparison = parent if isinstance(parent, cst.Comparison) else module.parent(parent)
                return comparison not in self.program.get(TypeTests).tests
            case cst.DictElement(key=key):
                return key is not node
            case cst.Arg():
                call = given_to(node, module)
                callees = self.program.values(call.func) if call is not None else frozenset()
                return not callees or not all(isinstance(value, Function | Bound | ClassRef) for value in callees)
        return not isinstance(parent, _CARRIERS)


def _spelled(values: frozenset[Value]) -> set[cst.CSTNode]:
    """Return the literals of v2's message types among `values`."""
    found: set[cst.CSTNode] = set()
    for value in values:
        match value:
            case Str(parts=(Lit(text=text, node=cst.SimpleString() as node),)) if text in v.V2_TYPES:
                found.add(node)
    return found
