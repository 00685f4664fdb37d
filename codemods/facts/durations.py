"""How long a piece of sound lasts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import add, floordiv, mul, sub, truediv

import libcst as cst

from codemods import protocol as v
from codemods.facts import query
from codemods.facts.program import Program
from codemods.interpreter.values import Const, Encoded, Json, Obj, Value
from codemods.libraries.values import PACKETS, Sound

_RATES = ("rate", "samplerate", "sample_rate")
_WIDTHS = {"pcm_s16le": 2, "pcm_mulaw": 1}


@dataclass(frozen=True, slots=True)
class Length:
    """How long one piece of sound lasts.

    Attributes:
        milliseconds: the shortest and the longest that it can be.
        units: how many frames, or bytes, 50 milliseconds are.
    """

    milliseconds: tuple[float, float]
    units: int


def sounds(program: Program, values: Iterable[Value]) -> set[Sound]:
    """Return the pieces of sound among `values`, seen through base64 and JSON."""
    found: set[Sound] = set()
    for value in values:
        match value:
            case Sound():
                found.add(value)
            case Encoded(call=cst.Call(args=[cst.Arg(value=held), *_])):
                found |= sounds(program, program.values(held))
            case Json(content=content):
                found |= sounds(program, [content])
            case Obj():
                found |= sounds(program, program.items(value).get(v.AUDIO_KEY, ()))
    return found


class Clock:
    """Turns counts of frames or bytes into time, at the sample rate of the program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._given = [node.value for node, _ in program.find(cst.Arg) if node.keyword and node.keyword.value in _RATES]
        self._spelled = {_code(node) for node in self._given}
        """What a program calls the sample rate where it opens a device."""
        self.rate = self._rate()
        encodings = self._parameter("encoding")
        self.width = _WIDTHS.get(encodings[0]) if len(encodings) == 1 else (2 if not encodings else None)

    @property
    def is_telephone(self) -> bool:
        """Whether the sound is mu-law, as it comes from a telephone line."""
        return self.width == 1

    def length(self, sound: Sound) -> Length | None:
        """Return how long a piece of sound lasts; None when its size or the sample rate is out of sight."""
        if sound.unit in PACKETS:
            return Length((PACKETS[sound.unit], PACKETS[sound.unit]), 0)
        if sound.size is None or (sound.unit == "bytes" and self.width is None):
            return None
        if sound.unit == "milliseconds":
            given = [number for number in self.numbers(sound.size) if number is not None]
            return Length((min(given), max(given)), 50) if given else None
        width = self.width if sound.unit == "bytes" and self.width is not None else 1
        # a size worked out from the sample rate gives the same time at every rate
        found: set[float] = set()
        for rate in (self.rate,) if self.rate is not None else (8000, 44100):
            numbers = self._numbers(sound.size, rate)
            if not numbers or None in numbers:
                return None
            found |= {round(number / width / rate * 1000, 1) for number in numbers if number is not None}
        if self.rate is None and len(found) != 1:
            return None
        return Length((min(found), max(found)), math.ceil((self.rate or 0) * 0.05) * width)

    def numbers(self, node: cst.BaseExpression) -> list[float | None]:
        """Return the numbers that an expression can be, whatever the rate; None among them for what is out of sight."""
        found = [self._numbers(node, rate) for rate in (self.rate,) if rate is not None] or [
            self._numbers(node, rate) for rate in (8000, 44100)
        ]
        return found[0] if all(numbers == found[0] for numbers in found) else [None]

    def _rate(self) -> int | None:
        found = {int(text) for text in self._parameter("sample_rate") if text.isdecimal()}
        if not found:
            known = (value for node in self._given for value in self.program.values(node) if isinstance(value, Const))
            found = {item.value for item in known if isinstance(item.value, int) and item.value > 1000}
        return found.pop() if len(found) == 1 else None

    def _parameter(self, name: str) -> list[str]:
        """Return the values that a parameter of the socket can have; `?` for one that is out of sight."""
        found: list[str] = []
        for parameter in query.parameters(self.program):
            if parameter.name == name:
                found += query.constants(self.program, parameter) or ["?"]
        return sorted(set(found))

    def _numbers(self, node: cst.BaseExpression, rate: int, depth: int = 0) -> list[float | None]:
        """Return the numbers that an expression can be; None among them for what is out of sight."""
        if depth > 8:
            return [None]
        if isinstance(node, cst.Float):
            return [node.evaluated_value]
        values = self.program.values(node)
        known = [value.value for value in values if isinstance(value, Const)]
        if known and len(known) == len(values):
            return [value if isinstance(value, int | float) else None for value in known]
        if isinstance(node, cst.Name | cst.Attribute) and _code(node) in self._spelled:
            return [rate]

        def numbers(part: cst.BaseExpression | None) -> list[float | None]:
            return self._numbers(part, rate, depth + 1) if part is not None else [None]

        match node:
            case cst.Name():
                return [each for item in self.program.definitions(node) for each in numbers(item.value)] or [None]
            case cst.BinaryOperation(left=left, operator=operator, right=right):
                return [_result(operator, one, other) for one in numbers(left) for other in numbers(right)]
            case cst.Call(func=func, args=arguments):
                names = self.program.names(func)
                if names & {"builtins.int", "builtins.round", "math.ceil", "math.floor"} and len(arguments) == 1:
                    return [None if number is None else int(number) for number in numbers(arguments[0].value)]
                if any(name.endswith(".getframerate") for name in names):
                    return [rate]
        return [None]


_OPERATORS: dict[type[cst.BaseBinaryOp], Callable[[float, float], float]] = {
    cst.Multiply: mul,
    cst.Add: add,
    cst.Subtract: sub,
    cst.Divide: truediv,
    cst.FloorDivide: floordiv,
}


def _result(operator: cst.BaseBinaryOp, left: float | None, right: float | None) -> float | None:
    calculate = _OPERATORS.get(type(operator))
    if calculate is None or left is None or right is None:
        return None
    return calculate(left, right) if right or calculate in (mul, add, sub) else None


def _code(node: cst.CSTNode) -> str:
    return cst.Module(()).code_for_node(node)
