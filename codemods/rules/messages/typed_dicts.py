"""V3M309: TypedDict classes that describe messages."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods import protocol as v
from codemods.facts import typed_dicts
from codemods.facts.partial_texts import PartialTexts
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import quoted, replace_with
from codemods.syntax.edits import InsertAfter, Remove

_GONE = v.DERIVED_FIELDS | {"created"}


class TypedDicts(Rule[cst.AnnAssign]):
    """Renames the keys that a TypedDict declares, where variables of that type hold a message."""

    code = "V3M309"
    summary = "a TypedDict for a message declares v3's keys"
    source = v.MESSAGES
    why = "The keys are read by their v3 names now: a type checker would refuse them, and a reader be misled."

    def visit(self, node: cst.AnnAssign, context: Context) -> Changes:
        if not isinstance(node.target, cst.Name):
            return
        line = context.module.parent(node)
        body = context.module.parent(line) if line is not None else None
        owner = context.module.parent(body) if body is not None else None
        if not isinstance(owner, cst.ClassDef) or owner not in context.get(typed_dicts.message_types):
            return
        key = node.target.value
        declared = set(context.program.declared(owner))
        if key in _GONE or (key == "text_formatted" and "punctuated" in declared):
            yield self.change(node, f"v3 messages have no {key!r}", Remove(node))
        elif key in v.FIELDS:
            new = v.FIELDS[key]
            edits: list[Edit] = [replace_with(node.target, new)]
            if key == "text" and isinstance(line, cst.SimpleStatementLine):
                there = declared | {v.FIELDS[name] for name in declared if name in v.FIELDS}
                edits += [
                    InsertAfter(line, f"{flag}: bool")
                    for flag in ("end_of_turn", "turn_is_formatted")
                    if flag not in there
                ]
                if "words" not in declared and context.get(PartialTexts).are_wanted:
                    edits.append(InsertAfter(line, "words: list"))
            if key == v.TYPE_KEY:
                edits += _types(node.annotation, context)
            yield self.change(node, f"v2 field {key!r} becomes {new!r}", *edits)


def _types(annotation: cst.Annotation, context: Context) -> Iterator[Edit]:
    """Yield the edits of `Literal["PartialTranscript", ...]`: each of v3's types once."""
    for node in context.module.walk(annotation):
        if not isinstance(node, cst.Subscript) or context.code(node.value).rsplit(".", 1)[-1] != "Literal":
            continue
        texts = [element.slice.value for element in node.slice if isinstance(element.slice, cst.Index)]
        names = [text.evaluated_value for text in texts if isinstance(text, cst.SimpleString)]
        if len(names) == len(node.slice) and set(names) <= v.V2_TYPES:
            new = dict.fromkeys("Turn" if name in v.TRANSCRIPTS else v.MESSAGE_TYPES[str(name)] for name in names)
            listed = ", ".join(quoted(name, texts[0]) for name in new)
            yield replace_with(node, f"{context.code(node.value)}[{listed}]")
