"""V3M604: `close()` becomes a graceful `disconnect`, and `on_close` is called where v2 called it."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.rewrites.sdk.plan import Plans
from codemods.rewrites.sdk.session_plan import SessionPlan
from codemods.rewrites.sdk.sessions import Use
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import replace_with
from codemods.syntax.edits import InsertAfter, Replace
from codemods.syntax.navigate import given_to
from codemods.syntax.sequences import with_arguments

_PASSED_ON = frozenset({"to_thread", "run_in_executor", "submit", "run_sync", "call_soon_threadsafe", "register"})


class SdkClose(Rule[cst.Attribute]):
    """Ends sessions so that nothing said is lost."""

    code = "V3M604"
    summary = "`close()` becomes `disconnect(terminate=True)`, followed by the callback for the end"
    source = v.SDK
    why = (
        "`disconnect()` alone drops what was said last and leaves the session open, and billed, for hours. v3 has no "
        "event for `on_close`: the program calls it itself, once, where `close()` did."
    )

    def visit(self, node: cst.Attribute, context: Context) -> Changes:
        if node.attr.value != "close" or (found := context.get(Plans).at(node)) is None:
            return
        use, plans = found
        if not all(plan.is_rewritten for plan in plans):
            if any(plan.is_rewritten for plan in plans):
                yield self.report(node, "sessions that are rewritten and others that are not end here: see to each")
            return
        base = use.node.value
        endings = {self._ending(plan, context.code(base), context) for plan in plans}
        if len(endings) > 1:
            yield self.report(
                node,
                "sessions with different on_close callbacks end here: call disconnect(terminate=True), then the right "
                "callback",
            )
            return
        ending = endings.pop()
        if any(plan.carries_closer for plan in plans) and any(
            isinstance(n, cst.Call) for n in context.module.walk(base)
        ):
            yield self.report(node, "keep the client in a variable: disconnect(terminate=True), then its on_close()")
            return
        message = "close becomes disconnect(terminate=True)" + (f" and {ending}" if ending else "")
        statement = plans[0].ending_statement(context.code(base)) if ending is not None else None
        if statement != ending and ending is not None:
            ending = f"{ending.removesuffix('()')} and {ending}"
        if use.call is not None:
            edits = self._called(use, ending, statement, context)
        else:
            edits = self._handed(node, ending, statement, context)
        yield self.change(node, message, *edits)

    def _ending(self, plan: SessionPlan, client: str, context: Context) -> str | None:
        plans = context.get(Plans)
        return plan.ending(client) if plans.closer_problem(plan) is None else None

    def _called(self, use: Use, ending: str | None, statement: str | None, context: Context) -> list[Edit]:
        assert use.call is not None
        base = context.code(use.node.value)
        ended = f"{base}.disconnect(terminate=True)"
        if ending is None or statement is None:
            return [replace_with(use.call, ended)]
        match context.module.statement(use.call):
            case cst.SimpleStatementLine(body=[cst.Expr(value=whole)]) as line if whole is use.call:
                return [replace_with(use.call, ended), InsertAfter(line, statement)]
        return [replace_with(use.call, f"({ended}, {ending})")]

    def _handed(self, node: cst.Attribute, ending: str | None, statement: str | None, context: Context) -> list[Edit]:
        """Return the edits where `close` itself is handed over: to a thread, an executor, `atexit`."""
        base = context.code(node.value)
        outer = given_to(node, context.module)
        if outer is not None and outer.args[-1].value is node and isinstance(outer.func, cst.Attribute):
            if outer.func.attr.value in _PASSED_ON:
                after = self._statement_of(outer, context) if ending is not None else None
                if ending is None or after is not None:
                    edits: list[Edit] = [replace_with(node, f"{base}.disconnect")]
                    edits.append(Replace(outer, lambda updated: with_arguments(updated, "True")))
                    if after is not None and statement is not None:
                        edits.append(InsertAfter(after, statement))
                    return edits
        if ending is None:
            return [replace_with(node, f"lambda: {base}.disconnect(terminate=True)")]
        return [replace_with(node, f"lambda: ({base}.disconnect(terminate=True), {ending})")]

    def _statement_of(self, call: cst.Call, context: Context) -> cst.SimpleStatementLine | None:
        """Return the line `await ...(x.close)`, behind which the session is over."""
        match context.module.statement(call):
            case cst.SimpleStatementLine(body=parts) as line:
                waited = (part.value for part in parts if isinstance(part, cst.Expr))
                return line if any(isinstance(each, cst.Await) and each.expression is call for each in waited) else None
        return None
