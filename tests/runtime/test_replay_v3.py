"""The v3 dialect, without sockets: a session is given frames and times, and says what it does."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from runtime.recording import JsonObject
from runtime.replay.parameters import Parameters, parse_query
from runtime.replay.records import SessionRecord
from runtime.replay.refusal import Refusal
from runtime.replay.script import v3_script
from runtime.replay.session import Action, End, Limits, Say
from runtime.replay.turns import Variant
from runtime.replay.v3 import V3Session
from tests.runtime.sessions import FINALS, V3, finals, recording

BYTES = 32  # of audio in a millisecond


@dataclass
class Played:
    """A session under a clock of ours."""

    session: V3Session
    now: float = 0.0

    def audio(self, milliseconds: int, *, wait: bool = True) -> list[Action]:
        """Send audio, by default after the time it lasts."""
        self.now += milliseconds / 1000 / self.session.limits.speed if wait else 0
        return self.session.receive(b"\x00" * (milliseconds * BYTES), self.now)

    def text(self, message: object) -> list[Action]:
        return self.session.receive(message if isinstance(message, str) else json.dumps(message), self.now)

    def all_audio(self, chunk: int = 50) -> list[Action]:
        actions: list[Action] = []
        for _ in range(self.session.script.audio_milliseconds // chunk + 1):
            actions += self.audio(chunk)
        return actions


def played(
    name: str = "dictation-f1", variant: Variant | None = None, limits: Limits | None = None, **parameters: float
) -> Played:
    record = SessionRecord(1, "v3", "", "/v3/ws", {}, [])
    script = v3_script(recording(name), variant)
    query = Parameters(format_turns=True, **parameters)  # type: ignore[arg-type]
    return Played(V3Session(script, record, limits or Limits(), 0.0, query))


def said(actions: list[Action]) -> list[JsonObject]:
    return [json.loads(action.text) for action in actions if isinstance(action, Say)]


def refused(actions: list[Action]) -> tuple[int, str]:
    """Return code and reason of a refusal; the Error message before the close has to say the same."""
    error, end = actions
    assert isinstance(error, Say)
    assert isinstance(end, End)
    assert json.loads(error.text) == {"type": "Error", "error_code": end.code, "error": end.reason}
    return end.code, end.reason


# Playing


def test_it_begins_as_the_recording_does() -> None:
    assert said(played().session.start())[0] == recording().events[0].message


def test_every_server_message_comes_once_and_in_order() -> None:
    game = played()
    actions = game.session.start() + game.all_audio() + game.text({"type": "Terminate"})
    recorded = [event.message for event in recording().events if event.sender == "server" and event.message]
    assert said(actions) == recorded
    assert actions[-1] == End(1000)


@pytest.mark.parametrize("chunk", [50, 333, 1000])
def test_a_message_never_comes_before_its_place_on_the_audio_clock(chunk: int) -> None:
    game = played()
    places = [event.at for event in recording().events if event.sender == "server" and event.message][1:]
    seen = 0
    for _ in range(8000 // chunk):
        seen += len(said(game.audio(chunk)))
        assert seen == sum(place <= game.session.position for place in places)


@pytest.mark.parametrize("variant", [Variant.F1, Variant.F2, Variant.F3])
def test_the_finals_come_in_every_variant(variant: Variant) -> None:
    game = played(variant=variant)
    assert finals(said(game.all_audio() + game.text({"type": "Terminate"}))) == FINALS


def test_what_was_owed_at_the_end_comes_after_terminate() -> None:
    game = played()
    before = finals(said([action for _ in range(165) for action in game.audio(50)]))
    assert before == FINALS[:2]
    assert finals(said(game.text({"type": "Terminate"}))) == FINALS[2:]


def test_a_client_that_goes_on_sending_gets_the_last_final_at_the_pause() -> None:
    game = played()
    assert finals(said(game.all_audio() + game.audio(500))) == FINALS


def test_a_turn_that_was_not_heard_is_not_said() -> None:
    game = played()
    for _ in range(80):
        game.audio(50)
    # After 4 s, the second of three turns is being spoken.
    actions = game.text({"type": "Terminate"})
    assert finals(said(actions)) == FINALS[1:2]
    assert said(actions)[-1] == {"type": "Termination", "audio_duration_seconds": 4, "session_duration_seconds": 4}


def test_force_endpoint_ends_the_turn_in_progress_at_once() -> None:
    game = played()
    for _ in range(14):
        game.audio(50)
    # One word of the first turn has been heard.
    assert finals(said(game.text({"type": "ForceEndpoint"}))) == FINALS[:1]
    assert said(game.text({"type": "ForceEndpoint"})) == []
    rest = said(game.all_audio() + game.text({"type": "Terminate"}))
    assert finals(rest) == FINALS[1:]


def test_a_recorded_error_ends_the_session_where_it_did() -> None:
    game = played("server-error")
    actions = game.all_audio()
    assert said(actions)[-1]["error_code"] == 3005
    assert actions[-1] == End(3005, "Session Cancelled: An error occurred")
    assert game.session.ended


def test_nothing_is_answered_after_the_end() -> None:
    game = played()
    game.text({"type": "Terminate"})
    assert game.audio(100) == []
    assert game.text({"type": "Terminate"}) == []


# Strictness: messages


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("{", "Invalid JSON: {"),
        ("[]", "Invalid Message: []"),
        ("null", "Invalid Message: null"),
        ({"audio_data": "AAAA"}, 'Invalid Message Type: {"audio_data": "AAAA"}'),
        ({"terminate_session": True}, 'Invalid Message Type: {"terminate_session": true}'),
        ({"type": "terminate"}, "Invalid Message Type: terminate"),
        ({"type": "UpdateConfiguration", "speed": 2}, "Invalid Message: speed cannot be set during a session"),
        (
            {"type": "UpdateConfiguration", "max_turn_silence": "x"},
            "Invalid Message: max_turn_silence is not valid",
        ),
    ],
)
def test_messages_the_service_does_not_know_are_refused(message: object, reason: str) -> None:
    game = played()
    assert refused(game.text(message)) == (3006, reason)
    assert game.session.record.violations == [f"3006: {reason}"]


@pytest.mark.parametrize(
    "message",
    [
        {"type": "KeepAlive"},
        {"type": "UpdateConfiguration", "end_of_turn_confidence_threshold": 1, "max_turn_silence": 700},
        {"type": "UpdateConfiguration", "keyterms_prompt": ["a"], "format_turns": True},
    ],
)
def test_messages_of_the_api_are_taken(message: object) -> None:
    game = played()
    assert game.text(message) == []
    assert game.session.record.frames[-1].control == message


# Strictness: audio


@pytest.mark.parametrize("milliseconds", [0, 1, 49, 1001, 2000])
def test_a_chunk_outside_the_limits_is_refused(milliseconds: int) -> None:
    code, reason = refused(played().audio(milliseconds))
    assert (code, reason) == (3007, f"Input Duration Violation: {milliseconds:.1f} ms. Expected between 50 and 1000 ms")


@pytest.mark.parametrize("milliseconds", [50, 1000])
def test_a_chunk_at_the_limits_is_taken(milliseconds: int) -> None:
    game = played()
    assert not any(isinstance(action, End) for action in game.audio(milliseconds))


def test_the_last_chunk_is_no_exception() -> None:
    game = played()
    game.all_audio()
    assert refused(game.audio(35))[0] == 3007


def test_audio_faster_than_real_time_is_refused() -> None:
    game = played()
    actions: list[Action] = []
    sent = 0
    while not actions or not isinstance(actions[-1], End):
        actions = game.audio(1000, wait=False)
        sent += 1
    assert sent == 3  # two seconds may come at once
    code, reason = refused(actions)
    assert (code, reason) == (3007, "Audio Transmission Rate Exceeded: Received 3.00 sec. audio in 0.00 sec")


def test_audio_at_the_pace_of_the_clock_is_never_refused() -> None:
    game = played(limits=Limits(speed=8))
    actions = [action for _ in range(10_000) for action in game.audio(100)]
    assert not any(isinstance(action, End) for action in actions)


@pytest.mark.parametrize(("encoding", "rate", "per_millisecond"), [("pcm_s16le", 8000, 16), ("pcm_mulaw", 8000, 8)])
def test_the_length_of_audio_follows_rate_and_encoding(encoding: str, rate: int, per_millisecond: int) -> None:
    game = played(encoding=encoding, sample_rate=rate)  # type: ignore[arg-type]
    assert game.session.length(b"\x00" * 100 * per_millisecond) == 100


# Time


def test_a_session_expires() -> None:
    game = played()
    assert game.session.deadline() == 3 * 3600
    assert game.session.tick(3 * 3600 - 1) == []
    assert refused(game.session.tick(3 * 3600))[0] == 3008
    assert game.session.deadline() is None


def test_inactivity_ends_a_session_only_if_it_was_asked_for() -> None:
    game = played(inactivity_timeout=5.0)
    game.audio(100)
    assert game.session.tick(5.0) == []
    assert refused(game.session.tick(5.2))[0] == 3008


def test_keep_alive_is_activity() -> None:
    game = played(inactivity_timeout=5.0)
    game.now = 4.0
    game.text({"type": "KeepAlive"})
    assert game.session.deadline() == 9.0


def test_speed_makes_every_timer_faster() -> None:
    game = played(inactivity_timeout=5.0, limits=Limits(speed=10, session_seconds=100))
    assert game.session.deadline() == 0.5
    assert refused(game.session.tick(0.5))[0] == 3008


# Parameters


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"speech_model": None}, "speech_model is required"),
        ({"speech_model": "nova"}, "speech_model must be one of"),
        ({"sample_rate": "fast"}, "sample_rate is not valid"),
        ({"sample_rate": "1"}, "sample_rate must be between"),
        ({"encoding": "mp3"}, "encoding must be one of"),
        ({"word_boost": "[]"}, "word_boost is not a parameter of v3"),
        ({"format_turns": "yes"}, "format_turns must be true or false"),
        ({"keyterms_prompt": "aws,gcp"}, "keyterms_prompt is not valid"),
        ({"keyterms_prompt": json.dumps(["x"] * 101)}, "keyterms_prompt has 101 terms"),
        ({"end_of_turn_confidence_threshold": "1.5"}, "must be between 0 and 1"),
        ({"inactivity_timeout": "4"}, "must be between 5 and 3600"),
    ],
)
def test_parameters_the_service_does_not_take_are_refused(changed: dict[str, str | None], reason: str) -> None:
    query = [(name, value) for name, value in (V3 | changed).items() if value is not None]  # type: ignore[operator]
    with pytest.raises(Refusal, match="Invalid parameter") as caught:
        parse_query(query)
    assert caught.value.code == 3006
    assert reason in caught.value.reason


def test_a_parameter_may_not_come_twice() -> None:
    with pytest.raises(Refusal, match="given twice"):
        parse_query([*V3.items(), ("sample_rate", "8000")])


def test_parameters_as_the_sdk_writes_them_are_taken() -> None:
    query = V3 | {"format_turns": "True", "keyterms_prompt": '["aws", "b\\u00e9"]', "inactivity_timeout": "30"}
    assert parse_query(list(query.items())) == Parameters(format_turns=True, inactivity_timeout=30.0)
