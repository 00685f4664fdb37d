"""Sessions fed with frames that are too short for v3: their client gathers some before it sends them."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import libcst as cst

from codemods.facts.durations import Clock, sounds
from codemods.facts.program import Program
from codemods.interpreter.values import Const, Str, Value
from codemods.libraries.values import Message
from codemods.rewrites.sdk.names import Names
from codemods.rewrites.sdk.sessions import SdkSession

SHORTEST = 50
"""Milliseconds of audio that v3 takes at least in one frame."""

_TELEPHONE = 8000  # Hz


@dataclass(frozen=True, slots=True)
class Buffer:
    """How a client gathers frames.

    Attributes:
        chunk: bytes of 100 ms of audio, as source.
        silence: the byte that fills up what is left at the end, as source.
    """

    chunk: str
    silence: str


def buffer(program: Program, session: SdkSession, rate: cst.BaseExpression | None) -> Buffer | None:
    """Return how the client of a session has to gather frames; None where they are long enough, or out of sight."""
    mulaw = _is_mulaw(program, session)
    shortest = _shortest(program, session, rate, 1 if mulaw else 2)
    if shortest is None or shortest >= SHORTEST:
        # mu-law is what telephone lines speak, 20 ms at a time
        if not mulaw or shortest is not None:
            return None
    code = session.module.code(rate) if rate is not None else "44_100"
    digits = code.replace("_", "")
    if digits.isdigit():
        chunk = str(int(digits) // 10 * (1 if mulaw else 2))
    else:
        tenth = f"{code} // 10" if isinstance(rate, cst.Name | cst.Attribute) else f"({code}) // 10"
        chunk = tenth if mulaw else f"{tenth} * 2"
    return Buffer(chunk, 'b"\\xff"' if mulaw else 'b"\\0"')


def may_be_telephone(program: Program, session: SdkSession) -> bool:
    """Return whether a session whose frames are not gathered may be a telephone line's after all.

    v2 took no less than 100 ms in a frame, but for telephone lines: 8 kHz, in frames that somebody else has cut.
    """
    encoding = session.value("encoding")
    if encoding is not None and "mulaw" in session.module.code(encoding) and not _is_mulaw(program, session):
        return True
    rates = [value.value for value in program.values(session.value("sample_rate")) if isinstance(value, Const)]
    if rates != [_TELEPHONE] or _is_mulaw(program, session):
        return False
    given = [use.call.args[0].value for use in session.named("stream") if use.call is not None and use.call.args]
    return any(isinstance(node, cst.Name) and not program.values(node) - _guesses(program, node) for node in given)


def _guesses(program: Program, node: cst.BaseExpression) -> frozenset[Value]:
    """Return what was only assumed of a parameter that nobody fills."""
    return frozenset(value for value in program.values(node) if isinstance(value, Message))


def _is_mulaw(program: Program, session: SdkSession) -> bool:
    node = session.value("encoding")
    if node is None:
        return False
    if Names.of(program, session.module).dotted(node) == "assemblyai.AudioEncoding.pcm_mulaw":
        return True
    return {value.literal for value in program.values(node) if isinstance(value, Str)} == {"pcm_mulaw"}


def _shortest(program: Program, session: SdkSession, rate: cst.BaseExpression | None, width: int) -> float | None:
    """Return how long the shortest frame is that the session is fed with, in milliseconds; None when out of sight."""
    clock = copy(program.get(Clock))
    numbers = [value.value for value in program.values(rate) if isinstance(value, Const)]
    clock.rate = numbers[0] if len(numbers) == 1 and isinstance(numbers[0], int) else clock.rate
    clock.width = width
    found: list[float] = []
    for use in session.named("stream"):
        if use.call is None or not use.call.args:
            return None
        pieces = sounds(program, program.values(use.call.args[0].value))
        for sound in pieces:
            length = clock.length(sound)
            if length is not None:
                found.append(length.milliseconds[0])
            else:
                return None
        if not pieces:
            return None
    return min(found, default=None)
