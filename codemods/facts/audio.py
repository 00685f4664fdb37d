"""How a program wraps audio in JSON: the messages, what they hold, and functions that only send what they are given."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.program import Program
from codemods.interpreter.values import Json, Obj

_RECODERS = ("encode", "decode")


def payload(program: Program, obj: Obj) -> cst.BaseExpression | None:
    """Return what a `{"audio_data": ...}` dict holds, if that is all it holds."""
    if isinstance(obj.site, cst.Call) and len(obj.site.args) == 1:
        argument = obj.site.args[0]
        named = argument.keyword is not None and argument.keyword.value == v.AUDIO_KEY
        return argument.value if named else None
    if not isinstance(obj.site, cst.Dict) or len(obj.site.elements) != 1:
        return None
    element = obj.site.elements[0]
    if not isinstance(element, cst.DictElement):
        return None
    return element.value if _is_audio_key(program, element.key) else None


def _is_audio_key(program: Program, key: cst.BaseExpression) -> bool:
    """Return whether a key is always `audio_data`; one that callers choose is out of sight."""
    if isinstance(key, cst.Name) and any(item.kind == "param" for item in program.definitions(key)):
        return False
    return set(program.constants(key)) == {v.AUDIO_KEY}


def audio_json(program: Program, node: cst.CSTNode) -> tuple[list[Json | Obj], bool]:
    """Return the audio messages that an expression can be, and whether it can be nothing else."""
    values = program.values(node)
    audio: list[Json | Obj] = []
    for value in values:
        content = value.content if isinstance(value, Json) else value
        if isinstance(content, Obj) and content.kind == "dict" and v.AUDIO_KEY in program.items(content):
            audio.append(value if isinstance(value, Json) else content)
    return audio, len(audio) == len(values)


def bare(node: cst.BaseExpression | None) -> cst.BaseExpression | None:
    """Return what `.encode()` or `.decode()` is called on; JSON of some libraries is bytes."""
    while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _RECODERS:
        node = node.func.value
    return node


def recoded(program: Program) -> frozenset[Json]:
    """Return the JSON texts that are encoded or decoded on their way: with the bytes in their place, that fails."""
    found: set[Json] = set()
    for path in program.targets:
        for node in program.modules[path].find(cst.Call):
            if (inner := bare(node)) is not node:
                found.update(value for value in program.values(inner) if isinstance(value, Json))
    return frozenset(found)


def plain_sender(program: Program, function: cst.FunctionDef) -> cst.Call | None:
    """Return the send in a function that does nothing but `socket.send(json.dumps(its argument))`."""
    statements = [
        part
        for line in function.body.body
        for part in (line.body if isinstance(line, cst.SimpleStatementLine) else [line])
        if not (isinstance(part, cst.Expr) and isinstance(part.value, cst.SimpleString))
    ]
    if len(statements) != 1 or not isinstance(statements[0], cst.Expr | cst.Return):
        return None
    call = statements[0].value
    if isinstance(call, cst.Await):
        call = call.expression
    if not isinstance(call, cst.Call) or call not in program.sends:
        return None
    data = program.sends[call].data
    if isinstance(data, cst.Call) and data.args:
        data = data.args[0].value
    params = [param.name.value for param in function.params.params if param.name.value != "self"]
    return call if isinstance(data, cst.Name) and params == [data.value] else None


def heads(func: cst.BaseExpression) -> set[str]:
    """Return the variable that a dotted name begins with."""
    while isinstance(func, cst.Attribute):
        func = func.value
    return {func.value} if isinstance(func, cst.Name) else set()
