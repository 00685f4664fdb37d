"""V3M324: names put together from message types."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods import protocol as v
from codemods.interpreter.values import External, Hole, Str
from codemods.model import Safety
from codemods.rule import Context, Example, Rule
from codemods.syntax.edits import Change

_BEFORE = (
    "import json\nimport websocket\n\n\nclass Handler:\n    def on_message(self, ws, raw):\n"
    '        data = json.loads(raw)\n        getattr(self, "on_" + data["message_type"])(data)\n\n\n'
    'websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000", '
    "on_message=Handler().on_message)\n"
)
_AFTER = (
    "import json\nimport websocket\n\n\nclass Handler:\n    def on_message(self, ws, raw):\n"
    "        data = json.loads(raw)\n"
    "        # TODO(v3-migrate): V3M324 a name is made from the message type: v3 types are Begin, Turn, Termination\n"
    '        getattr(self, "on_" + data["type"])(data)\n\n\n'
    'websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000'
    '&speech_model=universal-streaming-english&format_turns=true", on_message=Handler().on_message)\n'
)


class NamedAfterTypes(Rule):
    """Reports `getattr(self, "on_" + message_type)`: the methods are named after types that v3 does not send."""

    code = "V3M324"
    summary = "a name made from the message type leads nowhere in v3"
    why = "A method called `on_FinalTranscript` is never found again, and a default hides it."
    safety = Safety.MANUAL
    nodes = (cst.Call,)
    examples = (Example(_BEFORE, _AFTER),)
    untouched = ('def run(self, order):\n    return getattr(self, "on_" + order["message_type"])\n',)

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        call = cst.ensure_type(node, cst.Call)
        names = {value.name for value in context.program.values(call.func) if isinstance(value, External)}
        if not names & {"builtins.getattr", "builtins.hasattr"} or len(call.args) < 2:
            return
        for value in context.program.values(call.args[1].value):
            holes = [part.node for part in value.parts if isinstance(part, Hole)] if isinstance(value, Str) else []
            if any(context.program.fields(hole, v.TYPE_KEY) for hole in holes):
                yield self.report(call, "a name is made from the message type: v3 types are Begin, Turn, Termination")
                return
