"""How a program wraps audio in JSON: the messages, what they hold, and functions that only send what they are given."""

from __future__ import annotations

from collections import defaultdict

import libcst as cst

from codemods import protocol as v
from codemods.facts.program import Program
from codemods.interpreter.values import Bound, Encoded, Function, Json, Obj, unwrapped
from codemods.syntax.navigate import head, is_docstring, parts
from codemods.syntax.tree import SourceModule

_RECODERS = ("encode", "decode")
_CARRIERS = frozenset({"append", "appendleft", "put", "put_nowait", "call_soon_threadsafe"})


def payload(program: Program, obj: Obj) -> cst.BaseExpression | None:
    """Return what a `{"audio_data": ...}` dict holds, if that is all it holds."""
    match obj.site:
        case cst.Call(args=[cst.Arg(value=held, keyword=cst.Name(v.AUDIO_KEY))]):
            return held
        case cst.Dict(elements=[cst.DictElement(key=key, value=held)]) if _is_audio_key(program, key):
            return held
    return None


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
        content = unwrapped(value)
        if isinstance(content, Obj) and content.kind == "dict" and v.AUDIO_KEY in program.items(content):
            audio.append(value if isinstance(value, Json) else content)
    return audio, len(audio) == len(values)


class Carried:
    """Base64 texts, and the dicts they are sent in, that are only carried to where they are sent, through places that
    are not annotated: they can be plain bytes all the way."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._holders: dict[Encoded | Obj, list[tuple[SourceModule, cst.CSTNode]]] = defaultdict(list)
        for path in program.targets:
            module = program.modules[path]
            for node in module.walk():
                for value in program.values(node):
                    if isinstance(value, Encoded) or (isinstance(value, Obj) and value.kind == "dict"):
                        self._holders[value].append((module, node))

    def only_to(self, value: Encoded | Obj, end: cst.CSTNode) -> bool:
        """Return whether all that becomes of a value is that it reaches the expression `end`."""
        holders = self._holders.get(value, [])
        return bool(holders) and all(node is end or self._carries(module, node, value) for module, node in holders)

    def _carries(self, module: SourceModule, node: cst.CSTNode, value: Encoded | Obj) -> bool:
        """Return whether an expression hands its value on, to a variable or a container, or asks if it is there."""
        match parent := module.parent(node):
            case cst.Attribute(attr=cst.Name("decode")):
                return isinstance(value, Encoded)
            case cst.Arg():
                call = module.parent(parent)
                return isinstance(call, cst.Call) and self._takes_over(call)
            case cst.Comparison(comparisons=[cst.ComparisonTarget(comparator=cst.Name("None"))]):
                return True
            case cst.Return():
                around = next((up for up in module.ancestors(parent) if isinstance(up, cst.FunctionDef)), None)
                return around is not None and around.returns is None
            case cst.Param(annotation=annotation):
                return annotation is None
            case cst.Assign() | cst.AssignTarget() | cst.NamedExpr():
                return True
            case cst.Await() | cst.If() | cst.While() | cst.UnaryOperation(operator=cst.Not()):
                return True
        return False

    def _takes_over(self, call: cst.Call) -> bool:
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in _CARRIERS:
            return True
        callees = self._program.values(call.func)
        own = (value.target if isinstance(value, Bound) else value for value in callees)
        return bool(callees) and all(isinstance(value, Function) for value in own)


def bare(node: cst.BaseExpression | None) -> cst.BaseExpression | None:
    """Return what `.encode()` or `.decode()` is called on, else `node`; None for None."""
    while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _RECODERS:
        node = node.func.value
    return node


def recoded(program: Program) -> frozenset[Json]:
    """Return the JSON texts that are encoded or decoded on their way: with the bytes in their place, that fails."""
    found: set[Json] = set()
    for node, _ in program.find(cst.Call):
        if (inner := bare(node)) is not node:
            found.update(value for value in program.values(inner) if isinstance(value, Json))
    return frozenset(found)


def plain_sender(program: Program, function: cst.FunctionDef) -> cst.Call | None:
    """Return the send in a function that does nothing but `socket.send(json.dumps(its argument))`."""
    match [part for part in parts(function.body) if not is_docstring(part)]:
        case [
            cst.Expr(value=cst.Call() as call)
            | cst.Expr(value=cst.Await(expression=cst.Call() as call))
            | cst.Return(value=cst.Call() as call)
            | cst.Return(value=cst.Await(expression=cst.Call() as call))
        ] if call in program.sends:
            data = program.sends[call].data
            if isinstance(data, cst.Call) and data.args:
                data = data.args[0].value
            params = [param.name.value for param in function.params.params if param.name.value != "self"]
            return call if isinstance(data, cst.Name) and params == [data.value] else None
    return None


def heads(func: cst.BaseExpression) -> set[str]:
    """Return the variable that a dotted name begins with, if it is one."""
    return {head(func)} - {""}
