"""V3M514: sessions of the SDK that only end if nothing happens."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.rewrites.sdk import spans
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.edits import InsertBefore

_OPEN = "an error or Ctrl+C would leave this session open; migrated, it ends on every path"
_NEVER = "nothing ends this session; migrated, it ends when its function has no more use for it, or fails"
_UNPROVEN = "this session stays open, and is billed, if something fails before it is ended: end it in a `finally`"


class SdkEnds(Rule[cst.Module]):
    """Ends sessions in a `finally`, so that errors and Ctrl+C do not leave them open."""

    code = spans.CODE
    summary = "a session of the SDK is ended on every path"
    source = v.BILLING
    why = (
        "A device that fails, or Ctrl+C, skips the end: the session stays open, and is billed, for up to three hours, "
        "what was said last is lost, and the threads of the SDK keep the process from ending. v2 closed idle sessions."
    )

    def visit(self, node: cst.Module, context: Context) -> Changes:
        for span in context.get(spans.Spans).found:
            guard = span.guard
            place = span.opened if guard is None or guard.added else span.ended or span.opened
            if not context.module.owns(place.node):
                continue
            if guard is None:
                if context.options.harden:  # else the service's limit ends it
                    yield self.report(place.node, _UNPROVEN)
                continue
            edits: list[Edit] = [guard]
            if guard.opening is guard.ending:  # a branch makes the session, or none does
                edits.append(InsertBefore(guard.ending, f"{span.opened.place.name} = None"))
            yield self.change(place.node, _OPEN if span.ended is not None else _NEVER, *edits)
