"""V3M326: messages that tests make up."""

from __future__ import annotations

import json

import libcst as cst

from codemods import protocol as v
from codemods.interpreter.values import NOTHING, Obj, Str
from codemods.rule import Changes, Context, Rule, Safety

_TURN = '{"type": "Turn", "transcript": ..., "words": [...], "end_of_turn": %s, "turn_is_formatted": %s}'
_NOW = {
    v.PARTIAL: _TURN % ("False", "False"),
    v.FINAL: _TURN % ("True", "True"),
    "SessionBegins": '{"type": "Begin", "id": ..., "expires_at": <Unix seconds>}',
    "SessionTerminated": '{"type": "Termination", "audio_duration_seconds": ..., "session_duration_seconds": ...}',
    "SessionInformation": '{"type": "Termination", "audio_duration_seconds": ..., "session_duration_seconds": ...}',
}


class Imitations(Rule[cst.Dict | cst.SimpleString]):
    """Reports v2 messages that a test makes up for the program."""

    code = "V3M326"
    summary = "messages that tests make up have to look like v3's"
    source = v.MESSAGES
    why = "The program under test reads v3 messages now; what a test is to find out with one, only its author knows."
    safety = Safety.MANUAL

    def visit(self, node: cst.Dict | cst.SimpleString, context: Context) -> Changes:
        if not context.program.mentions_v2 or not context.program.is_test(context.module, node):
            return
        found = self._types(node, context)
        kind = next((text for text in found if text in _NOW), None)
        if kind is not None:
            yield self.report(node, f"imitates a v2 message; v3 sends {_NOW[kind]}", covers=(node,))

    def _types(self, node: cst.CSTNode, context: Context) -> list[str]:
        if isinstance(node, cst.Dict):
            held = context.program.items(Obj(node, "dict")).get(v.TYPE_KEY, NOTHING)
            return [value.literal for value in held if isinstance(value, Str) and value.literal is not None]
        text = cst.ensure_type(node, cst.SimpleString).evaluated_value
        if not isinstance(text, str | bytes) or v.TYPE_KEY not in str(text):
            return []
        try:
            message = json.loads(text)
        except ValueError:
            return []
        return [str(message.get(v.TYPE_KEY))] if isinstance(message, dict) else []
