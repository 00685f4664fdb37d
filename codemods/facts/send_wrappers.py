"""Functions that send whatever they are given: the audio is made where they are called."""

from __future__ import annotations

import libcst as cst

from codemods.facts.audio import Tracer, audio_json, plain_sender
from codemods.interpreter.values import Function, Json, Obj
from codemods.libraries.observations import Send
from codemods.rule import Context


def is_plain_sender(send: Send, context: Context) -> bool:
    """Return whether the send is all that its function does, and each caller's audio is rewritten at the call."""
    for up in context.module.ancestors(send.call):
        if isinstance(up, cst.FunctionDef):
            if plain_sender(context.program, up) is not send.call:
                return False
            audio, _ = audio_json(context.program, send.data)
            given = {item.content if isinstance(item, Json) else item for item in audio}
            return given <= _handed_objects(up, context)
    return False


def _handed_objects(function: cst.FunctionDef, context: Context) -> set[Obj]:
    """Return the audio messages that calls of `function`, rewritten by themselves, hand over."""
    found: set[Obj] = set()
    for path in context.program.targets:
        module = context.program.run.modules[path]
        there = Context(context.program, module, context.options, set())
        for node in module.walk():
            if isinstance(node, cst.Call) and (handed := handing(node, there)) is not None and handed[0] is function:
                found.add(handed[1])
    return found


def handing(call: cst.Call, context: Context) -> tuple[cst.FunctionDef, Obj, cst.Call] | None:
    """Return function, message and inner send if `call` hands an audio message to a plain sender."""
    if len(call.args) != 1 or not isinstance(call.args[0].value, cst.Dict):
        return None
    obj = Obj(call.args[0].value, "dict")
    tracer = Tracer(context.program, context.module)
    if obj not in context.program.values(call.args[0].value) or tracer.payload(obj) is None:
        return None
    for value in context.program.values(call.func):
        target = getattr(value, "target", value)
        if isinstance(target, Function) and isinstance(target.node, cst.FunctionDef):
            inner = plain_sender(context.program, target.node)
            if inner is not None and _same_receiver(call, inner, target.node, context):
                return target.node, obj, inner
    return None


def _same_receiver(call: cst.Call, inner: cst.Call, function: cst.FunctionDef, context: Context) -> bool:
    """Return whether the socket of the inner send can be named in the same way at the call."""
    if not isinstance(inner.func, cst.Attribute) or not context.module.owns(inner):
        return False
    socket = inner.func.value
    if isinstance(socket, cst.Attribute) and isinstance(socket.value, cst.Name) and socket.value.value == "self":
        return isinstance(call.func, cst.Attribute) and context.code(call.func.value) == "self"
    defs = context.program.definitions(socket) if isinstance(socket, cst.Name) else frozenset()
    return bool(defs) and all(item.scope.node is context.module.tree for item in defs)
