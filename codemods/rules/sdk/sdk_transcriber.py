"""V3M601: the SDK's legacy transcriber becomes a v3 client."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods import protocol as v
from codemods.facts.pauses import billed
from codemods.facts.program import Program
from codemods.libraries import assemblyai
from codemods.rewrites.sdk import frames, helpers, spans, subclass
from codemods.rewrites.sdk.constructor_arguments import may_be_none
from codemods.rewrites.sdk.fates import LegacyNames
from codemods.rewrites.sdk.handlers import Handler
from codemods.rewrites.sdk.names import Names
from codemods.rewrites.sdk.plan import V3_PARAMETERS, Plans
from codemods.rewrites.sdk.registration import find_call, registration
from codemods.rewrites.sdk.sdk_imports import SdkImports
from codemods.rewrites.sdk.session_plan import CARRIED, SessionPlan
from codemods.rewrites.sdk.sessions import SdkSession
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import expression
from codemods.syntax.edits import AddHelper, Replace
from codemods.syntax.layout import Argument, call
from codemods.syntax.navigate import function_of, keyword


class SdkTranscriber(Rule[cst.Call]):
    """Spreads the arguments of `aai.RealtimeTranscriber(...)` over options, handlers and `connect(...)`."""

    code = "V3M601"
    summary = "`aai.RealtimeTranscriber` becomes `StreamingClient` with options and event handlers"
    source = v.SDK
    why = (
        "The class is gone since SDK 0.64.3. v3's client takes the key in its options and not from `aai.settings`, "
        "handlers through `on(...)`, and what describes the audio in `connect(...)`; unknown keywords are ignored "
        "without a word. `terminate_timeout` is how long a graceful end may take before the last words are dropped."
    )

    def visit(self, node: cst.Call, context: Context) -> Changes:
        yield from self._mistaken(node, context)
        plans = context.get(Plans)
        for session, plan in plans.of.items():
            if session.call is node:
                yield from self._session(plan, plans, context)

    def _mistaken(self, node: cst.Call, context: Context) -> Changes:
        """Report `aai.Transcriber` with what only the real-time class took."""
        if Names.of(context.program, context.module).dotted(node.func) != "assemblyai.Transcriber":
            return
        argument = keyword(node, *assemblyai.CALLBACKS, "sample_rate")
        if argument is not None and argument.keyword is not None:
            yield self.report(
                argument,
                f"aai.Transcriber is for recordings and never had {argument.keyword.value!r}; for live audio v3 "
                "has StreamingClient, with on(StreamingEvents.Turn, ...) and StreamingParameters(sample_rate=...)",
            )

    def _session(self, plan: SessionPlan, plans: Plans, context: Context) -> Changes:
        session = plan.session
        for argument in session.invented:
            name = argument.keyword.value if argument.keyword is not None else ""
            if plan.problem is None and (name in V3_PARAMETERS or name == "api_key"):
                continue  # has its place in v3
            gone = "; it is left out" if plan.problem is None else ""
            message = f"RealtimeTranscriber never had {name!r}{_nearest(name)}; the call failed in v2 as well{gone}"
            yield self.report(argument, message)
        if plan.problem is not None:
            yield self.report(
                session.call,
                f"not rewritten: {plan.problem}; make a StreamingClient(StreamingClientOptions(api_key=...)), register "
                "handlers with on(...), pass StreamingParameters(...) to connect",
                covers=(session.call.func,),
                explains=context.get(LegacyNames).left,
            )
            return
        note = "".join(f"; {text}" for text in plan.notes)
        message = f"RealtimeTranscriber becomes StreamingClient{note}"
        wrong = plans.closer_problem(plan) if plan.closer is not None else None
        if wrong is not None:
            yield self.report(session.arguments["on_close"], wrong)
        for advice in self._advice(plan, context):
            yield self.report(session.call, advice)
        write = self._initialiser if plan.shape == "super" else self._statement
        yield self.change(session.call, message, *write(plan, wrong is None, context), covers=(session.call.func,))

    def _advice(self, plan: SessionPlan, context: Context) -> Iterator[str]:
        """Yield what a person has to do beside the rewrite."""
        if context.get(_has_other_host):
            yield (
                "settings.base_url is not for v3's client: give it its host, without a scheme, by "
                "StreamingClientOptions(api_host=...)"
            )
        if plan.shape == "super":
            return
        if not plan.session.named("connect"):
            parameters = call("StreamingParameters", plan.parameters, "", 500)
            yield f"no connect() of this transcriber was found: pass it {parameters}"
        if plan.buffer is None and frames.may_be_telephone(context.program, plan.session):
            yield "if this is a telephone line, its frames of 20 ms are too short for v3: gather a few first"
        if not plan.is_closed and not _will_end(plan.session, context):
            late = "; on_close, for which v3 has no event, runs on Termination, which comes only then"
            yield (
                f"no close() of this transcriber was found: call {plan.target}.disconnect(terminate=True) at the end, "
                f"or it stays open, and billed, {_time(plan.session, context)}{late if plan.closer else ''}"
            )

    # the statement that makes the client

    def _names(self, plan: SessionPlan, client: str | None, context: Context) -> list[Edit]:
        """Return the imports that a session needs where it is made, that of the client's class if it is `client`."""
        imports = context.get(SdkImports)
        names = {"StreamingClientOptions", *plan.names, *([client] if client is not None else [])}
        if plan.handlers or self._closes_on_termination(plan):
            names.add("StreamingEvents")
        if plan.stored or plan.carries_parameters or plan.shape == "super":
            names.add("StreamingParameters")
        module, call_site = plan.session.module, plan.session.call
        found = [edit for name in sorted(names) for edit in imports.brought(name, module, call_site)]
        return [*found, *plan.edits, *imports.unused(module)]

    def _closes_on_termination(self, plan: SessionPlan) -> bool:
        return plan.closer is not None and not plan.is_closed

    def _statement(self, plan: SessionPlan, closes: bool, context: Context) -> list[Edit]:
        assert plan.holder is not None
        session, holder = plan.session, plan.holder
        indent = session.module.tree.default_indent
        room = session.module.width - context.module.span(holder).column + 1
        name, missing = context.get(SdkImports).spelling(session.call.func, session.module)
        edits = self._names(plan, name if missing and plan.buffer is None else None, context)
        extra: list[Argument] = []
        if plan.buffer:
            name, added = helpers.buffered(session.module)
            edits += added
            extra += [Argument(plan.buffer.chunk, "chunk_size"), Argument(plan.buffer.silence, "silence")]
        options = call("StreamingClientOptions", plan.options, indent, room - len(indent), room - 2 * len(indent))
        made = call(name, [Argument(options), *extra], indent, room - len(plan.target) - 3)
        lines = self._registrations(plan, closes, context)
        defined, helper_edits = self._defined_closer(plan, closes)
        edits += helper_edits
        original = session.call

        def build(updated: cst.CSTNode) -> cst.FlattenSentinel[cst.CSTNode]:
            old = find_call(updated, original)
            ons = [registration(code, handler, old, session.module.tree) for code, handler in lines]
            if plan.shape == "assign":
                first = updated.deep_replace(old, expression(made))
                above = []
                if defined is not None:
                    above = [defined.with_changes(leading_lines=getattr(first, "leading_lines", ()))]
                    first = first.with_changes(leading_lines=[cst.EmptyLine(indent=False)])
                return cst.FlattenSentinel([*above, first, *ons])
            line = cst.ensure_type(updated, cst.SimpleStatementLine)
            made_first = cst.parse_statement(f"{plan.target} = {made}", session.module.tree.config_for_parsing)
            made_first = made_first.with_changes(leading_lines=line.leading_lines)
            rest = line.with_changes(leading_lines=()).deep_replace(old, cst.Name(plan.target))
            return cst.FlattenSentinel([made_first, *ons, rest])

        edits.append(Replace(holder, build))
        return edits

    def _defined_closer(self, plan: SessionPlan, closes: bool) -> tuple[cst.CSTNode | None, list[Edit]]:
        """Return `on_close` as a function: to stand above the statement in a function, below the imports elsewhere."""
        if plan.closer_name is None or "." in plan.target or not closes or not isinstance(plan.closer, cst.Lambda):
            return None, []
        module = plan.session.module
        code = f"def {plan.closer_name}():\n{module.tree.default_indent}{module.code(plan.closer.body)}\n"
        if isinstance(function_of(plan.session.call, module), cst.Module):
            return None, [AddHelper(plan.closer_name, code)]
        return cst.parse_statement(code, module.tree.config_for_parsing), []

    def _registrations(self, plan: SessionPlan, closes: bool, context: Context) -> list[tuple[str, Handler | None]]:
        """Return the `on(...)` statements, with `HANDLER` for the callback as it looks when all is edited."""
        indent = plan.session.module.tree.default_indent
        lines: list[tuple[str, Handler | None]] = []
        for handler in plan.handlers:
            registered = f"{plan.target}.on(StreamingEvents.{handler.event}, HANDLER)"
            if may_be_none(context.program, handler.argument.value):
                registered = f"if {context.code(handler.argument.value)}:\n    {registered}"
            lines.append((registered, handler))
        if self._closes_on_termination(plan) and closes and plan.closer is not None:
            ending = f"lambda client, event: {plan.ending(plan.target)}"
            lines.append((f"{plan.target}.on(StreamingEvents.Termination, {ending})", None))
        if plan.carries_closer and closes and plan.closer is not None:
            lines.append((f"{plan.target}.on_close = {plan.session.module.code(plan.closer)}", None))
        if plan.closer_name is not None and "." in plan.target and closes and plan.closer is not None:
            holder = plan.target.rpartition(".")[0]
            lines.append((f"{holder}.{plan.closer_name} = {plan.session.module.code(plan.closer)}", None))
        if plan.stored or plan.carries_parameters:
            wide = plan.session.module.width
            parameters = call("StreamingParameters", plan.parameters, indent, wide - 30, wide - 12)
            kept = f"{plan.target}.{CARRIED}" if plan.carries_parameters else f"{plan.target}_parameters"
            lines.append((f"{kept} = {parameters}", None))
        return lines

    # a subclass

    def _initialiser(self, plan: SessionPlan, closes: bool, context: Context) -> list[Edit]:
        """Return the edits of `super().__init__(...)`; what `connect` and `close` need is kept on the object."""
        session = plan.session
        statement = session.module.statement(session.call)
        assert isinstance(statement, cst.SimpleStatementLine)
        indent = session.module.tree.default_indent
        room = session.module.width - context.module.span(statement).column + 1
        by_super = context.code(session.call.func).startswith("super")
        base, added = helpers.buffered(session.module) if plan.buffer else ("StreamingClient", [])
        edits = self._names(plan, "StreamingClient" if plan.buffer is None and not by_super else None, context)
        name = context.code(session.call.func) if by_super else f"{base}.__init__"
        arguments = [] if by_super else [Argument(plan.target)]
        arguments.append(Argument(call("StreamingClientOptions", plan.options, indent, room - len(indent))))
        if plan.buffer:
            edits += added
            arguments += [Argument(plan.buffer.chunk, "chunk_size"), Argument(plan.buffer.silence, "silence")]
        made = call(name, arguments, indent, room)
        kept = [
            f"{plan.target}.{subclass.PARAMETERS} = {call('StreamingParameters', plan.parameters, indent, room - 20)}"
        ]
        if plan.closer is not None and closes and subclass.closer(plan) is None:
            kept.append(f"{plan.target}.{subclass.CLOSER} = {session.module.code(plan.closer)}")
        lines = self._registrations(plan, False, context)
        original = session.call

        def build(updated: cst.CSTNode) -> cst.FlattenSentinel[cst.CSTNode]:
            old = find_call(updated, original)
            ons = [registration(code, handler, old, session.module.tree) for code, handler in lines]
            first = updated.deep_replace(old, expression(made))
            config = session.module.tree.config_for_parsing
            return cst.FlattenSentinel([first, *ons, *(cst.parse_statement(code, config) for code in kept)])

        return [*edits, Replace(statement, build)]


def _nearest(keyword: str) -> str:
    near = {
        "on_message": "on_data (v3: on(StreamingEvents.Turn, ...))",
        "on_transcript": "on_data (v3: on(StreamingEvents.Turn, ...))",
        "on_end": "on_close (v3: on(StreamingEvents.Termination, ...))",
        "api_key": "aai.settings.api_key (v3: StreamingClientOptions(api_key=...))",
        "language_code": 'nothing (v3: speech_model="universal-streaming-multilingual")',
        "speaker_labels": "nothing (v3: StreamingParameters(speaker_labels=True))",
    }.get(keyword)
    return f"; the nearest is {near}" if near is not None else ""


def _will_end(session: SdkSession, context: Context) -> bool:
    """Return whether another rule ends a session that nothing ended before."""
    chosen = context.options.selects(spans.CODE)
    return chosen and context.get(spans.Spans).will_end(session.call)


def _has_other_host(program: Program) -> bool:
    """Return whether a program points the SDK to another server."""
    targets = (Names.of(program, module).dotted(node.target) for node, module in program.find(cst.AssignTarget))
    given = ((node, module) for node, module in program.find(cst.Call) if keyword(node, "base_url") is not None)
    return "assemblyai.settings.base_url" in targets or any(
        Names.of(program, module).dotted(node.func) == "assemblyai.Settings" for node, module in given
    )


def _time(session: SdkSession, context: Context) -> str:
    """Return how long a session is billed that nobody ends, in words."""
    given = any(arg.keyword is not None and arg.keyword.value == "inactivity_timeout" for arg in session.invented)
    return billed(context.program, [use.node for use in session.named("stream")], given)
