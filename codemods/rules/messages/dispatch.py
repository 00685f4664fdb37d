"""V3M307: look-ups by message type, which must not raise for types v2 did not have."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.narrowing import leaves
from codemods.facts.type_names import TypeNames
from codemods.facts.type_tests import TypeTest, TypeTests
from codemods.facts.unpacking import Fillings
from codemods.interpreter.values import Bound, ClassRef, External, Function, Obj
from codemods.rule import Changes, Context, Edit, Rule, Safety
from codemods.syntax.edits import Replace
from codemods.syntax.tree import SourceModule


class Dispatch(Rule[cst.Subscript | cst.ClassDef]):
    """Makes tables and enumerations take message types they do not list."""

    code = "V3M307"
    summary = "look-ups by message type ignore types that they do not list"
    source = v.MESSAGES
    why = "v3 sends types that v2 did not have (SpeechStarted, Warning, ...): ignore what the program does not know."

    def visit(self, node: cst.Subscript | cst.ClassDef, context: Context) -> Changes:
        known = TypeTests.of(context.program)
        if isinstance(node, cst.ClassDef):
            yield from self._enumeration(node, known, context)
            return
        test = known.tests.get(node)
        if test is None or not known.uses_kind(test) or known.is_stuck(test):
            return
        if isinstance(context.module.parent(node), cst.AssignTarget):
            return
        subscript = cst.ensure_type(node, cst.Subscript)
        if _is_guarded(subscript, context.module, known):
            return
        edits = self._lookup(subscript, test, context)
        if edits:
            safety = Safety.SAFE if known.is_sure(test) else Safety.UNSAFE
            yield self.change(node, "types that are not in the table are ignored", *edits, safety=safety)
        else:
            yield self.report(node, "look the type up with .get(...): v3 sends types that this table does not list")

    def _lookup(self, node: cst.Subscript, test: TypeTest, context: Context) -> list[Edit]:
        """Return the edits that let a look-up pass over unknown types."""
        statement = context.module.statement(node)
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
            if isinstance(statement.body[0], cst.Expr) and _called_first(statement.body[0].value, node):
                indent = context.module.tree.default_indent
                return [Replace(statement, lambda updated: _if_listed(updated, indent))]
        default = self._default(node, context)
        if default is None:
            return []
        return [Replace(node, lambda updated: _getting(updated, default))]

    def _default(self, node: cst.Subscript, context: Context) -> str | None:
        """Return what an unknown type gives: nothing to call, or nothing at all."""
        program = context.program
        found = [
            value
            for table in program.values(node.value)
            if isinstance(table, Obj)
            for values in program.items(table).values()
            for value in values
        ]
        callables = [value for value in found if isinstance(value, Function | Bound | ClassRef | External)]
        if not callables:
            return ""
        for value in callables:
            target = value.target if isinstance(value, Bound) else value
            if isinstance(target, Function) and isinstance(target.node, cst.FunctionDef):
                if target.node.asynchronous is not None:
                    return None
        return "lambda *ignored: None" if len(callables) == len(found) else None

    def _enumeration(self, node: cst.ClassDef, known: TypeTests, context: Context) -> Changes:
        facts = context.program.classes[node]
        if not facts.is_enum or "_missing_" in facts.methods:
            return
        made = [
            test
            for test in known.tests.values()
            if isinstance(test.node, cst.Call)
            and ClassRef(node) in context.program.values(test.node.func)
            and not _is_guarded(test.node, test.module, known)
        ]
        filled = any(
            node in filling.enums for filling in Fillings.of(context.program).at.values() if not filling.problem
        )
        if not (made or filled) or not TypeNames.of(context.program).tests:
            return
        safety = Safety.SAFE if all(known.is_sure(test) for test in made) else Safety.UNSAFE
        yield self.change(
            node,
            "message types that are not listed become OTHER",
            Replace(node.body, lambda updated: _with_other(updated, node.name.value, context.module)),
            safety=safety,
        )


def _called_first(value: cst.BaseExpression, node: cst.Subscript) -> bool:
    """Return whether a statement is nothing but the call of what was looked up."""
    if isinstance(value, cst.Await):
        value = value.expression
    return isinstance(value, cst.Call) and value.func is node


def _if_listed(updated: cst.CSTNode, indent: str) -> cst.CSTNode:
    line = cst.ensure_type(updated, cst.SimpleStatementLine)
    value = cst.ensure_type(line.body[0], cst.Expr).value
    call = cst.ensure_type(value.expression if isinstance(value, cst.Await) else value, cst.Call)
    lookup = cst.ensure_type(call.func, cst.Subscript)
    index = cst.ensure_type(lookup.slice[0].slice, cst.Index).value
    test = cst.Comparison(left=index, comparisons=[cst.ComparisonTarget(cst.In(), lookup.value)])
    return cst.If(
        test=test,
        body=cst.IndentedBlock(body=[line.with_changes(leading_lines=())]),
        leading_lines=line.leading_lines,
    )


def _getting(updated: cst.CSTNode, default: str) -> cst.CSTNode:
    lookup = cst.ensure_type(updated, cst.Subscript)
    index = cst.ensure_type(lookup.slice[0].slice, cst.Index).value
    arguments = [cst.Arg(index), *([cst.Arg(cst.parse_expression(default))] if default else [])]
    function = cst.Attribute(lookup.value, cst.Name("get"))
    return cst.Call(function, arguments, lpar=lookup.lpar, rpar=lookup.rpar)


def _is_guarded(node: cst.CSTNode, module: SourceModule, known: TypeTests) -> bool:
    """Return whether the program deals with types it does not know: `in`, or an exception that is caught."""
    child = node
    for up in module.ancestors(node):
        match up:
            case cst.FunctionDef() | cst.Lambda():
                return False
            case cst.Try() if up.body is child and up.handlers:
                return True
            case cst.If() | cst.IfExp() if up.test is not child:
                if any(item in known.tests for item in module.walk(up.test)):
                    return True
        if isinstance(up, cst.IndentedBlock) and _left_before(up, child, module, known):
            return True
        child = up
    return False


def _left_before(block: cst.IndentedBlock, child: cst.CSTNode, module: SourceModule, known: TypeTests) -> bool:
    for statement in block.body:
        if statement is child:
            return False
        if isinstance(statement, cst.If) and leaves(statement.body):
            if any(item in known.tests for item in module.walk(statement.test)):
                return True
    return False


def _with_other(updated: cst.CSTNode, name: str, module: SourceModule) -> cst.CSTNode:
    block = cst.ensure_type(updated, cst.IndentedBlock)
    indent = module.tree.default_indent
    member = cst.parse_statement('OTHER = "Other"')
    method = cst.parse_statement(
        f'@classmethod\ndef _missing_(cls, value: object) -> "{name}":\n{indent}return cls.OTHER\n',
        config=module.tree.config_for_parsing,
    )
    assert isinstance(method, cst.FunctionDef)
    body = list(block.body)
    last = max((i for i, item in enumerate(body) if isinstance(item, cst.SimpleStatementLine)), default=-1)
    body[last + 1 : last + 1] = [member, method.with_changes(leading_lines=[cst.EmptyLine(indent=False)])]
    return block.with_changes(body=body)
