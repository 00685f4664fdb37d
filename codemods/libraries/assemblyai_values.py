"""Values of the Python SDK's legacy real-time API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import libcst as cst

from codemods.interpreter.values import External, Plain, Value, Values

if TYPE_CHECKING:
    from codemods.interpreter.fixpoint import Interpreter

CLASS = "assemblyai.RealtimeTranscriber"


@dataclass(frozen=True, slots=True)
class Transcriber(Plain):
    """An `aai.RealtimeTranscriber`, made by one call, or any instance of one subclass, or whatever a parameter gets."""

    site: cst.Call | cst.ClassDef | cst.Param

    def attribute(self, run: Interpreter, name: str) -> Values:
        return run.heap.read(self, f".{name}") | {External(f"{CLASS}().{name}")}


class EventKind(str, Enum):
    """What the SDK hands to a callback."""

    TRANSCRIPT = "transcript"
    OPENED = "session opened"
    INFORMATION = "session information"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class SdkEvent(Plain):
    """The one argument of a callback."""

    kind: EventKind
    transcriber: Transcriber

    def attribute(self, run: Interpreter, name: str) -> Values:
        known = run.heap.read(self, f".{name}")
        if self.kind is EventKind.ERROR and name == "status_code":
            return known | {ErrorStatus(self.transcriber)}
        return known


@dataclass(frozen=True, slots=True)
class ErrorStatus(Plain):
    """The close code in an SDK error (`.status_code`)."""

    transcriber: Transcriber


def transcribers(values: Iterable[Value]) -> Iterator[Transcriber]:
    """Yield the transcriber of each value that is one, or that one delivers."""
    for value in values:
        match value:
            case Transcriber():
                yield value
            case SdkEvent() | ErrorStatus():
                yield value.transcriber
