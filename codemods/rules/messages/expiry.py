"""V3M305: when a session expires."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.type_tests import Base, TypeTests, read_base
from codemods.facts.unpacking import Fillings
from codemods.interpreter.values import Bound, ClassRef, Const, Function
from codemods.rewrites import clock
from codemods.rewrites.shown import is_shown
from codemods.rule import Change, Changes, Context, Edit, Rule
from codemods.syntax.build import quoted, replace_with
from codemods.syntax.edits import AddImport
from codemods.syntax.navigate import given_to
from codemods.syntax.templates import rewrite
from codemods.syntax.tree import SourceModule

_PARSERS = ("dateutil.", "arrow.", "pendulum.", "dateparser.")
_TEXT_METHODS = {"split", "replace", "rstrip", "strip", "startswith", "endswith", "partition"}


class Expiry(Rule[cst.Call | cst.Subscript]):
    """Reads `expires_at` as the Unix time that v3 sends."""

    code = "V3M305"
    summary = "expires_at is read as Unix seconds"
    source = v.MESSAGES
    why = "v2 sent ISO text without a zone (UTC), v3 sends Unix seconds: `fromisoformat` would raise a TypeError."

    def visit(self, node: cst.Call | cst.Subscript, context: Context) -> Changes:
        read = read_base(node)
        if read is not None and self._is_expiry(cst.ensure_type(node, cst.BaseExpression), context):  # type: ignore[type-abstract]
            yield from self._shown(node, read, context)
        if isinstance(node, cst.Subscript):
            if self._is_expiry(node.value, context) and not context.program.messages(node.value):
                yield self.report(node, "expires_at is a number (Unix seconds) in v3, not text")
            return
        call = cst.ensure_type(node, cst.Call)
        func = call.func
        if not isinstance(func, cst.Attribute):
            return
        if self._is_expiry(func.value, context) and func.attr.value in _TEXT_METHODS:
            yield self.report(call, "expires_at is a number (Unix seconds) in v3, not text")
            return
        if not call.args or not self._is_expiry(call.args[0].value, context):
            return
        names = context.program.names(func)
        if names & {"datetime.datetime.fromisoformat", "datetime.datetime.strptime"}:
            yield self._parse(call, func, context)
        elif any(name.startswith(_PARSERS) for name in names):
            yield self.report(call, "expires_at is a number (Unix seconds) in v3: use datetime.fromtimestamp")

    def _shown(self, node: cst.CSTNode, read: Base, context: Context) -> Changes:
        """Show the text that v2 sent, where people read it."""
        if not context.program.grades.is_sure(read.node):
            return
        if not _is_for_people(node, context):
            if _is_handed_out(node, context):
                yield self.report(
                    node, "expires_at is a number (Unix seconds) in v3, not text: see to who gets it here"
                )
            return
        if read.getter and not _is_of_begin(node, context):
            yield self.report(node, "expires_at is a number (Unix seconds) in v3: show datetime.fromtimestamp(...)")
            return
        key = quoted("expires_at", read.key)
        code, edits = clock.iso_text(context.module, f"{context.code(read.node)}[{key}]")
        yield self.change(node, "ISO text of v2, made of v3's Unix seconds", replace_with(node, code), *edits)

    def _is_expiry(self, node: cst.BaseExpression, context: Context) -> bool:
        # where a class is filled with it, it is given as the text that it was: see V3M310
        fillings = context.get(Fillings)
        fields = [item for item in context.program.fields(node, "expires_at") if not fillings.can_fill(item.site)]
        # None is kept in its place until a session begins
        others = [
            value for value in context.program.values(node) if not (isinstance(value, Const) and value.value is None)
        ]
        return bool(fields) and len(fields) == len(others)

    def _parse(self, call: cst.Call, func: cst.Attribute, context: Context) -> Change:
        edits: list[Edit] = []
        class_ = func.value
        if isinstance(class_, cst.Attribute):
            zone = f"{context.code(class_.value)}.timezone.utc"
        else:
            zone = "timezone.utc"
            edits.append(AddImport("datetime", "timezone"))
        code = f"{{class_}}.fromtimestamp({{seconds}}, {zone}).replace(tzinfo=None)"
        edit = rewrite(call, code, class_=class_, seconds=call.args[0].value)
        return self.change(call, "ISO text of v2, read as Unix seconds; naive UTC as before", edit, *edits)


def _is_for_people(node: cst.CSTNode, context: Context) -> bool:
    """Return whether a value is only shown, here or wherever the program keeps it."""
    value = cst.ensure_type(node, cst.BaseExpression)  # type: ignore[type-abstract]
    if is_shown(value, context.module):
        return True
    if not _is_kept(value, context.module):
        return False
    read = {field for field in context.program.fields(value, "expires_at") if field.site is node}
    shown = False
    for use, values in context.program.all_values.items():
        module = context.program.module_of(use) if use is not node and read & values else None
        if module is None or not isinstance(use, cst.BaseExpression) or _is_kept(use, module):
            continue
        if not is_shown(use, module):
            return False
        shown = True
    return shown


def _is_kept(node: cst.BaseExpression, module: SourceModule) -> bool:
    """Return whether a value is assigned here, or assigned to."""
    return isinstance(module.parent(node), cst.Assign | cst.AnnAssign | cst.AssignTarget)


def _is_of_begin(node: cst.CSTNode, context: Context) -> bool:
    """Return whether a message is known to be the one that begins a session: no other one has the field."""
    tests = context.get(TypeTests).tests
    for up, child in context.module.climb(node):
        match up:
            case cst.If(test=cst.Comparison(comparisons=[target, *_]) as test, body=body) if body is child:
                if test in tests and tests[test].types == ("SessionBegins",):
                    return isinstance(target.operator, cst.Equal)
    return False


def _is_handed_out(node: cst.CSTNode, context: Context) -> bool:
    """Return whether a value goes to a function that is not the program's, nor one that parses times."""
    call = given_to(node, context.module)
    if call is None or any(isinstance(item, Function | Bound | ClassRef) for item in context.program.values(call.func)):
        return False
    return not any(name.startswith((*_PARSERS, "datetime.")) for name in context.program.names(call.func))
