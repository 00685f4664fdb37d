"""V3M507: a blocking read of the microphone inside a coroutine."""

from __future__ import annotations

import libcst as cst

from codemods.facts.sessions import Sessions, external_names
from codemods.model import Safety, Source
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.edits import AddImport
from codemods.syntax.templates import rewrite

_STREAM = "pyaudio.PyAudio().open()"


class BlockingRead(Rule[cst.Call]):
    """Moves a blocking read to a thread; only on request, since it changes when other tasks run."""

    code = "V3M507"
    summary = "a coroutine reads the microphone without stopping all others"
    source = Source("https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code", read="2026-11-29")
    why = (
        "`stream.read` holds up the event loop until a block is full: transcripts are received late, and Ctrl+C and "
        "the keepalive of the socket wait for it."
    )
    safety = Safety.UNSAFE

    def visit(self, node: cst.Call, context: Context) -> Changes:
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or node.func.attr.value != "read":
            return
        sessions = context.get(Sessions)
        if not sessions.legacy or _STREAM not in external_names(context.program.values(node.func.value)):
            return
        function = sessions.function(node)
        if not isinstance(function, cst.FunctionDef) or function.asynchronous is None:
            return
        message = "this read stops the event loop"
        if context.options.unsafe:
            yield self.change(node, message, _threaded(node), AddImport("asyncio"))
        else:
            read = context.code(node.func)
            yield self.report(node, f"{message}: use await asyncio.to_thread({read}, ...), as --unsafe does")


def _threaded(call: cst.Call) -> Edit:
    rest = ", {*args}" if call.args else ""
    return rewrite(call, f"await asyncio.to_thread({{func}}{rest})", func=call.func, args=call.args)
