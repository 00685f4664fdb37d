"""Parsing is tolerant of everything but text that is not a JSON object; dumping is its inverse."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.client.messages import _PARSERS as V3_MESSAGES
from runtime.client.messages import (
    FORCE_ENDPOINT,
    KEEP_ALIVE,
    TERMINATE,
    Begin,
    Configuration,
    ErrorMessage,
    Heartbeat,
    Json,
    LLMGatewayResponse,
    Message,
    MessageError,
    Revision,
    Silence,
    SpeakerRevision,
    SpeechStarted,
    Termination,
    Turn,
    Unknown,
    WarningMessage,
    Word,
    dump,
    parse,
    update_configuration,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
TEXT = st.text()
TIME = st.integers(0, 10**8)
SHARE = st.floats(0, 1)
EXTRA = st.none() | st.dictionaries(st.text(min_size=1).map(lambda name: f"x_{name}"), JSON, min_size=1, max_size=2)
WORDS = st.builds(Word, TEXT, TIME, TIME, SHARE, st.booleans(), st.none() | TEXT, st.none() | SHARE, EXTRA)
FLAG, WORDING = st.none() | st.booleans(), st.none() | TEXT
CONFIGURATIONS = st.builds(Configuration, WORDING, WORDING, WORDING, FLAG, FLAG, FLAG, WORDING, WORDING, EXTRA)
MESSAGES = st.one_of(
    st.builds(Begin, TEXT, TIME, st.none() | CONFIGURATIONS, EXTRA),
    st.builds(
        Turn,
        TIME,
        TEXT,
        st.booleans(),
        st.booleans(),
        SHARE,
        st.lists(WORDS, max_size=3),
        TEXT,
        st.none() | TEXT,
        st.none() | SHARE,
        st.none() | TEXT,
        st.none() | SHARE,
        EXTRA,
    ),
    st.builds(Heartbeat, TIME, TIME, SHARE, SHARE, EXTRA),
    st.builds(Silence, TIME, TIME, EXTRA),
    st.builds(
        SpeakerRevision,
        st.lists(st.builds(Revision, TIME, st.none() | TEXT, st.lists(WORDS, max_size=2), EXTRA), max_size=2),
        EXTRA,
    ),
    st.builds(LLMGatewayResponse, TIME, TEXT, JSON, EXTRA),
    st.builds(SpeechStarted, TIME, st.none() | SHARE, EXTRA),
    st.builds(Termination, TIME, TIME, EXTRA),
    st.builds(ErrorMessage, TEXT, st.none() | TIME, EXTRA),
    st.builds(WarningMessage, TEXT, st.none() | TIME, EXTRA),
    st.builds(Unknown, st.sampled_from(["Novelty", "Rumour"]), st.dictionaries(TEXT, JSON, max_size=3)).filter(
        lambda message: "type" not in message.fields
    ),
)


@given(MESSAGES)
def test_what_is_dumped_parses_to_the_same(message: Message) -> None:
    assert parse(dump(message)) == message


FIELDS = st.sampled_from(
    ["id", "expires_at", "turn_order", "transcript", "end_of_turn", "words", "timestamp", "error", "error_code", "new"]
)
TYPES = st.sampled_from(sorted(V3_MESSAGES))


@given(TYPES, st.dictionaries(FIELDS, JSON))
def test_fields_of_any_shape_never_fail(kind: str, fields: dict[str, Json]) -> None:
    message = parse(json.dumps({"type": kind, **fields}))
    assert not isinstance(message, Unknown)


@given(JSON)
def test_any_json_is_a_message_or_a_message_error(value: Json) -> None:
    try:
        message = parse(json.dumps(value))
    except MessageError:
        assert not isinstance(value, dict)
    else:
        assert isinstance(value, dict)
        assert isinstance(message, Unknown | ErrorMessage) or value.get("type")


@given(st.binary() | st.text())
def test_any_frame_is_a_message_or_a_message_error(frame: str | bytes) -> None:
    try:
        parse(frame)
    except MessageError as error:
        assert "JSON" in str(error)


@pytest.mark.parametrize(
    "frame", ["", "{", "[1]", "null", '"Turn"', b"\xff\xfe", '{"type": "Turn", "transc', "[" * 100_000]
)
def test_what_is_not_a_json_object_is_an_error(frame: str | bytes) -> None:
    with pytest.raises(MessageError):
        parse(frame)


def test_a_turn_as_the_vendor_documents_it() -> None:
    message = parse(
        json.dumps(
            {
                "type": "Turn",
                "turn_order": 1,
                "turn_is_formatted": False,
                "end_of_turn": False,
                "transcript": "good",
                "end_of_turn_confidence": 0.25,
                "words": [
                    {"start": 250, "end": 537, "text": "good", "confidence": 0.9, "word_is_final": True},
                    {
                        "start": 608,
                        "end": 1110,
                        "text": "morning",
                        "confidence": 1,
                        "word_is_final": False,
                        "speaker": "A",
                    },
                ],
                "utterance": "",
                "invented_later": [1],
            }
        )
    )
    assert isinstance(message, Turn)
    assert message.text == "good morning"
    assert message.words[0] == Word("good", 250, 537, 0.9, True)
    assert message.words[1].speaker == "A"
    assert message.extra == {"invented_later": [1]}
    assert message.language_code is None


def test_the_text_of_an_ended_turn_is_its_transcript() -> None:
    words = [Word("ten"), Word("percent")]
    assert Turn(0, "10%", True, True, words=words).text == "10%"
    assert Turn(0, "ten", False, False, words=words).text == "ten percent"
    assert Turn(0, "ten").text == "ten"


def test_an_unknown_type_is_kept_whole() -> None:
    assert parse('{"type": "Novelty", "n": 1}') == Unknown("Novelty", {"n": 1})
    assert parse('{"n": 1}') == Unknown("", {"n": 1})
    assert parse('{"type": 7, "n": 1}') == Unknown("", {"n": 1})


def test_an_error_without_a_type_is_an_error() -> None:
    assert parse('{"error": "Model deprecated"}') == ErrorMessage("Model deprecated")


def test_client_messages() -> None:
    assert [json.loads(text) for text in (TERMINATE, FORCE_ENDPOINT, KEEP_ALIVE)] == [
        {"type": "Terminate"},
        {"type": "ForceEndpoint"},
        {"type": "KeepAlive"},
    ]
    assert json.loads(update_configuration({"max_turn_silence": 700, "keyterms_prompt": []})) == {
        "type": "UpdateConfiguration",
        "max_turn_silence": 700,
        "keyterms_prompt": [],
    }
