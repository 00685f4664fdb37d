"""V3M309: TypedDict classes that describe messages."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods import protocol as v
from codemods.facts import typed_dicts
from codemods.rule import Context, Example, Rule
from codemods.syntax.build import replace_with
from codemods.syntax.edits import Change, Edit, InsertAfter, Remove

_GONE = v.DERIVED_FIELDS | {"created"}
_BEFORE = (
    "import json\nfrom typing import TypedDict\n\nimport websocket\n\n\nclass Event(TypedDict):\n"
    "{fields}\n\ndef on_message(ws, raw):\n    event: Event = json.loads(raw)\n"
    '    print(event.get("{text}"))\n\n\n'
    'websocket.WebSocketApp("{url}?sample_rate=8000{query}", on_message=on_message)\n'
)


class TypedDicts(Rule):
    """Renames the keys that a TypedDict declares, where variables of that type hold a message."""

    code = "V3M309"
    summary = "a TypedDict for a message declares v3's keys"
    why = "The keys are read by their v3 names now: a type checker would refuse them, and a reader be misled."
    nodes = (cst.AnnAssign,)
    order = 42
    examples = (
        Example(
            _BEFORE.format(
                fields="    message_type: str\n    text: str\n    confidence: float\n",
                text="text",
                url="wss://api.assemblyai.com/v2/realtime/ws",
                query="",
            ),
            _BEFORE.format(
                fields="    type: str\n    transcript: str\n    end_of_turn: bool\n    turn_is_formatted: bool\n",
                text="transcript",
                url="wss://streaming.assemblyai.com/v3/ws",
                query="&speech_model=universal-streaming-english&format_turns=true",
            ),
        ),
    )
    untouched = (
        "from typing import TypedDict\n\n\nclass Caption(TypedDict):\n    text: str\n    confidence: float\n\n\n"
        'caption: Caption = {"text": "", "confidence": 1.0}\n',
    )

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        declaration = cst.ensure_type(node, cst.AnnAssign)
        if not isinstance(declaration.target, cst.Name):
            return
        line = context.module.parent(declaration)
        body = context.module.parent(line) if line is not None else None
        owner = context.module.parent(body) if body is not None else None
        if not isinstance(owner, cst.ClassDef) or owner not in typed_dicts.message_types(context.program):
            return
        key = declaration.target.value
        declared = set(context.program.run.declared(owner))
        if key in _GONE or (key == "text_formatted" and "punctuated" in declared):
            yield self.change(declaration, f"v3 messages have no {key!r}", Remove(declaration))
        elif key in v.FIELDS:
            new = v.FIELDS[key]
            edits: list[Edit] = [replace_with(declaration.target, new)]
            if key == "text" and isinstance(line, cst.SimpleStatementLine):
                there = declared | {v.FIELDS[name] for name in declared if name in v.FIELDS}
                edits += [
                    InsertAfter(line, f"{flag}: bool")
                    for flag in ("end_of_turn", "turn_is_formatted")
                    if flag not in there
                ]
            yield self.change(declaration, f"v2 field {key!r}, rewritten to {new!r}", *edits)
