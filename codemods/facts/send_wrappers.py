"""Functions that send whatever they are given: the audio is made where they are called."""

from __future__ import annotations

import libcst as cst

from codemods.facts.audio import audio_json, payload, plain_sender
from codemods.facts.program import Program
from codemods.interpreter.values import Function, Obj, unwrapped
from codemods.libraries.observations import Send
from codemods.syntax.tree import SourceModule


def is_plain_sender(send: Send, program: Program, module: SourceModule) -> bool:
    """Return whether the send is all that its function does, and each caller's audio is rewritten at the call."""
    for up in module.ancestors(send.call):
        if isinstance(up, cst.FunctionDef):
            if plain_sender(program, up) is not send.call:
                return False
            audio, _ = audio_json(program, send.data)
            given = {unwrapped(item) for item in audio}
            return given <= _handed_objects(up, program)
    return False


def _handed_objects(function: cst.FunctionDef, program: Program) -> set[Obj]:
    """Return the audio messages that calls of `function`, rewritten by themselves, hand over."""
    handed = (handing(node, program, module) for node, module in program.find(cst.Call))
    return {found[1] for found in handed if found is not None and found[0] is function}


def handing(call: cst.Call, program: Program, module: SourceModule) -> tuple[cst.FunctionDef, Obj, cst.Call] | None:
    """Return function, message and inner send if `call` hands an audio message to a plain sender."""
    if len(call.args) != 1 or not isinstance(call.args[0].value, cst.Dict):
        return None
    obj = Obj(call.args[0].value, "dict")
    if obj not in program.values(call.args[0].value) or payload(program, obj) is None:
        return None
    for value in program.values(call.func):
        target = getattr(value, "target", value)
        if isinstance(target, Function) and isinstance(target.node, cst.FunctionDef):
            inner = plain_sender(program, target.node)
            if inner is not None and _same_receiver(call, inner, target.node, program, module):
                return target.node, obj, inner
    return None


def _same_receiver(
    call: cst.Call, inner: cst.Call, function: cst.FunctionDef, program: Program, module: SourceModule
) -> bool:
    """Return whether the socket of the inner send can be named in the same way at the call."""
    if not isinstance(inner.func, cst.Attribute) or not module.owns(inner):
        return False
    socket = inner.func.value
    if isinstance(socket, cst.Attribute) and isinstance(socket.value, cst.Name) and socket.value.value == "self":
        return isinstance(call.func, cst.Attribute) and module.code(call.func.value) == "self"
    defs = program.definitions(socket) if isinstance(socket, cst.Name) else frozenset()
    return bool(defs) and all(item.scope.node is module.tree for item in defs)
