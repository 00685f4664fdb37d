"""The Python SDK: `aai.RealtimeTranscriber`, its callbacks, and subclasses of it."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.classes import ClassFacts
from codemods.interpreter.fixpoint import Interpreter
from codemods.interpreter.library import Library, Model
from codemods.interpreter.values import NOTHING, Value, Values
from codemods.libraries.assemblyai_values import CLASS, EventKind, SdkEvent, Transcriber

_HOMES = ("assemblyai", "assemblyai.transcriber")

CALLBACKS = {
    "on_data": EventKind.TRANSCRIPT,
    "on_open": EventKind.OPENED,
    "on_error": EventKind.ERROR,
    "on_extra_session_information": EventKind.INFORMATION,
    "on_close": None,
}
"""The callbacks of the constructor and what each is called with; `on_close` is called with nothing."""


def _register(run: Interpreter, transcriber: Transcriber, call: cst.Call, given: Arguments) -> None:
    for name, kind in CALLBACKS.items():
        arguments: list[Values] = [frozenset({SdkEvent(kind, transcriber)})] if kind is not None else []
        run.calls.back(given.get(None, name), call, arguments)


def _construct(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    transcriber = Transcriber(call)
    _register(run, transcriber, call, given)
    return frozenset({transcriber})


def _construct_base(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    """`super().__init__(...)` in a subclass of the transcriber."""
    owner = run.classes.around(run.scope)
    if owner is not None and is_subclass(run.classes.facts[owner]):
        _register(run, Transcriber(owner), call, given)
    return NOTHING


def is_subclass(facts: ClassFacts) -> bool:
    """Return whether a class of the program inherits straight from the legacy transcriber."""
    return any(base in (f"{home}.RealtimeTranscriber" for home in _HOMES) for base in facts.external_bases)


_MODELS: dict[str, Model] = {
    **{f"{home}.RealtimeTranscriber": _construct for home in _HOMES},
    **{f"{home}.RealtimeTranscriber.__init__": _construct_base for home in _HOMES},
}


EVENTS = {
    "RealtimeTranscript": EventKind.TRANSCRIPT,
    "RealtimePartialTranscript": EventKind.TRANSCRIPT,
    "RealtimeFinalTranscript": EventKind.TRANSCRIPT,
    "RealtimeSessionOpened": EventKind.OPENED,
    "RealtimeSessionInformation": EventKind.INFORMATION,
    "RealtimeError": EventKind.ERROR,
}
"""The classes of what callbacks are called with."""


def _event_of(kind: EventKind) -> Callable[[cst.Param], Value]:
    return lambda param: SdkEvent(kind, Transcriber(param))


_ANNOTATIONS: dict[str, Callable[[cst.Param], Value]] = {
    **{f"{home}.RealtimeTranscriber": Transcriber for home in _HOMES},
    **{f"{home}.{name}": _event_of(kind) for home in (*_HOMES, "assemblyai.types") for name, kind in EVENTS.items()},
}
"""What a parameter gets that is annotated with a class, when nobody in the program fills it."""

EXPORTS = {
    "assemblyai": frozenset({*EVENTS, "RealtimeTranscriber", "RealtimeWord", "AudioEncoding", "settings"}),
    "assemblyai.extras": frozenset(
        {"MicrophoneStream", "stream_file", "file_from_stream", "AssemblyAIExtrasNotInstalledError"}
    ),
}
"""What `from ... import *` brings of the legacy API; `assemblyai.extras` was removed in 1.0.0."""

LIBRARY = Library(functions=_MODELS, annotations=_ANNOTATIONS, exports=EXPORTS)

__all__ = ["CALLBACKS", "CLASS", "EVENTS", "EXPORTS", "LIBRARY", "is_subclass"]
