"""V3M609: control of a running session, and methods that never were."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
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


class SdkControls(Rule[cst.Attribute]):
    """Rewrites `force_end_utterance` and the silence threshold; reports methods that v2 never had."""

    code = "V3M609"
    summary = "`force_end_utterance` and the silence threshold become v3's; invented methods are reported"
    source = v.SDK
    why = (
        "v3 ends a turn by meaning as well as by silence. With `end_of_turn_confidence_threshold=1` silence alone "
        "decides, as in v2; `max_turn_silence` is how long it lasts, in milliseconds."
    )

    def visit(self, node: cst.Attribute, context: Context) -> Changes:
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
