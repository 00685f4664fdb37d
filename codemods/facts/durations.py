"""How long a piece of sound lasts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import libcst as cst

from codemods import protocol as v
from codemods.facts import query
from codemods.facts.program import Program
from codemods.interpreter.values import Const, Encoded, External, Json, Obj, Value
from codemods.libraries.values import Sound

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
        if isinstance(value, Sound):
            found.add(value)
        elif isinstance(value, Encoded) and value.call.args:
            found |= sounds(program, program.values(value.call.args[0].value))
        elif isinstance(value, Json):
            found |= sounds(program, [value.content])
        elif isinstance(value, Obj):
            found |= sounds(program, program.items(value).get(v.AUDIO_KEY, ()))
    return found


class Clock:
    """Turns counts of frames or bytes into time, at the sample rate of the program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.rate = self._rate()
        encodings = self._parameter("encoding")
        self.width = _WIDTHS.get(encodings[0]) if len(encodings) == 1 else (2 if not encodings else None)

    @property
    def is_telephone(self) -> bool:
        """Whether the sound is mu-law, as it comes from a telephone line."""
        return self.width == 1

    @staticmethod
    def of(program: Program) -> Clock:
        """Return the clock of a program, worked out once."""
        return program.get(Clock)

    def length(self, sound: Sound) -> Length | None:
        """Return how long a piece of sound lasts; None when its size or the sample rate is out of sight."""
        if sound.size is None or (sound.unit == "bytes" and self.width is None):
            return None
        width = self.width if sound.unit == "bytes" and self.width is not None else 1
        # a size worked out from the sample rate gives the same time at every rate
        found: set[float] = set()
        for rate in (self.rate,) if self.rate is not None else (8000, 44100):
            numbers = self._numbers(sound.size, rate, 0)
            if not numbers or None in numbers:
                return None
            found |= {round(number / width / rate * 1000, 1) for number in numbers if number is not None}
        if self.rate is None and len(found) != 1:
            return None
        return Length((min(found), max(found)), math.ceil((self.rate or 0) * 0.05) * width)

    def _rate(self) -> int | None:
        found = {int(text) for text in self._parameter("sample_rate") if text.isdecimal()}
        if not found:
            for path in self.program.targets:
                for node in self.program.modules[path].find(cst.Arg):
                    if node.keyword is not None and node.keyword.value in _RATES:
                        found |= {
                            value.value
                            for value in self.program.values(node.value)
                            if isinstance(value, Const) and isinstance(value.value, int) and value.value > 1000
                        }
        return found.pop() if len(found) == 1 else None

    def _parameter(self, name: str) -> list[str]:
        """Return the values that a parameter of the socket can have; `?` for one that is out of sight."""
        found: list[str] = []
        for parameter in query.parameters(self.program):
            if parameter.name == name:
                found += query.constants(self.program, parameter) or ["?"]
        return sorted(set(found))

    def _numbers(self, node: cst.BaseExpression, rate: int, depth: int) -> list[float | None]:
        """Return the numbers that an expression can be; None among them for what is out of sight."""
        if depth > 8:
            return [None]
        if isinstance(node, cst.Float):
            return [node.evaluated_value]
        values = self.program.values(node)
        known = [value.value for value in values if isinstance(value, Const)]
        if known and len(known) == len(values):
            return [value if isinstance(value, int | float) else None for value in known]
        if isinstance(node, cst.Name):
            defs = self.program.definitions(node)
            found = [
                number
                for item in defs
                for number in (self._numbers(item.value, rate, depth + 1) if item.value is not None else [None])
            ]
            return found or [None]
        if isinstance(node, cst.BinaryOperation):
            return [
                _result(node.operator, left, right)
                for left in self._numbers(node.left, rate, depth + 1)
                for right in self._numbers(node.right, rate, depth + 1)
            ]
        if isinstance(node, cst.Call):
            names = {value.name for value in self.program.values(node.func) if isinstance(value, External)}
            if names & {"builtins.int", "builtins.round", "math.ceil", "math.floor"} and len(node.args) == 1:
                numbers = self._numbers(node.args[0].value, rate, depth + 1)
                return [None if number is None else int(number) for number in numbers]
            if any(name.endswith(".getframerate") for name in names):
                return [rate]
        return [None]


def _result(operator: cst.BaseBinaryOp, left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    if isinstance(operator, cst.Multiply):
        return left * right
    if isinstance(operator, cst.Add):
        return left + right
    if isinstance(operator, cst.Subtract):
        return left - right
    if isinstance(operator, cst.Divide) and right:
        return left / right
    if isinstance(operator, cst.FloorDivide) and right:
        return left // right
    return None
