"""V3M611: subclasses of the legacy transcriber."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.libraries import assemblyai
from codemods.rewrites.sdk import helpers, subclass
from codemods.rewrites.sdk.names import Names
from codemods.rewrites.sdk.plan import Plans
from codemods.rewrites.sdk.sdk_imports import SdkImports
from codemods.rewrites.sdk.session_plan import SessionPlan
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import replace_with
from codemods.syntax.edits import InsertAfter, Replace


class SdkSubclass(Rule[cst.ClassDef]):
    """Gives a subclass the methods of the legacy transcriber, so that its callers need not change."""

    code = "V3M611"
    summary = "a subclass of `RealtimeTranscriber` keeps `connect()`, `stream()` and `close()` on a v3 client"
    source = v.SDK
    why = (
        "Subclasses are driven from other files. v3's `connect` needs parameters and its `close` is another method: "
        "the subclass supplies both, and calls its `on_close`, which v3 would not."
    )

    def visit(self, node: cst.ClassDef, context: Context) -> Changes:
        if not assemblyai.is_subclass(context.program.classes[node]):
            return
        plans = context.get(Plans)
        found = [plan for session, plan in plans.of.items() if session.owner is node]
        if len(found) != 1:
            yield self.report(
                node,
                "a subclass of RealtimeTranscriber whose constructor is not run by itself: give it an __init__ that "
                "passes StreamingClientOptions(...) on and registers its handlers with on(...)",
            )
            return
        plan = found[0]
        if plan.problem is not None:
            return
        facts = context.program.classes[node]
        present = frozenset(facts.methods)
        edits: list[Edit] = []
        added = subclass.methods(context.program, context.options, plan, present)
        if any("StreamingSessionParameters" in code for code in added):
            edits += context.get(SdkImports).brought("StreamingSessionParameters", context.module, node.body)
        if added and isinstance(node.body, cst.IndentedBlock):
            edits.append(self._extended(node.body, added, context))
        if plan.buffer:
            edits += self._buffered_base(node, context)
        for method in ("connect", "close"):
            if method in present:
                edits += self._own(facts.methods[method], plan, context)
        yield self.change(node, "subclass of RealtimeTranscriber becomes a v3 client with the same methods", *edits)

    def _extended(self, body: cst.IndentedBlock, added: list[str], context: Context) -> Edit:
        def build(updated: cst.CSTNode) -> cst.CSTNode:
            block = cst.ensure_type(updated, cst.IndentedBlock)
            config = context.module.tree.config_for_parsing
            blank = cst.EmptyLine(indent=False)
            new = [cst.parse_statement(code, config).with_changes(leading_lines=(blank,)) for code in added]
            return block.with_changes(body=[*block.body, *new])

        return Replace(body, build)

    def _buffered_base(self, node: cst.ClassDef, context: Context) -> list[Edit]:
        names = Names.of(context.program, context.module)
        for base in node.bases:
            if names.legacy(base.value) == "RealtimeTranscriber":
                name, edits = helpers.buffered(context.module)
                return [*edits, replace_with(base.value, name)]
        return []

    def _own(self, method: cst.FunctionDef, plan: SessionPlan, context: Context) -> list[Edit]:
        """Rewrite `super().connect(...)` and `super().close()` in the class's own methods."""
        edits: list[Edit] = []
        for node in context.module.walk(method):
            if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
                continue
            by_super = isinstance(node.func.value, cst.Call) and isinstance(node.func.value.func, cst.Name)
            if not by_super:
                continue
            base = context.code(node.func.value)
            if node.func.attr.value == "connect":
                edits.append(replace_with(node, f"{base}.connect(self.{subclass.PARAMETERS})"))
            elif node.func.attr.value == "close":
                edits.append(replace_with(node, f"{base}.disconnect(terminate=True)"))
                statement = context.module.statement(node)
                ending = subclass.closing(plan)
                if ending is not None and isinstance(statement, cst.SimpleStatementLine):
                    edits.append(InsertAfter(statement, ending))
        return edits
