"""What a v3 client asks for, in the query of its URL and in `UpdateConfiguration`, judged as the service judges it.

A value out of bounds, and some parameters on models that do not know them, end the session (3006). An unknown or
misspelled name, and most parameters without effect, are taken in silence: here they give a note.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from runtime.close_codes import V3Close
from runtime.parameters import DEFAULT_MODEL, MULTILINGUAL, PARAMETERS, Family, family_of
from runtime.recording import SAMPLE_WIDTH, JsonObject
from runtime.replay.refusal import Refusal

__all__ = ["LONGEST_TERM", "Parameters", "check_setting", "parse_query"]

LONGEST_TERM = 50
"""Characters of a key term; the service ignores longer ones (https://www.assemblyai.com/docs/streaming/keyterms-prompting,
read 2026-11-29)."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """A session's parameters, by name, as they were read; what was not given is not there."""

    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def model(self) -> str:
        """The model, the service's choice included."""
        return str(self.values.get("speech_model", DEFAULT_MODEL))

    @property
    def family(self) -> Family:
        """Whose behaviour the session has."""
        return family_of(self.model)

    @property
    def encoding(self) -> str:
        """The encoding of the audio."""
        return str(self.values.get("encoding", "pcm_s16le"))

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        rate = self.values.get("sample_rate", 16000)
        return rate if isinstance(rate, int) else 16000

    @property
    def bytes_per_millisecond(self) -> float | None:
        """How many bytes of audio last one millisecond; None where only a decoder could tell."""
        width = SAMPLE_WIDTH.get(self.encoding)
        return None if width is None else self.sample_rate * width / 1000

    @property
    def inactivity_timeout(self) -> float | None:
        """Seconds without any message of the client after which the session ends; None: never."""
        seconds = self.values.get("inactivity_timeout")
        return seconds if isinstance(seconds, float) else None

    @property
    def format_turns(self) -> bool:
        """Whether ends of turns are formatted, which the U3 models always do."""
        return self.has("format_turns") or self.family is Family.U3

    @property
    def partials(self) -> bool:
        """Whether growing turns are reported; redaction needs whole turns and switches them off."""
        return self.values.get("include_partial_turns") is not False and not self.has("redact_pii")

    def has(self, name: str) -> bool:
        """Return whether a flag was set."""
        return self.values.get(name) is True

    def configuration(self, api_version: str) -> JsonObject:
        """Return the session's configuration as `Begin` tells it."""
        mode = self.values.get("mode", "balanced" if self.family is Family.U3 else None)
        return {
            "model": self.model,
            "mode": mode,
            "api_version": api_version,
            "speaker_labels": self.has("speaker_labels"),
            "redact_pii": self.has("redact_pii"),
            "filter_profanity": self.has("filter_profanity"),
            "domain": self.values.get("domain"),
            "voice_focus": self.values.get("voice_focus"),
        }


def parse_query(pairs: Sequence[tuple[str, str]]) -> tuple[Parameters, list[str]]:
    """Return what a connection's query asks for, and notes on what the service passes over.

    Raises:
        Refusal: (3006) what the service does not take.
    """
    values: dict[str, object] = {}
    notes: list[str] = []
    for name, text in pairs:
        parameter = PARAMETERS.get(name)
        if parameter is None:
            notes.append(f"{name} is not a parameter of v3; the service ignores it")
            continue
        if name in values:
            notes.append(f"{name} is given twice")
        try:
            values[name] = parameter.parse(text)
        except ValueError as error:
            raise _invalid(f"{name} {error}") from None
    parameters = Parameters(values)
    if "speech_model" not in values:
        notes.append(
            f"speech_model is not given: the service chooses, at present {DEFAULT_MODEL}; its choice has changed"
            " before, and models differ in price and in what they send"
        )
    for name in values:
        if (problem := _misplaced(name, parameters)) is not None:
            if PARAMETERS[name].refused:
                raise _invalid(problem)
            notes.append(problem)
        if (needs := PARAMETERS[name].needs) is not None and needs not in values:
            raise _invalid(f"{name} needs {needs}")
    if parameters.bytes_per_millisecond is None:
        notes.append(f"only a decoder could tell how long {parameters.encoding} lasts: this replay goes by the clock")
    for name, value in values.items():
        notes += _unused(name, value)
    return parameters, notes


def _misplaced(name: str, parameters: Parameters) -> str | None:
    if PARAMETERS[name].has_effect(parameters.family):
        return None
    return f"{name} is not supported by {parameters.model}"


def _unused(name: str, value: object) -> Iterator[str]:
    """Yield what of a value the service does not use."""
    clamped = PARAMETERS[name].clamped
    if clamped is not None and isinstance(value, int) and not clamped[0] <= value <= clamped[1]:
        yield f"{name} is {value}; the service takes the nearest from {clamped[0]:g} to {clamped[1]:g}"
    if not isinstance(value, list):
        return
    if name == "keyterms_prompt":
        for term in value:
            if len(term) > LONGEST_TERM:
                yield f"{name} has a term of {len(term)} characters; the service ignores those over {LONGEST_TERM}"
    if name == "language_codes" and MULTILINGUAL in value and len(value) > 1:
        yield f"{name} has {MULTILINGUAL} beside others; it stands for no choice, and clients send it alone"


def check_setting(name: str, value: object, parameters: Parameters) -> Iterator[str]:
    """Yield notes on one field of `UpdateConfiguration`.

    Raises:
        Refusal: (3006) what the service does not take.
    """
    parameter = PARAMETERS.get(name)
    if parameter is None or not parameter.live:
        yield f"{name} cannot be set during a session; the service ignores it"
        return
    # The query carries text; a JSON message carries the same values typed.
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        parsed = parameter.parse(text)
    except ValueError as error:
        raise Refusal(V3Close.INVALID, f"Invalid Message: {name} {error}") from None
    if (problem := _misplaced(name, parameters)) is not None:
        if parameter.refused:
            raise Refusal(V3Close.INVALID, f"Invalid Message: {problem}")
        yield problem
    yield from _unused(name, parsed)


def _invalid(problem: str) -> Refusal:
    return Refusal(V3Close.INVALID, f"Invalid parameter: {problem}")
