"""V3M202: how much sound one frame holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from codemods import protocol as v
from codemods.facts.durations import Clock, Length, sounds
from codemods.facts.program import Program
from codemods.facts.sessions import Sessions
from codemods.interpreter.values import Const, Encoded, Json, Obj, Value
from codemods.libraries.observations import Send
from codemods.libraries.values import PACKETS, Sound
from codemods.rule import Changes, Context, Rule
from codemods.syntax.build import replace_with
from codemods.syntax.navigate import keyword

_SHORTEST, _LONGEST = 50, 1000
"""Milliseconds of audio that v3 takes in one frame (vendor's API reference)."""
_SILENCE = frozenset(b"\x00\x7f\xff")
"""What samples without a sound are made of, as PCM or mu-law."""
_TAKING = frozenset({"get", "get_nowait", "popleft", "receive_bytes"})
_MAYBE_TELEPHONE = "v3 takes 50 to 1000 ms of audio in a frame, a telephone line gives 20: check what is sent here"


class FrameSizes(Rule[cst.Call]):
    """Moves the size of a read into the range that v3 takes, and reports what it cannot see or change."""

    code = "V3M202"
    summary = "a frame holds 50 to 1000 ms of audio"
    source = v.ERRORS
    why = (
        "v3 ends a session (close code 3007) when a frame is shorter or longer; v2 took 100 to 2000 ms, and the 20 ms "
        "frames of a telephone line. How many bytes that is depends on the sample rate."
    )

    def visit(self, node: cst.Call, context: Context) -> Changes:
        program = context.program
        send = program.sends.get(node)
        if send is None:
            return
        if not any(session.legacy and send in session.audio for session in program.get(Sessions).found.values()):
            return
        found = sounds(program, program.values(send.data))
        if not found and program.get(Clock).is_telephone and _comes_from_outside(send.data, context):
            # v2 took 100 ms and more, except from a telephone line
            yield self.report(node, _MAYBE_TELEPHONE)
        yield from self._made_up(send, context)
        for sound in sorted(found, key=lambda item: context.code(item.site)):
            yield from self._sound(sound, send, context)

    def _made_up(self, send: Send, context: Context) -> Changes:
        """Report silence that keeps a session open, and is too short to be taken for audio."""
        clock = context.get(Clock)
        for node in (send.data, *_encoded(context.program, context.program.values(send.data))):
            count = _byte_count(node, context)
            if count and clock.rate and clock.width:
                lasts = count / clock.width / clock.rate * 1000
                if lasts < _SHORTEST:
                    yield self.report(
                        send.call,
                        f"{count} bytes of silence are {lasts:.2g} ms, v3 takes {_SHORTEST} to {_LONGEST} ms in a "
                        'frame: send {"type": "KeepAlive"} as text to keep the session open',
                    )

    def _sound(self, sound: Sound, send: Send, context: Context) -> Changes:
        if sound.unit in PACKETS:
            yield self.report(
                send.call,
                f"{sound.unit} frames of {PACKETS[sound.unit]} ms are too short for v3 ({_SHORTEST} to {_LONGEST} ms): "
                "gather a few before sending",
            )
            return
        length = context.get(Clock).length(sound)
        here = sound.site if context.module.owns(sound.site) else send.call
        if length is None:
            if sound.size is not None:
                yield self.report(
                    here, f"v3 takes {_SHORTEST} to {_LONGEST} ms of audio in a frame: check the size read here"
                )
            return
        shortest, longest = length.milliseconds
        if shortest >= _SHORTEST and longest <= _LONGEST:
            return
        literal = _literal(sound, context)
        if literal is None or not length.units or longest > _LONGEST or _paces(send, sound, context):
            yield self.report(here, _advice(sound, length))
            return
        message = f"{shortest:g} ms of audio in a frame, too short for v3: {_SHORTEST} ms"
        yield self.change(literal, message, replace_with(literal, str(length.units)))


def _encoded(program: Program, values: Iterable[Value]) -> Iterator[cst.BaseExpression]:
    """Yield what is encoded for a message of audio."""
    for value in values:
        match value:
            case Encoded(call=call) if call.args:
                yield call.args[0].value
            case Json(content=content):
                yield from _encoded(program, program.items(content).get(v.AUDIO_KEY, ()))
            case Obj():
                yield from _encoded(program, program.items(value).get(v.AUDIO_KEY, ()))


def _byte_count(node: cst.BaseExpression, context: Context) -> int | None:
    """Return how many bytes an expression makes up; None for bytes that come from somewhere."""
    match node:
        case cst.SimpleString():
            value = node.evaluated_value
            return len(value) if isinstance(value, bytes) and set(value) <= _SILENCE else None
        case cst.BinaryOperation(left=cst.SimpleString() as some, operator=cst.Multiply(), right=times):
            counts = context.get(Clock).numbers(times)
            each = _byte_count(some, context)
            return round(counts[0] * each) if each and len(counts) == 1 and counts[0] is not None else None
        case cst.Call(func=cst.Name("bytes" | "bytearray"), args=[cst.Arg(value=size)]) if context.program.values(size):
            counts = context.get(Clock).numbers(size)
            return round(counts[0]) if len(counts) == 1 and counts[0] is not None else None
        case _:
            return None


def _advice(sound: Sound, length: Length) -> str:
    shortest, longest = length.milliseconds
    found = f"{longest:g} ms" if shortest == longest or longest > _LONGEST else f"{shortest:g} ms"
    least = f": {length.units} {sound.unit} are {_SHORTEST} ms" if length.units else ""
    return f"reads {found} of audio, v3 takes {_SHORTEST} to {_LONGEST} ms in a frame{least}"


def _literal(sound: Sound, context: Context) -> cst.Integer | None:
    """Return the number in this module that a size is, if it is one number."""
    found = [value.node for value in context.program.values(sound.size) if isinstance(value, Const)]
    if len(found) == 1 and isinstance(found[0], cst.Integer) and context.module.owns(found[0]):
        return found[0]
    return None


def _paces(send: Send, sound: Sound, context: Context) -> bool:
    """Return whether the program waits between frames, for a time that would not fit another size."""
    # a device that calls back keeps a time of its own
    places = (send.call,) if _calls_back(sound) else (send.call, sound.site)
    functions = {context.get(Sessions).function(node) for node in places}
    for function in functions:
        home = context.program.module_of(function)
        for node in home.walk(function) if home is not None else ():
            if isinstance(node, cst.Call) and context.code(node.func).rsplit(".", 1)[-1] in ("sleep", "wait"):
                if node.args and not (isinstance(node.args[0].value, cst.Integer) and node.args[0].value.value == "0"):
                    return True
    return False


def _calls_back(sound: Sound) -> bool:
    """Return whether a stream was opened with a function that gets its blocks."""
    return isinstance(sound.site, cst.Call) and keyword(sound.site, "callback", "stream_callback") is not None


def _comes_from_outside(data: cst.BaseExpression, context: Context) -> bool:
    """Return whether what is sent reaches the program in pieces that something else has cut."""
    queue: list[cst.BaseExpression] = [data]
    seen: set[cst.CSTNode] = set()
    while queue:
        node = queue.pop()
        if node in seen:
            continue
        seen.add(node)
        match node:
            case cst.Name():
                defs = context.program.definitions(node)
                if any(item.kind in ("param", "for") for item in defs):
                    return True
                if any(item.kind == "augment" for item in defs):
                    return False
                queue += [item.value for item in defs if item.value is not None]
            case cst.Call():
                queue += [argument.value for argument in node.args[:1]]
                method = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
                if method in _TAKING:
                    return True
                if isinstance(node.func, cst.Attribute) and method in ("decode", "strip", "tobytes"):
                    queue.append(node.func.value)
            case cst.Dict():
                queue += [item.value for item in node.elements]
            case cst.Await():
                queue.append(node.expression)
    return False
