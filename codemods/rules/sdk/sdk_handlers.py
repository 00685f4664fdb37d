"""V3M602: SDK callbacks take the client as their first argument."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.libraries import assemblyai
from codemods.rewrites.sdk.handlers import Handler, client_name, event_parameter, final_test
from codemods.rewrites.sdk.names import Names
from codemods.rewrites.sdk.plan import Plans
from codemods.rewrites.sdk.sdk_imports import SdkImports
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import expression
from codemods.syntax.edits import InsertBefore, Replace
from codemods.syntax.navigate import first_statement
from codemods.syntax.sequences import parameters
from codemods.syntax.tree import Statement


class SdkHandlers(Rule[cst.FunctionDef | cst.Lambda]):
    """Gives callbacks the argument that v3 passes first; drops partials where the option did so."""

    code = "V3M602"
    summary = "SDK callbacks take the client first"
    source = v.SDK
    why = (
        "v3 calls every handler with the client and the event. A callback with one argument raises TypeError on each "
        "event, which the SDK only logs: the program would run on without a single transcript. v3 has no option that "
        "leaves partial transcripts out either, so the callback has to."
    )

    def visit(self, node: cst.FunctionDef | cst.Lambda, context: Context) -> Changes:
        plans = context.get(Plans)
        handlers = plans.handlers.of_function.get(node, [])
        if not handlers and isinstance(node, cst.FunctionDef):
            yield from self._out_of_sight(node, context)
        if not handlers or not handlers[0].direct:
            return
        if all(plans.of[handler.session].problem is not None for handler in handlers):
            return
        handler = handlers[0]
        edits = self._parameter(node, handler, context)
        if handler.filtered and isinstance(node, cst.FunctionDef):
            edits += self._filter(node, handler, context)
        elif handler.filtered and isinstance(node, cst.Lambda):
            final = final_test(event_parameter(handler).name.value, node, context.program, context.module)
            edits.append(Replace(node.body, lambda updated: _if_final(updated, final)))
        name = node.name.value if isinstance(node, cst.FunctionDef) else "lambda"
        yield self.change(node, f"callback {name}, which v3 calls with the client first", *edits)

    def _out_of_sight(self, node: cst.FunctionDef, context: Context) -> Changes:
        """Report a function that takes what the SDK hands to callbacks, and that nobody in the program calls."""
        names = Names.of(context.program, context.module)
        for param in (*node.params.posonly_params, *node.params.params):
            if param.annotation is None or context.program.passed(node, param.name.value):
                continue
            if names.legacy(param.annotation.annotation) in assemblyai.EVENTS:
                yield self.report(
                    node.name,
                    "nobody here registers or calls this: if the SDK does, it gets the client before the event",
                )
                return

    def _parameter(self, node: cst.FunctionDef | cst.Lambda, handler: Handler, context: Context) -> list[Edit]:
        name = client_name(node, context.module)
        event = event_parameter(handler)
        index = handler.given
        annotated = None
        if _names_legacy(event, context):
            annotated = context.get(SdkImports).annotated("StreamingClient", context.module, needed=True)
        positional_only = index < len(node.params.posonly_params)

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            params = cst.ensure_type(updated, cst.Parameters)
            source = f"{name}: {annotated[0]}" if annotated is not None else name
            field = "posonly_params" if positional_only else "params"
            offset = index if positional_only else index - len(params.posonly_params)
            existing = list(getattr(params, field))
            existing[offset:offset] = parameters(f"{source}, event")[:1]
            return params.with_changes(**{field: existing})

        edits: list[Edit] = [Replace(node.params, build)]
        return [*edits, *annotated[1]] if annotated is not None else edits

    def _filter(self, node: cst.FunctionDef, handler: Handler, context: Context) -> list[Edit]:
        name = event_parameter(handler).name.value
        first = first_statement(node)
        if not isinstance(node.body, cst.IndentedBlock) or not isinstance(first, Statement):
            return []
        final = final_test(name, node, context.program, context.module)
        return [InsertBefore(first, f"if not ({final}):\n    return\n")]


def _if_final(updated: cst.CSTNode, final: str) -> cst.CSTNode:
    """Return what a lambda does, for final turns only."""
    assert isinstance(updated, cst.BaseExpression)
    if isinstance(updated, cst.IfExp | cst.Lambda) and not updated.lpar:
        updated = updated.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return expression(f"x if {final} else None").with_changes(body=updated)


def _names_legacy(param: cst.Param, context: Context) -> bool:
    names = Names.of(context.program, context.module)
    if param.annotation is None:
        return False
    return any(
        names.legacy(node) is not None or (isinstance(node, cst.SimpleString) and "Realtime" in node.value)
        for node in context.module.walk(param.annotation)
    )
