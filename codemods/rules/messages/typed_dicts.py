"""V3M309: TypedDict classes that describe messages."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods import protocol as v
from codemods.facts import typed_dicts
from codemods.facts.partial_texts import PartialTexts
from codemods.rule import Context, Rule
from codemods.syntax.build import replace_with
from codemods.syntax.edits import Change, Edit, InsertAfter, Remove

_GONE = v.DERIVED_FIELDS | {"created"}


class TypedDicts(Rule):
    """Renames the keys that a TypedDict declares, where variables of that type hold a message."""

    code = "V3M309"
    summary = "a TypedDict for a message declares v3's keys"
    source = v.MESSAGES
    why = "The keys are read by their v3 names now: a type checker would refuse them, and a reader be misled."
    nodes = (cst.AnnAssign,)

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        declaration = cst.ensure_type(node, cst.AnnAssign)
        if not isinstance(declaration.target, cst.Name):
            return
        line = context.module.parent(declaration)
        body = context.module.parent(line) if line is not None else None
        owner = context.module.parent(body) if body is not None else None
        if not isinstance(owner, cst.ClassDef) or owner not in context.get(typed_dicts.message_types):
            return
        key = declaration.target.value
        declared = set(context.program.declared(owner))
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
                if "words" not in declared and context.get(PartialTexts).are_wanted:
                    edits.append(InsertAfter(line, "words: list"))
            yield self.change(declaration, f"v2 field {key!r} becomes {new!r}", *edits)
