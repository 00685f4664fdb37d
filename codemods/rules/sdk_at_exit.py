"""V3M521: sessions of the SDK that begin in one function, and end if another one is called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from codemods.edits import Change, InsertBefore
from codemods.facts.values import External
from codemods.rule import Context, Example, Rule
from codemods.sdk import helpers
from codemods.sdk.lifetimes import Kind, Lifetimes
from codemods.sdk.spans import Spans, is_plain

_BEFORE = """\
import assemblyai as aai


class Service:
    def start(self):
        self.transcriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)
        self.transcriber.connect()

    def stop(self):
        self.transcriber.close()
"""
_AFTER = f"""\
import assemblyai as aai
import atexit
import sys
import threading
import weakref
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


{helpers.END_AT_EXIT}

class Service:
    def start(self):
        self.transcriber = StreamingClient(
            StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
        )
        self.transcriber.on(StreamingEvents.Turn, lambda client, event: print(event))
        self.transcriber.on(StreamingEvents.Error, lambda client, event: print(event))
        end_at_exit(self.transcriber)
        self.transcriber.connect(
            StreamingParameters(
                sample_rate=16_000,
                speech_model="universal-streaming-english",
                format_turns=True,
            )
        )

    def stop(self):
        self.transcriber.disconnect(terminate=True)
"""


class SdkAtExit(Rule):
    """Ends sessions at the end of the program whose end depends on some other function being called."""

    code = "V3M521"
    summary = "a session of the SDK does not outlive the program"
    why = (
        "Ctrl+C, or the end of a server, cuts off the function that would have ended the session: it stays open, and "
        "is billed, for up to three hours. v2 closed idle sessions after a minute. What is over is left alone."
    )
    nodes = (cst.Attribute,)
    order = 60
    examples = (Example(_BEFORE, _AFTER),)
    untouched = (_AFTER,)

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        found = context.program.memo(SdkAtExit, lambda: dict(_loose(context)))
        if node in found:
            statement, client = found[node]
            name, edits = helpers.end_at_exit(context.module)
            yield self.change(
                node,
                "nothing would end this session when the program is stopped; now its end does",
                InsertBefore(statement, f"{name}({client})"),
                *edits,
            )


def _loose(context: Context) -> Iterator[tuple[cst.CSTNode, tuple[cst.SimpleStatementLine, str]]]:
    """Yield where sessions begin that nothing ends for sure: the method, its statement, and what holds the client."""
    lifetimes, spans = Lifetimes.of(context.program, context.options), Spans.of(context.program, context.options)
    for path in context.program.targets:
        module = context.program.run.modules[path]
        for function in module.walk():
            if not isinstance(function, cst.Module | cst.FunctionDef):
                continue
            body = function if isinstance(function, cst.Module) else function.body
            for begin in lifetimes.within(body, module):
                statement = module.statement(begin.node)
                if begin.kind is not Kind.BEGINS or begin.through or not isinstance(statement, cst.SimpleStatementLine):
                    continue
                ended = spans.at_exit.ends(begin) or context.program.is_test(module, begin.node)
                if not is_plain(statement) or ended or _is_entered(function):
                    continue
                secured = begin.node in spans.secured or function in spans.secured
                if not secured or _is_served(function, context):
                    yield begin.node, (statement, begin.place.name)


def _is_entered(function: cst.CSTNode) -> bool:
    """Return whether a function is run by a `with` statement, which will run its counterpart."""
    return isinstance(function, cst.FunctionDef) and function.name.value in ("__enter__", "__aenter__")


def _is_served(function: cst.CSTNode, context: Context) -> bool:
    """Return whether a library runs a function, on a thread of its own perhaps, which Ctrl+C does not interrupt."""
    if not isinstance(function, cst.FunctionDef) or function.asynchronous is not None:
        return False
    if function in context.program.run.called:
        return False
    for decorator in function.decorators:
        node = decorator.decorator
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
            continue
        if any(isinstance(value, External) for value in context.program.values(node.func)):
            return True
    return False
