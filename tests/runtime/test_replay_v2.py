"""The v2 dialect, derived from the same recordings."""

from __future__ import annotations

import base64
import json
from datetime import datetime

import pytest

from runtime.recording import JsonObject
from runtime.replay.legacy_script import v2_script
from runtime.replay.records import SessionRecord
from runtime.replay.refusal import Refusal
from runtime.replay.session import Action, End, Limits, Say
from runtime.replay.v2 import LegacyParameters, V2Session, parse_legacy_query
from tests.runtime.sessions import FINALS, recording

BYTES = 32


class Played:
    """A v2 session under a clock of ours."""

    def __init__(self, name: str = "dictation-f1", **parameters: bool) -> None:
        query = LegacyParameters(16000, **parameters)
        record = SessionRecord(1, "v2", "", "/v2/realtime/ws", {}, [])
        self.session = V2Session(v2_script(recording(name), query.partials), record, Limits(), 0.0, query)
        self.now = 0.0

    def audio(self, milliseconds: int, *, encoded: bool = False) -> list[Action]:
        self.now += milliseconds / 1000
        audio = b"\x00" * (milliseconds * BYTES)
        if encoded:
            return self.text({"audio_data": base64.b64encode(audio).decode()})
        return self.session.receive(audio, self.now)

    def text(self, message: object) -> list[Action]:
        return self.session.receive(message if isinstance(message, str) else json.dumps(message), self.now)

    def whole(self, *, encoded: bool = False) -> list[JsonObject]:
        """Play everything and end; return what was said."""
        actions = self.session.start()
        for _ in range(0, self.session.script.audio_milliseconds, 100):
            actions += self.audio(100, encoded=encoded)
        actions += self.text({"terminate_session": True})
        assert actions[-1] == End(1000)
        return [json.loads(action.text) for action in actions if isinstance(action, Say)]


def refused(actions: list[Action]) -> tuple[int, str]:
    """Return code and reason of a refusal; the message before the close has to say the same, and has no type."""
    said, end = actions
    assert isinstance(said, Say)
    assert isinstance(end, End)
    assert json.loads(said.text) == {"error": end.reason}
    return end.code, end.reason


def of_type(messages: list[JsonObject], kind: str) -> list[JsonObject]:
    return [message for message in messages if message.get("message_type") == kind]


@pytest.mark.parametrize("name", ["dictation-f1", "dictation-f2", "dictation-f3"])
def test_there_is_exactly_one_final_a_turn(name: str) -> None:
    ends = of_type(Played(name).whole(), "FinalTranscript")
    assert [end["text"] for end in ends] == FINALS
    assert all(end["punctuated"] and end["text_formatted"] for end in ends)


@pytest.mark.parametrize("encoded", [False, True], ids=["binary", "base64"])
def test_audio_is_taken_in_both_forms(encoded: bool) -> None:
    game = Played()
    game.whole(encoded=encoded)
    assert game.session.record.audio_milliseconds == pytest.approx(8300)
    assert game.session.record.violations == []


def test_a_session_begins_with_a_date_without_zone() -> None:
    begins = Played().whole()[0]
    assert begins["message_type"] == "SessionBegins"
    assert datetime.fromisoformat(str(begins["expires_at"])).tzinfo is None


def test_a_partial_has_every_word_the_service_heard() -> None:
    partials = [message["text"] for message in of_type(Played().whole(), "PartialTranscript") if message["text"]]
    assert partials[:3] == ["good", "good morning", "good morning everyone"]


def test_transcripts_have_the_fields_of_v2_and_no_other() -> None:
    fields = {"message_type", "created", "audio_start", "audio_end", "confidence", "text", "words"}
    messages = Played().whole()
    for message in of_type(messages, "PartialTranscript"):
        assert message.keys() == fields
    for message in of_type(messages, "FinalTranscript"):
        assert message.keys() == fields | {"punctuated", "text_formatted"}
        words = message["words"]
        assert isinstance(words, list)
        assert all(word.keys() == {"start", "end", "confidence", "text"} for word in words)
        assert (message["audio_start"], message["audio_end"]) == (words[0]["start"], words[-1]["end"])
        assert message["confidence"] == pytest.approx(sum(word["confidence"] for word in words) / len(words), abs=1e-4)


def test_empty_partials_come_while_nobody_speaks() -> None:
    game = Played("long-silence")
    empty = [message for message in of_type(game.whole(), "PartialTranscript") if message["text"] == ""]
    assert len(empty) >= 15
    assert all(message["words"] == [] and message["confidence"] == 0.0 for message in empty)


def test_partials_can_be_turned_off() -> None:
    messages = Played(partials=False).whole()
    assert of_type(messages, "PartialTranscript") == []
    assert len(of_type(messages, "FinalTranscript")) == len(FINALS)


@pytest.mark.parametrize("information", [False, True])
def test_session_information_comes_only_when_asked_for(information: bool) -> None:
    messages = Played(information=information).whole()
    kinds = [message["message_type"] for message in messages]
    expected = ["SessionInformation", "SessionTerminated"] if information else ["SessionTerminated"]
    assert kinds[-len(expected) :] == expected
    assert kinds.count("SessionInformation") == information


def test_force_end_utterance_ends_the_utterance() -> None:
    game = Played()
    for _ in range(7):
        game.audio(100)
    actions = game.text({"force_end_utterance": True})
    assert [json.loads(action.text)["text"] for action in actions if isinstance(action, Say)] == FINALS[:1]


def test_an_error_has_no_type_and_a_code_of_v2() -> None:
    game = Played("server-error")
    actions = [action for _ in range(60) for action in game.audio(100)]
    assert actions[-2] == Say('{"error":"Session Cancelled: An error occurred"}')
    assert actions[-1] == End(1013, "Session Cancelled: An error occurred")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", 4100),
        ("[]", 4101),
        ({"type": "Terminate"}, 4101),
        ({"audio_data": 1}, 4101),
        ({"audio_data": "not base64!"}, 4101),
        ({"end_utterance_silence_threshold": 20_001}, 4101),
        ({"audio_data": base64.b64encode(b"\x00" * 2001 * BYTES).decode()}, 4033),
    ],
)
def test_what_v2_does_not_take_is_refused_with_its_codes(message: object, code: int) -> None:
    assert refused(Played().text(message))[0] == code


def test_a_short_chunk_is_refused_unless_it_is_the_last() -> None:
    last, earlier = Played(), Played()
    assert last.audio(50) == []
    assert last.text({"terminate_session": True})[-1] == End(1000)
    assert earlier.audio(50) == []
    assert refused(earlier.audio(100)) == (4032, "Audio duration is too short")


def test_audio_faster_than_real_time_is_refused_when_minutes_of_it_wait() -> None:
    game = Played()
    audio = b"\x00" * 2000 * BYTES
    taken = 0
    while not game.session.ended:
        actions = game.session.receive(audio, 0.0)
        taken += 2
    assert refused(actions[-2:]) == (4029, "Client sent audio too fast")
    assert 300 < taken < 310
    assert game.session.record.notes == [
        "audio came faster than real time; the service lets it wait, and answers later"
    ]


def test_a_silent_client_is_dropped_after_a_minute() -> None:
    assert refused(Played().session.tick(60.0)) == (4031, "Session idle for too long")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, 4000),
        ({"sample_rate": "0"}, 4000),
        ({"sample_rate": "16000", "word_boost": "aws"}, 4104),
        ({"sample_rate": "16000", "word_boost": json.dumps(["x" * 2501])}, 4104),
    ],
)
def test_parameters_v2_does_not_take_are_refused(query: dict[str, str], code: int) -> None:
    with pytest.raises(Refusal) as caught:
        parse_legacy_query(list(query.items()))
    assert caught.value.code == code
