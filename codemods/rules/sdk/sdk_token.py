"""V3M610: temporary tokens from the SDK."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.interpreter.values import Const
from codemods.libraries.assemblyai_values import Transcriber
from codemods.rewrites.sdk.names import Names
from codemods.rewrites.sdk.sdk_imports import SdkImports
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import replace_with
from codemods.syntax.layout import Argument, call

_ERRORS = ("assemblyai.AssemblyAIError", "assemblyai.RealtimeError", "assemblyai.types.AssemblyAIError")
_INDENT = "    "


class SdkToken(Rule[cst.Call]):
    """Asks for a token from a client, with both of v3's times."""

    code = "V3M610"
    summary = "`create_temporary_token` becomes a method of the client, with two times"
    source = v.SDK
    why = (
        "In v2 the token's time covered the session. In v3 it is the time within which the token must be used, ten "
        "minutes at most; how long the session may last is a second parameter. Failures are httpx errors now."
    )

    def visit(self, node: cst.Call, context: Context) -> Changes:
        func = node.func
        if not isinstance(func, cst.Attribute) or func.attr.value != "create_temporary_token":
            return
        names = Names.of(context.program, context.module)
        on_class = names.legacy(func.value) == "RealtimeTranscriber"
        if not on_class and not any(isinstance(value, Transcriber) for value in context.program.values(func.value)):
            return
        given = next((a for a in node.args if a.keyword is None or a.keyword.value == "expires_in"), None)
        if given is None or given.star:
            yield self.report(
                node, "v3: create_temporary_token(expires_in_seconds=..., max_session_duration_seconds=...)"
            )
            return
        imports = context.get(SdkImports)
        client = context.code(func.value)
        edits: list[Edit] = []
        if on_class:
            settings, edits = imports.settings(context.module, node)
            spelled, missing = imports.spelling(func.value, context.module)
            wanted = ["StreamingClientOptions", *[spelled] * missing]
            edits = [*edits, *(e for name in wanted for e in imports.brought(name, context.module, node))]
            client = f"{spelled}(StreamingClientOptions(api_key={settings}.api_key))"
        column = context.module.span(node).column
        room = context.module.width - column - len(client) - len(".create_temporary_token") + 1
        code = client + call(".create_temporary_token", self._times(given.value, context), _INDENT, room)
        dropped = "" if len(node.args) == 1 else "; `timeout` has no counterpart"
        caught = self._caught(node, context)
        if caught is not None:
            yield self.report(
                caught, "create_temporary_token raises httpx.HTTPStatusError in v3, which has no status_code of its own"
            )
        yield self.change(
            node,
            f"temporary token: to be used within ten minutes, for a session of the old time{dropped}",
            replace_with(node, code),
            *edits,
        )

    def _caught(self, node: cst.Call, context: Context) -> cst.ExceptHandler | None:
        """Return the handler around a call that waits for the error v2 raised."""
        names = Names.of(context.program, context.module)
        for up, child in context.module.climb(node):
            match up:
                case cst.FunctionDef() | cst.Lambda():
                    return None
                case cst.Try() if up.body is child:
                    for handler in up.handlers:
                        inside = context.module.walk(handler.type) if handler.type is not None else ()
                        if any(names.dotted(item) in _ERRORS for item in inside):
                            return handler
        return None

    def _times(self, node: cst.BaseExpression, context: Context) -> list[Argument]:
        low, high = v.SESSION_LIMITS
        numbers = [value.value for value in context.program.values(node) if isinstance(value, Const)]
        if isinstance(node, cst.Integer) and len(numbers) == 1 and isinstance(numbers[0], int):
            seconds = numbers[0]
            redeem, session = str(min(seconds, v.TOKEN_REDEEM_LIMIT)), str(min(max(seconds, low), high))
        else:
            code = context.code(node)
            redeem = f"min({code}, {v.TOKEN_REDEEM_LIMIT})"
            session = f"min(max({code}, {low}), {high})"
        return [Argument(redeem, "expires_in_seconds"), Argument(session, "max_session_duration_seconds")]
