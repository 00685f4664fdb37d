"""V3M603: what describes the audio is given to `connect`."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.rewrites.sdk.plan import Plans
from codemods.rewrites.sdk.portability import is_portable
from codemods.rewrites.sdk.sdk_imports import SdkImports
from codemods.rewrites.sdk.session_plan import CARRIED, SessionPlan
from codemods.rewrites.sdk.sessions import Use
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import expression
from codemods.syntax.edits import Replace
from codemods.syntax.layout import Argument, call
from codemods.syntax.navigate import given_to, keyword
from codemods.syntax.sequences import with_arguments

_PASSED_ON = {"to_thread": 0, "run_in_executor": 1, "submit": 0, "run_sync": 0, "call_soon_threadsafe": 0}
"""Functions that call an argument of theirs with the arguments behind it; where that argument stands."""


class SdkConnect(Rule[cst.Attribute]):
    """Passes `StreamingParameters` to `connect`."""

    code = "V3M603"
    summary = "`connect()` takes the parameters of the session"
    source = v.SDK
    why = "v3's `connect` has one argument, the parameters. `connect()` and `connect(timeout=...)` raise TypeError."

    def visit(self, node: cst.Attribute, context: Context) -> Changes:
        if node.attr.value != "connect" or (found := context.get(Plans).at(node)) is None:
            return
        use, plans = found
        if not all(plan.is_rewritten for plan in plans):
            if any(plan.is_rewritten for plan in plans):
                yield self.report(node, "sessions that are rewritten and others that are not connect here: see to each")
            return
        code = self._parameters(use, plans, context)
        wanted = call("StreamingParameters", plans[0].parameters, "", 500)
        if code is None:
            yield self.report(node, f"pass {wanted} to connect: not all of it can be named here")
            return
        needed = sorted(plans[0].names | ({"StreamingParameters"} if "StreamingParameters" in code else set()))
        imports = context.get(SdkImports)
        edits: list[Edit] = [edit for name in needed for edit in imports.brought(name, context.module, node)]
        message = "connect, which takes the session's parameters in v3"
        if use.call is not None:
            indent = context.module.tree.default_indent
            edits.append(Replace(use.call, lambda updated: _only_argument(updated, code, indent)))
            yield self.change(node, message, *edits)
            return
        handed = self._handed_over(node, code, context)
        if handed is None:
            yield self.report(node, f"connect is handed over uncalled: whoever calls it has to pass {wanted}")
            return
        yield self.change(node, message, *edits, handed)

    def _parameters(self, use: Use, plans: list[SessionPlan], context: Context) -> str | None:
        """Return the parameters as they can be written here."""
        module = use.module
        codes: set[str | None] = set()
        for plan in plans:
            if plan.carries_parameters:
                safe = not any(isinstance(inner, cst.Call) for inner in module.walk(use.node.value))
                codes.add(f"{module.code(use.node.value)}.{CARRIED}" if safe else None)
            elif plan.stored:
                codes.add(f"{module.code(use.node.value)}_parameters")
            elif all(
                is_portable(context.program, source, plan.session.module, use.node, module) for source in plan.sources
            ):
                holder = module.statement(use.node)
                column = module.span(holder).column if holder is not None else 1
                indent = module.tree.default_indent
                first = len(module.code(use.node)) + 3
                wide = module.width - column + 1
                codes.add(
                    call("StreamingParameters", plan.parameters, indent, wide - first + 1, wide - 2 * len(indent))
                )
            else:
                codes.add(None)
        return codes.pop() if len(codes) == 1 else None

    def _handed_over(self, node: cst.Attribute, code: str, context: Context) -> Edit | None:
        """Return the edit that adds the parameters where `connect` itself is an argument."""
        outer = given_to(node, context.module)
        name = outer.func.attr.value if outer is not None and isinstance(outer.func, cst.Attribute) else ""
        if outer is None or not name:
            return None
        position = _PASSED_ON.get(name)
        if position is not None and len(outer.args) == position + 1 and outer.args[position].value is node:
            return Replace(outer, lambda updated: with_arguments(updated, code))
        target = keyword(outer, "target")
        if name == "Thread" and target is not None and target.value is node and not keyword(outer, "args", "kwargs"):
            return Replace(outer, lambda updated: with_arguments(updated, f"args=({code},)"))
        return None


def _only_argument(updated: cst.CSTNode, code: str, indent: str) -> cst.CSTNode:
    # a long argument gets a line of its own, as the code around is likely to have it
    source = call("f", [Argument(code)], indent) if "\n" in code else f"f({code})"
    new = cst.ensure_type(expression(source), cst.Call)
    return updated.with_changes(args=new.args, whitespace_before_args=new.whitespace_before_args)
