"""V3M514: sessions of the SDK that only end if nothing happens."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods.rewrites.sdk.spans import Spans
from codemods.rule import Context, Example, Rule
from codemods.syntax.edits import Change, Edit, InsertBefore

_OPEN = "an error or Ctrl+C would leave this session open; now it ends on every path"
_NEVER = "nothing ended this session; now it ends when its function has no more use for it, or fails"
_UNPROVEN = "this session stays open, and is billed, if something fails before it is ended: end it in a `finally`"

_BEFORE = """\
import assemblyai as aai


def main(chunks):
    transcriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print, on_close=print)
    transcriber.connect()

    # until nobody speaks any more
    transcriber.stream(chunks)

    transcriber.close()
    print("done")
"""
_AFTER = """\
import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


def main(chunks):
    transcriber = StreamingClient(
        StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
    )
    transcriber.on(StreamingEvents.Turn, lambda client, event: print(event))
    transcriber.on(StreamingEvents.Error, lambda client, event: print(event))
    transcriber.connect(
        StreamingParameters(
            sample_rate=16_000,
            speech_model="universal-streaming-english",
            format_turns=True,
        )
    )

    try:
        # until nobody speaks any more
        transcriber.stream(chunks)
    finally:
        transcriber.disconnect(terminate=True)
        print()
    print("done")
"""


class SdkEnds(Rule):
    """Ends sessions in a `finally`, so that errors and Ctrl+C do not leave them open."""

    code = "V3M514"
    summary = "a session of the SDK is ended on every path"
    why = (
        "A device that fails, or Ctrl+C, skips the end: the session stays open, and is billed, for up to three hours, "
        "what was said last is lost, and the threads of the SDK keep the process from ending. v2 closed idle sessions."
    )
    nodes = (cst.Attribute, cst.Call)
    order = 60
    examples = (Example(_BEFORE, _AFTER),)
    untouched = (
        "import sqlite3\n\nbase = sqlite3.connect('a.db')\nbase.execute('select 1')\nbase.close()\n",
        _AFTER,
    )

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        for span in Spans.of(context.program, context.options).found:
            guard = span.guard
            if guard is None:
                if span.opened.node is node:
                    yield self.report(node, _UNPROVEN)
            elif node is (span.opened if guard.added else span.ended or span.opened).node:
                edits: list[Edit] = [guard]
                if guard.opening is guard.ending:  # a branch makes the session, or none does
                    edits.append(InsertBefore(guard.ending, f"{span.opened.place.name} = None"))
                yield self.change(node, _OPEN if span.ended is not None else _NEVER, *edits)
