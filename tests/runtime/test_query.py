"""The query of a v3 connection: what the service refuses, what it passes over, what it does not even notice."""

from __future__ import annotations

import json

import pytest

from runtime.parameters import DOCUMENTED_MODELS, LANGUAGES, PARAMETERS, Family, family_of
from runtime.replay.query import Parameters, parse_query
from runtime.replay.refusal import Refusal
from tests.runtime.sessions import V3

U3 = {"speech_model": "universal-3-6-pro", "sample_rate": "16000"}


def parsed(query: dict[str, str]) -> tuple[Parameters, list[str]]:
    return parse_query(list(query.items()))


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (V3 | {"speech_model": "nova"}, "speech_model must be one of"),
        (V3 | {"sample_rate": "fast"}, "sample_rate must be a whole number"),
        (V3 | {"sample_rate": "7000"}, "sample_rate must be between 8000 and 96000"),
        (V3 | {"sample_rate": "96001"}, "sample_rate must be between 8000 and 96000"),
        (V3 | {"sample_rate": "9" * 5000}, "sample_rate must be a whole number"),
        (V3 | {"encoding": "mp3"}, "encoding must be one of"),
        (V3 | {"format_turns": "yes"}, "format_turns must be true or false"),
        (V3 | {"keyterms_prompt": "aws,gcp"}, "keyterms_prompt must be a JSON array of strings"),
        (V3 | {"keyterms_prompt": json.dumps(["x"] * 101)}, "keyterms_prompt has 101 terms"),
        (V3 | {"end_of_turn_confidence_threshold": "1.5"}, "must be between 0 and 1"),
        (V3 | {"end_of_turn_confidence_threshold": "nan"}, "must be between 0 and 1"),
        (V3 | {"inactivity_timeout": "4"}, "must be between 5 and 3600"),
        (V3 | {"max_speakers": "11"}, "max_speakers must be between 1 and 10"),
        (V3 | {"voice_focus_threshold": "0.5"}, "voice_focus_threshold needs voice_focus"),
        (V3 | {"prompt": "Names."}, "prompt is not supported by universal-streaming-english"),
        (V3 | {"agent_context": "Hello."}, "agent_context is not supported by universal-streaming-english"),
        (V3 | {"mode": "balanced"}, "mode is not supported by universal-streaming-english"),
        (U3 | {"interruption_delay": "2000"}, "interruption_delay must be between 0 and 1000"),
        (U3 | {"prompt": "x" * 1751}, "prompt has 1751 characters"),
        (U3 | {"agent_context": "x" * 1751}, "agent_context has 1751 characters"),
        (U3 | {"language_codes": json.dumps(["en"] * 11)}, "language_codes has 11 terms"),
        (U3 | {"language_codes": "en,tlh"}, "language_codes must be one of af, ar,"),
        (U3 | {"language_codes": "en-US"}, "language_codes must be one of af, ar,"),
    ],
)
def test_what_the_service_does_not_take_is_refused(query: dict[str, str], reason: str) -> None:
    with pytest.raises(Refusal, match="Invalid parameter") as caught:
        parsed(query)
    assert caught.value.code == 3006
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ({"sample_rate": "16000"}, "speech_model is not given"),
        (V3 | {"word_boost": "[]"}, "word_boost is not a parameter of v3; the service ignores it"),
        (V3 | {"formatted_finals": "true"}, "formatted_finals is not a parameter of v3; the service ignores it"),
        (V3 | {"interruption_delay": "5"}, "interruption_delay is not supported by universal-streaming-english"),
        (U3 | {"format_turns": "true"}, "format_turns is not supported by universal-3-6-pro"),
        (U3 | {"end_of_turn_confidence_threshold": "1"}, "is not supported by universal-3-6-pro"),
        (V3 | {"keyterms_prompt": json.dumps(["x" * 60])}, "a term of 60 characters"),
        (V3 | {"min_turn_silence": "20"}, "min_turn_silence is 20; the service takes the nearest from 50 to 10000"),
        (U3 | {"language_codes": "en,multi"}, "language_codes has multi beside others"),
        (V3 | {"encoding": "opus"}, "only a decoder could tell"),
    ],
)
def test_what_the_service_passes_over_is_noted(query: dict[str, str], note: str) -> None:
    _, (noted,) = parsed(query)
    assert note in noted


def test_a_parameter_that_comes_twice_is_noted() -> None:
    _, notes = parse_query([*V3.items(), ("sample_rate", "8000")])
    assert notes == ["sample_rate is given twice"]


def test_what_a_careful_client_sends_needs_no_note() -> None:
    for model in DOCUMENTED_MODELS:
        family = family_of(model)
        query = {"speech_model": model, "sample_rate": "16000", "keyterms_prompt": '["AWS", "Zo\u00e9"]'}
        query |= {"format_turns": "True"} if family is Family.UNIVERSAL_STREAMING else {"mode": "balanced"}
        parameters, notes = parsed(query)
        assert notes == []
        assert parameters.format_turns
        assert parameters.values["keyterms_prompt"] == ["AWS", "Zo\u00e9"]


@pytest.mark.parametrize("written", ['["es", "en"]', "es,en", "es, en"])
def test_lists_of_names_have_two_forms(written: str) -> None:
    assert parsed(U3 | {"language_codes": written})[0].values["language_codes"] == ["es", "en"]
    assert parsed(U3 | {"redact_pii_policies": written})[0].values["redact_pii_policies"] == ["es", "en"]


def test_there_are_33_values_of_a_language_and_each_can_stand_alone() -> None:
    assert len(LANGUAGES) == 33
    for language in LANGUAGES:
        parameters, notes = parsed(U3 | {"language_codes": language})
        assert (parameters.values["language_codes"], notes) == ([language], [])


def test_a_session_without_a_model_gets_the_services_choice() -> None:
    parameters, _ = parsed({})
    assert parameters.family is Family.U3
    assert parameters.format_turns


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_every_parameter_says_since_when_and_for_whom(name: str) -> None:
    parameter = PARAMETERS[name]
    year, month = map(int, parameter.since.split("-"))
    assert (2025, 5) <= (year, month) <= (2026, 11)
    assert parameter.instead is None or parameter.instead in PARAMETERS
    assert parameter.needs is None or parameter.needs in PARAMETERS
    assert parameter.families or not parameter.refused
