"""V3M312: what a program puts into a server message itself."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.message_writes import MessageWrites
from codemods.rule import Changes, Context, Rule
from codemods.syntax.build import rename_string, replace_with


class OwnEntries(Rule[cst.Call | cst.AugAssign | cst.BinaryOperation]):
    """Renames the keys under which a program updates a message, as those are renamed under which it reads it."""

    code = "V3M312"
    summary = "what a program puts into a message goes under v3's key"
    source = v.MESSAGES
    why = "`message.update(text=...)` would leave what the server said where the program reads its own text."

    def visit(self, node: cst.Call | cst.AugAssign | cst.BinaryOperation, context: Context) -> Changes:
        for write in context.get(MessageWrites).at.get(node, ()):
            if write.key in v.DERIVED_FIELDS or write.key == "created":
                yield self.report(node, f"v3 messages have no {write.key!r}: keep this value in a variable of your own")
            elif write.key in v.FIELDS:
                new = v.FIELDS[write.key]
                message = f"{write.key!r} of a message becomes {new!r}"
                if not write.here:
                    yield self.report(node, f"puts {write.key!r} into a server message, where {new!r} is read now")
                elif isinstance(write.node, cst.SimpleString):
                    yield self.change(node, message, rename_string(write.node, new))
                else:
                    yield self.change(node, message, replace_with(write.node, new))
