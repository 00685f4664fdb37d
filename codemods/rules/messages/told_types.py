"""V3M329: sentences that a program prints or logs about v2's messages."""

from __future__ import annotations

import re

import libcst as cst

from codemods import protocol as v
from codemods.facts.sessions import Sessions
from codemods.rewrites.shown import is_printed
from codemods.rule import Changes, Context, Rule
from codemods.syntax.edits import Replace

_IN_WORDS = {
    v.PARTIAL: "partial Turn",
    v.FINAL: "final Turn",
    "SessionBegins": v.MESSAGE_TYPES["SessionBegins"],
    "SessionTerminated": v.MESSAGE_TYPES["SessionTerminated"],
}
_TYPE = re.compile(rf"\b({'|'.join(_IN_WORDS)})\b")
# what may be meant for a program: a label, a value behind one, a text in quotes, JSON
_NO_SENTENCE = re.compile(rf"^\W*{_TYPE.pattern}\s*[:=]|[:=]\s*{_TYPE.pattern}|['`\[<]{_TYPE.pattern}|[{{\"]")
_WORD = re.compile(r"[^\W\d_]{2,}")


class ToldTypes(Rule[cst.SimpleString | cst.FormattedStringText]):
    """Renames v2's messages in `print("Receiving SessionBegins ...")`; labels such as `FinalTranscript: ...` stay."""

    code = "V3M329"
    summary = "a sentence that is printed or logged names a v2 message"
    source = v.MESSAGES
    why = "Whoever reads the output looks for a message that the service no longer sends."

    def visit(self, node: cst.SimpleString | cst.FormattedStringText, context: Context) -> Changes:
        text = node.value
        told = _TYPE.search(text)
        if told is None or not _is_sentence(text):
            return
        literal = context.module.parent(node) if isinstance(node, cst.FormattedStringText) else node
        if not isinstance(literal, cst.BaseExpression) or not is_printed(literal, context.module):
            return
        if not any(session.legacy for session in context.get(Sessions).found.values()):
            return
        renamed = _TYPE.sub(lambda found: _IN_WORDS[found[1]], text)
        yield self.change(
            node,
            f"{told[1]}, in a sentence for people, becomes {_IN_WORDS[told[1]]}",
            Replace(node, lambda updated: updated.with_changes(value=renamed)),
        )


def _is_sentence(text: str) -> bool:
    """Return whether a literal says something about a message, in words of its own."""
    text = text.removeprefix("f").strip("\"'")
    return _NO_SENTENCE.search(text) is None and _WORD.search(_TYPE.sub("", text)) is not None
