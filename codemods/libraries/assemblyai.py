"""The Python SDK: `aai.RealtimeTranscriber`, its callbacks, and subclasses of it."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from codemods.interpreter.calls import Calls, MethodModel, Model
from codemods.interpreter.heap import Arguments
from codemods.interpreter.values import NOTHING, External, Value, Values
from codemods.libraries.assemblyai_values import ErrorStatus, Event, EventKind, Transcriber

CLASS = "assemblyai.RealtimeTranscriber"
_HOMES = ("assemblyai", "assemblyai.transcriber")

CALLBACKS = {
    "on_data": EventKind.TRANSCRIPT,
    "on_open": EventKind.OPENED,
    "on_error": EventKind.ERROR,
    "on_extra_session_information": EventKind.INFORMATION,
    "on_close": None,
}
"""The callbacks of the constructor and what each is called with; `on_close` is called with nothing."""


def _register(run: Calls, transcriber: Transcriber, call: cst.Call, given: Arguments) -> None:
    for name, kind in CALLBACKS.items():
        arguments: list[Values] = [frozenset({Event(kind, transcriber)})] if kind is not None else []
        run.call_back(given.get(None, name), call, arguments)


def _construct(run: Calls, call: cst.Call, given: Arguments) -> Values:
    transcriber = Transcriber(call)
    _register(run, transcriber, call, given)
    return frozenset({transcriber})


def _construct_base(run: Calls, call: cst.Call, given: Arguments) -> Values:
    """`super().__init__(...)` in a subclass of the transcriber."""
    scope = run.scope.parent
    while scope is not None and not isinstance(scope.node, cst.ClassDef):
        scope = scope.parent
    if scope is not None and isinstance(scope.node, cst.ClassDef) and is_subclass(run, scope.node):
        _register(run, Transcriber(scope.node), call, given)
    return NOTHING


def is_subclass(run: Calls, node: cst.ClassDef) -> bool:
    """Return whether a class of the program inherits straight from the legacy transcriber."""
    return any(base in (f"{home}.RealtimeTranscriber" for home in _HOMES) for base in run.classes[node].external_bases)


MODELS: dict[str, Model] = {
    **{f"{home}.RealtimeTranscriber": _construct for home in _HOMES},
    **{f"{home}.RealtimeTranscriber.__init__": _construct_base for home in _HOMES},
    "builtins.super().__init__": _construct_base,
}


def _method(run: Calls, base: Value, name: str, call: cst.Call, given: Arguments) -> Values:
    return NOTHING


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
    return lambda param: Event(kind, Transcriber(param))


ANNOTATION_MODELS: dict[str, Callable[[cst.Param], Value]] = {
    **{f"{home}.RealtimeTranscriber": Transcriber for home in _HOMES},
    **{f"{home}.{name}": _event_of(kind) for home in (*_HOMES, "assemblyai.types") for name, kind in EVENTS.items()},
}
"""What a parameter gets that is annotated with a class, when nobody in the program fills it."""

METHOD_MODELS: dict[type[Value], MethodModel] = {Transcriber: _method, Event: _method}


def _transcriber_attribute(base: Value, name: str) -> Values:
    return frozenset({External(f"{CLASS}().{name}")})


def _event_attribute(base: Value, name: str) -> Values:
    assert isinstance(base, Event)
    if base.kind is EventKind.ERROR and name == "status_code":
        return frozenset({ErrorStatus(base.transcriber)})
    return NOTHING


ATTRIBUTE_MODELS: dict[type[Value], Callable[[Value, str], Values]] = {
    Transcriber: _transcriber_attribute,
    Event: _event_attribute,
}

__all__ = [
    "ANNOTATION_MODELS",
    "ATTRIBUTE_MODELS",
    "CALLBACKS",
    "CLASS",
    "EVENTS",
    "METHOD_MODELS",
    "MODELS",
    "is_subclass",
]
