"""V3M307: look-ups by message type, which must not raise for types v2 did not have."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.paths import leaves
from codemods.facts.sessions import functions
from codemods.facts.type_names import TypeNames
from codemods.facts.type_tests import TypeTest, TypeTests
from codemods.facts.unpacking import Fillings
from codemods.interpreter.values import Bound, ClassRef, External, Function, Obj
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.edits import Replace
from codemods.syntax.templates import filled, rewrite
from codemods.syntax.tree import SourceModule


class Dispatch(Rule[cst.Subscript | cst.ClassDef]):
    """Makes tables and enumerations take message types they do not list."""

    code = "V3M307"
    summary = "look-ups by message type ignore types that they do not list"
    source = v.MESSAGES
    why = "v3 sends types that v2 did not have (SpeechStarted, Warning, ...): ignore what the program does not know."

    def visit(self, node: cst.Subscript | cst.ClassDef, context: Context) -> Changes:
        known = context.get(TypeTests)
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
            yield self.change(node, "types that are not in the table are ignored", *edits, sure=known.is_sure(test))
        else:
            yield self.report(node, "look the type up with .get(...): v3 sends types that this table does not list")

    def _lookup(self, node: cst.Subscript, test: TypeTest, context: Context) -> list[Edit]:
        """Return the edits that let a look-up pass over unknown types."""
        statement = context.module.statement(node)
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
            if isinstance(statement.body[0], cst.Expr) and _called_first(statement.body[0].value, node):
                return [Replace(statement, _if_listed)]
        default = self._default(node, context)
        if default is None:
            return []
        key = cst.ensure_type(node.slice[0].slice, cst.Index).value
        return [rewrite(node, f"{{table}}.get({{key}}{default and ', '}{default})", table=node.value, key=key)]

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
        if any(getattr(function, "asynchronous", None) is not None for function in functions(callables)):
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
        filled = any(node in filling.enums for filling in context.get(Fillings).at.values() if not filling.problem)
        if not (made or filled) or not context.get(TypeNames).tests:
            return
        edit = Replace(node.body, lambda updated: _with_other(updated, node.name.value, context.module))
        sure = all(known.is_sure(test) for test in made)
        yield self.change(node, "message types that are not listed become OTHER", edit, sure=sure)


def _called_first(value: cst.BaseExpression, node: cst.Subscript) -> bool:
    """Return whether a statement is nothing but the call of what was looked up."""
    match value:
        case cst.Call(func=func) | cst.Await(expression=cst.Call(func=func)):
            return func is node
    return False


def _if_listed(updated: cst.CSTNode) -> cst.CSTNode:
    match updated:
        case (
            cst.SimpleStatementLine(
                body=[
                    cst.Expr(cst.Call(func=cst.Subscript(table, [cst.SubscriptElement(cst.Index(key))])))
                    | cst.Expr(cst.Await(cst.Call(func=cst.Subscript(table, [cst.SubscriptElement(cst.Index(key))]))))
                ]
            ) as line
        ):
            body = cst.IndentedBlock([line.with_changes(leading_lines=())])
            return cst.If(filled("{key} in {table}", key=key, table=table), body, leading_lines=line.leading_lines)
    raise ValueError("not the call of what is looked up")


def _is_guarded(node: cst.CSTNode, module: SourceModule, known: TypeTests) -> bool:
    """Return whether the program deals with types it does not know: `in`, or an exception that is caught."""
    for up, child in module.climb(node):
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
