"""V3M305: when a session expires."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods import protocol as v
from codemods.facts.unpacking import Fillings
from codemods.interpreter.values import External
from codemods.rule import Context, Rule
from codemods.syntax.edits import AddImport, Change, Edit, Replace

_TEXT_METHODS = {"split", "replace", "rstrip", "strip", "startswith", "endswith", "partition"}


class Expiry(Rule):
    """Reads `expires_at` as the Unix time that v3 sends."""

    code = "V3M305"
    summary = "expires_at is read as Unix seconds"
    source = v.MESSAGES
    why = "v2 sent ISO text without a zone (UTC), v3 sends Unix seconds: `fromisoformat` would raise a TypeError."
    nodes = (cst.Call, cst.Subscript)

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
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
        names = {value.name for value in context.program.values(func) if isinstance(value, External)}
        if names & {"datetime.datetime.fromisoformat", "datetime.datetime.strptime"}:
            yield self._parse(call, func, context)
        elif any(name.startswith(("dateutil.", "arrow.", "pendulum.", "dateparser.")) for name in names):
            yield self.report(call, "expires_at is a number (Unix seconds) in v3: use datetime.fromtimestamp")

    def _is_expiry(self, node: cst.BaseExpression, context: Context) -> bool:
        # where a class is filled with it, it is given as the text that it was: see V3M310
        fillings = Fillings.of(context.program)
        fields = [item for item in context.program.fields(node, "expires_at") if not fillings.can_fill(item.site)]
        return bool(fields) and len(fields) == len(context.program.values(node))

    def _parse(self, call: cst.Call, func: cst.Attribute, context: Context) -> Change:
        seconds = call.args[0].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        edits: list[Edit] = []
        module = func.value
        if isinstance(module, cst.Attribute):
            zone = f"{context.code(module.value)}.timezone.utc"
        else:
            zone = "timezone.utc"
            edits.append(AddImport("datetime", "timezone"))

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            old = cst.ensure_type(updated, cst.Call)
            value = old.args[0].value
            class_ = cst.ensure_type(old.func, cst.Attribute).value
            made = cst.Call(
                func=cst.Attribute(class_, cst.Name("fromtimestamp")),
                args=[seconds.with_changes(value=value), cst.Arg(cst.parse_expression(zone))],
            )
            naive = cst.Arg(
                keyword=cst.Name("tzinfo"),
                value=cst.Name("None"),
                equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
            )
            return cst.Call(func=cst.Attribute(made, cst.Name("replace")), args=[naive], lpar=old.lpar, rpar=old.rpar)

        return self.change(
            call, "ISO text of v2, read as Unix seconds; naive UTC as before", Replace(call, build), *edits
        )
