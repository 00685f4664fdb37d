"""V3M609: control of a running session, and methods that never were."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.interpreter.values import Bound, External, Function
from codemods.rewrites.sdk.plan import Plans
from codemods.rewrites.sdk.sdk_imports import SdkImports
from codemods.rewrites.sdk.sessions import METHODS
from codemods.rewrites.sdk.subclass import SILENCE, silence
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import replace_with
from codemods.syntax.templates import rewrite

_ELSEWHERE = {
    "connect": "connect(StreamingParameters(...))",
    "close": "disconnect(terminate=True), then what on_close did,",
    "force_end_utterance": "force_endpoint()",
    SILENCE: "set_params(StreamingSessionParameters(max_turn_silence=...))",
}
_V3_METHODS = frozenset({"on", "disconnect", "set_params", "force_endpoint", "keep_alive", "params"})


_CLIENT = "assemblyai.streaming.v3.StreamingClient()"
_PARAMETERS = "assemblyai.streaming.v3.StreamingParameters"
_GONE = {
    "text": "transcript, or its words while it grows",
    "message_type": "end_of_turn and turn_is_formatted",
    "audio_start": "the start of its first word",
    "audio_end": "the end of its last word",
    "confidence": "the confidence of its words",
    "created": "no time of its own",
}
"""What a `TurnEvent` has instead of what a transcript had."""


class SdkControls(Rule[cst.Attribute | cst.Call]):
    """Rewrites `force_end_utterance` and the silence threshold; reports methods that v2 never had."""

    code = "V3M609"
    summary = "`force_end_utterance` and the silence threshold become v3's; invented methods are reported"
    source = v.SDK
    why = (
        "v3 ends a turn by meaning as well as by silence. With `end_of_turn_confidence_threshold=1` silence alone "
        "decides, as in v2; `max_turn_silence` is how long it lasts, in milliseconds."
    )

    def visit(self, node: cst.Attribute | cst.Call, context: Context) -> Changes:
        if isinstance(node, cst.Call):
            yield from self._half_converted(node, context)
        else:
            yield from self._used(node, context)

    def _half_converted(self, call: cst.Call, context: Context) -> Changes:
        """Look at v2's words on the client of v3: its parameters, its methods, what its handlers read."""
        program = context.program
        names = {value.name for value in program.values(call.func) if isinstance(value, External)}
        if _PARAMETERS in names:
            for argument in call.args:
                name = argument.keyword.value if argument.keyword is not None else ""
                if argument.keyword is not None and name in v.PARAMETERS_RENAMED:
                    new = v.PARAMETERS_RENAMED[name]
                    yield self.change(
                        argument, f"v2 parameter {name!r} becomes {new!r}", replace_with(argument.keyword, new)
                    )
                elif name in (*v.PARAMETERS_DROPPED, v.SILENCE):
                    yield self.report(
                        argument, f"StreamingParameters never had {name!r}: v3 has max_turn_silence for a silence"
                    )
        elif f"{_CLIENT}.close" in names and not call.args and isinstance(call.func, cst.Attribute):
            code = f"{context.code(call.func.value)}.disconnect(terminate=True)"
            yield self.change(call, "close becomes disconnect(terminate=True)", replace_with(call, code))
        elif f"{_CLIENT}.force_end_utterance" in names and isinstance(call.func, cst.Attribute):
            edit = replace_with(call.func.attr, "force_endpoint")
            yield self.change(call, "force_end_utterance becomes force_endpoint", edit)
        elif f"{_CLIENT}.on" in names and len(call.args) == 2 and context.code(call.args[0].value).endswith(".Turn"):
            for value in program.values(call.args[1].value):
                handler = value.target if isinstance(value, Bound) else value
                if isinstance(handler, Function) and context.module.owns(handler.node):
                    yield from self._read(handler.node, len(value.args) if isinstance(value, Bound) else 0, context)

    def _read(self, handler: cst.FunctionDef | cst.Lambda, given: int, context: Context) -> Changes:
        params = (*handler.params.posonly_params, *handler.params.params)[given:]
        for node in context.module.walk(handler.body) if len(params) > 1 else ():
            match node:
                case cst.Attribute(value=cst.Name(name), attr=cst.Name(read)) if (
                    name == params[1].name.value and read in _GONE
                ):
                    yield self.report(node, f"a turn of v3 has no {read!r}: it has {_GONE[read]}")

    def _used(self, node: cst.Attribute, context: Context) -> Changes:
        plans_of_program = context.get(Plans)
        found = plans_of_program.at(node)
        if found is None:
            if node in plans_of_program.sessions.foreign and node.attr.value in _ELSEWHERE:
                yield self.report(
                    node, f"of a transcriber that is made out of sight: {_ELSEWHERE[node.attr.value]} in v3"
                )
            return
        use, plans = found
        name = node.attr.value
        if name in METHODS and use.call is not None and isinstance(context.module.parent(use.call), cst.Await):
            yield self.report(
                node, f"{name} never was a coroutine, neither in v2 nor on this client: take the await out"
            )
        if name == "force_end_utterance":
            edit: Edit = replace_with(node.attr, "force_endpoint")
            yield self.change(node, "force_end_utterance becomes force_endpoint", edit)
        elif name == SILENCE:
            yield from self._silence(node, use.call, context)
        elif name.startswith("_"):
            yield self.report(node, f"{name!r} is the SDK's own: the v3 client is made differently inside")
        elif name not in METHODS and name not in _V3_METHODS and all(plan.session.owner is None for plan in plans):
            if isinstance(context.module.parent(node), cst.AssignTarget):
                return
            if all(context.program.attribute(plan.session.transcriber, name) for plan in plans):
                return
            yield self.report(node, f"RealtimeTranscriber never had {name!r}{_nearest(name)}")

    def _silence(self, node: cst.Attribute, call: cst.Call | None, context: Context) -> Changes:
        if call is None or len(call.args) != 1:
            yield self.report(node, "call set_params(StreamingSessionParameters(max_turn_silence=...)) instead")
            return
        code = silence(context.options, context.code(call.args[0].value))
        edits = context.get(SdkImports).brought("StreamingSessionParameters", context.module, node)
        edit = rewrite(call, f"{{client}}.set_params({code})", client=node.value)
        yield self.change(node, "silence threshold becomes max_turn_silence", edit, *edits)


def _nearest(name: str) -> str:
    near = {
        "send": "stream(...)",
        "send_audio": "stream(...)",
        "start": "connect(...)",
        "stop": "disconnect(terminate=True)",
        "end": "disconnect(terminate=True)",
        "is_connected": "a flag set by the handlers of Begin and Termination",
        "session_id": "event.id in the handler of Begin",
    }.get(name)
    return f"; the nearest in v3 is {near}" if near is not None else ""
