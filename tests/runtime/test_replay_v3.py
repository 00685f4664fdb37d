"""The v3 dialect, without sockets: a session is given frames and times, and says what it does."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import pytest

from runtime.recording import JsonObject, Recording
from runtime.replay.query import Parameters
from runtime.replay.records import SessionRecord
from runtime.replay.script import v3_script
from runtime.replay.selection import lacking
from runtime.replay.session import Action, End, Limits, Say
from runtime.replay.turns import Variant, turn_of, variant_of, words_of
from runtime.replay.v3 import V3Session
from tests.runtime.sessions import FINALS, finals, recording

BYTES = 32  # of audio in a millisecond
TODAY = 1_800_000_000  # Unix seconds


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
    name: str = "dictation-f1",
    variant: Variant | None = None,
    limits: Limits | None = None,
    said: Recording | None = None,
    **parameters: object,
) -> Played:
    """Open a session; parameters are given as they were read, not as text."""
    record = SessionRecord(1, "v3", "", "/v3/ws", {}, [])
    query = Parameters({"speech_model": "universal-streaming-english", "format_turns": True} | parameters)
    script = v3_script(said or recording(name), variant, query)
    return Played(V3Session(script, record, limits or Limits(), 0.0, query, today=TODAY))


def said(actions: list[Action]) -> list[JsonObject]:
    return [json.loads(action.text) for action in actions if isinstance(action, Say)]


def refused(actions: list[Action]) -> tuple[int, str]:
    """Return code and reason of a refusal: the reason is in the message before the close, not in the close."""
    error, end = actions
    assert isinstance(error, Say)
    assert isinstance(end, End)
    message = json.loads(error.text)
    assert message == {"type": "Error", "error_code": end.code, "error": message["error"]}
    assert end.reason == "See Error message for details"
    return end.code, message["error"]


TOO_FAST = "audio came faster than real time; the service lets it wait, and answers later"

EMPTY_END = {
    "type": "Turn",
    "turn_order": 3,
    "turn_is_formatted": False,
    "end_of_turn": True,
    "transcript": "",
    "end_of_turn_confidence": 0.0,
    "words": [],
    "utterance": "",
}


# Playing


def test_it_begins_as_the_recording_does_but_today() -> None:
    begin = said(played().session.start())[0]
    assert begin["id"] == (recording().events[0].message or {})["id"]
    assert begin["expires_at"] == TODAY + 3 * 3600
    assert begin["configuration"] == {
        "model": "universal-streaming-english",
        "mode": None,
        "api_version": "2025-05-12",
        "speaker_labels": False,
        "redact_pii": False,
        "filter_profanity": False,
        "domain": None,
        "voice_focus": None,
    }


def test_the_configuration_is_what_was_asked_for() -> None:
    asked = {"speech_model": "universal-3-6-pro", "mode": "min_latency", "speaker_labels": True, "domain": "medical-v1"}
    begin = said(played(limits=Limits(session_seconds=60), **asked).session.start())[0]
    assert begin["expires_at"] == TODAY + 60
    assert (
        begin["configuration"]
        | {
            "model": "universal-3-6-pro",
            "mode": "min_latency",
            "speaker_labels": True,
            "domain": "medical-v1",
        }
        == begin["configuration"]
    )


def test_every_server_message_comes_once_and_in_order() -> None:
    game = played()
    actions = game.session.start() + game.all_audio() + game.text({"type": "Terminate"})
    recorded = [event.message for event in recording().events if event.sender == "server" and event.message]
    assert said(actions)[1:] == [*recorded[1:-1], EMPTY_END, recorded[-1]]
    assert actions[-1] == End(1000, "Session Ended")


@pytest.mark.parametrize("variant", Variant)
def test_models_that_go_word_by_word_end_one_more_turn_in_which_nothing_was_said(variant: Variant) -> None:
    game = played(variant=variant)
    game.all_audio()
    empty = [message for message in said(game.text({"type": "Terminate"})) if message.get("words") == []]
    assert empty == ([] if variant is Variant.F3 else [EMPTY_END])


def test_the_empty_end_has_the_number_of_the_next_turn() -> None:
    game = played()
    for _ in range(45):
        game.audio(50)
    *_, empty, _ = said(game.text({"type": "Terminate"}))
    assert (empty["turn_order"], empty["words"]) == (1, [])


def parting(*messages: JsonObject) -> Recording:
    """Return the dictation, with messages between the client's Terminate and Termination."""
    events = list(recording().events)
    after = events[-2]
    added = [replace(after, message=message) for message in messages]
    return replace(recording(), events=(*events[:-2], *added, *events[-2:]))


def test_an_empty_end_that_was_recorded_is_kept_and_none_is_added() -> None:
    recorded = EMPTY_END | {"turn_is_formatted": True, "end_of_turn_confidence": 0.2}
    game = played(said=parting(recorded))
    game.all_audio()
    assert said(game.text({"type": "Terminate"}))[-2] == recorded


def test_an_empty_end_does_not_change_how_a_recording_is_told() -> None:
    f2 = recording("dictation-f2")
    events = (*f2.events[:-2], replace(f2.events[-2], message=EMPTY_END), *f2.events[-2:])
    assert variant_of(events) is Variant.F2


def test_what_is_said_of_the_session_after_terminate_is_said() -> None:
    revision = {"type": "SpeakerRevision", "revisions": [{"turn_order": 0, "speaker_label": "B", "words": []}]}
    game = played(said=parting(revision), speaker_labels=True)
    game.all_audio()
    assert revision in said(game.text({"type": "Terminate"}))


@pytest.mark.parametrize("chunk", [50, 333, 1000])
def test_a_message_never_comes_before_its_place_on_the_audio_clock(chunk: int) -> None:
    game = played()
    places = [event.at for event in recording().events if event.sender == "server" and event.message][1:-1]
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
    assert actions[-1] == End(3005, "See Error message for details")
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
        (
            {"type": "UpdateConfiguration", "max_turn_silence": "x"},
            "Invalid Message: max_turn_silence must be a whole number",
        ),
        (
            {"type": "UpdateConfiguration", "mode": "balanced"},
            "Invalid Message: mode is not supported by universal-streaming-english",
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


@pytest.mark.parametrize("name", ["prompt", "agent_context"])
def test_a_text_that_is_too_long_ends_the_session(name: str) -> None:
    game = played(speech_model="universal-3-6-pro")
    assert game.text({"type": "UpdateConfiguration", name: "x" * 1750}) == []
    code, reason = refused(game.text({"type": "UpdateConfiguration", name: "x" * 1751}))
    assert (code, reason) == (3006, f"Invalid Message: {name} has 1751 characters, at most 1750 are allowed")


@pytest.mark.parametrize("setting", [{"sample_rate": 16000, "encoding": "pcm_s16le"}, {"speed": 2}])
def test_settings_that_cannot_change_are_passed_over(setting: JsonObject) -> None:
    """The vendor's own example of the message has the first two."""
    game = played()
    assert game.text({"type": "UpdateConfiguration"} | setting) == []
    assert game.session.record.notes == [
        f"{name} cannot be set during a session; the service ignores it" for name in setting
    ]
    assert refused(played(limits=Limits(strict=True)).text({"type": "UpdateConfiguration"} | setting))[0] == 3006


# Strictness: audio


@pytest.mark.parametrize("milliseconds", [1001, 2000])
def test_a_chunk_that_is_too_long_is_refused_at_once(milliseconds: int) -> None:
    code, reason = refused(played().audio(milliseconds))
    assert (code, reason) == (3007, f"Input Duration Violation: {milliseconds:.1f} ms. Expected between 50 and 1000 ms")


@pytest.mark.parametrize("milliseconds", [0, 1, 20, 49])
def test_a_stream_of_short_chunks_is_refused_after_about_a_second(milliseconds: int) -> None:
    game = played()
    chunks = 0
    while not game.session.ended:
        actions = game.audio(milliseconds)
        chunks += 1
    assert refused(actions[-2:])[0] == 3007
    assert chunks == min(50, -(-1000 // max(milliseconds, 1)))


def test_single_short_chunks_are_taken_and_noted() -> None:
    """Clients in production send one at every flush, and one at the end."""
    game = played()
    for _ in range(70):
        game.audio(20)
        game.audio(50)
    game.audio(20)
    assert not game.session.ended
    assert game.session.record.notes == ["a chunk of 20 ms; a stream of chunks under 50 ms ends the session"]
    assert refused(played(limits=Limits(strict=True)).audio(20))[0] == 3007


@pytest.mark.parametrize("milliseconds", [50, 1000])
def test_a_chunk_at_the_limits_is_taken(milliseconds: int) -> None:
    game = played()
    assert not any(isinstance(action, End) for action in game.audio(milliseconds))
    assert game.session.record.notes == []


def test_audio_that_comes_too_fast_waits() -> None:
    """All eight seconds come at once; they are heard at 1.25 times real time, and answered so."""
    game = played()
    actions: list[Action] = []
    for _ in range(8):
        actions += game.audio(1000, wait=False)
    assert finals(said(actions)) == []  # the first turn ends behind what may come at once
    assert game.session.record.notes == [TOO_FAST]
    actions += game.text({"type": "Terminate"})
    while not game.session.ended:
        moment = game.session.deadline()
        assert moment is not None
        assert moment >= game.now
        actions += game.session.tick(moment)
        game.now = moment
    assert finals(said(actions)) == FINALS
    assert game.now == pytest.approx((8000 - 2050) / 1250)
    assert actions[-1] == End(1000, "Session Ended")


def test_a_session_takes_five_minutes_more_than_it_has_heard() -> None:
    game = played()
    actions: list[Action] = []
    sent = 0
    while not game.session.ended:
        actions = game.audio(1000, wait=False)
        sent += 1
    assert 300 < sent < 305
    code, reason = refused(actions[-2:])
    assert (code, reason) == (3007, f"Audio Transmission Rate Exceeded: Received {sent}.00 sec. audio in 0.00 sec")


def test_a_strict_session_takes_two_seconds_at_once() -> None:
    game = played(limits=Limits(strict=True))
    for _ in range(2):
        game.audio(1000, wait=False)
    assert refused(game.audio(1000, wait=False))[0] == 3007


def test_audio_at_the_pace_of_the_clock_never_waits() -> None:
    game = played(limits=Limits(speed=8))
    actions = [action for _ in range(10_000) for action in game.audio(100)]
    assert not any(isinstance(action, End) for action in actions)
    assert game.session.record.notes == []


@pytest.mark.parametrize(("encoding", "rate", "per_millisecond"), [("pcm_s16le", 8000, 16), ("pcm_mulaw", 8000, 8)])
def test_the_length_of_audio_follows_rate_and_encoding(encoding: str, rate: int, per_millisecond: int) -> None:
    game = played(encoding=encoding, sample_rate=rate)
    assert game.session.length(b"\x00" * 100 * per_millisecond, 0.0) == 100


def test_audio_that_only_a_decoder_could_measure_lasts_as_long_as_it_takes_to_come() -> None:
    game = played(encoding="opus")
    actions = game.session.receive(b"packet", 3.0)
    assert game.session.position == 3000
    assert finals(said(actions)) == FINALS[:1]
    assert finals(said(game.session.receive('{"type": "Terminate"}', 3.0))) == FINALS[1:]


# Time


def test_a_session_is_closed_a_minute_after_it_has_expired() -> None:
    game = played()
    assert said(game.session.start())[0]["expires_at"] == TODAY + 3 * 3600
    assert game.session.deadline() == 3 * 3600 + 60
    assert game.session.tick(3 * 3600 + 59) == []
    assert refused(game.session.tick(3 * 3600 + 60))[0] == 3008
    assert game.session.deadline() is None


def test_inactivity_ends_a_session_only_if_it_was_asked_for() -> None:
    game = played(inactivity_timeout=5.0)
    game.audio(100)
    assert game.session.tick(5.0) == []
    assert refused(game.session.tick(5.2)) == (
        3006,
        "Session terminated due to inactivity: No messages received for 5 seconds",
    )


@pytest.mark.parametrize(
    "message",
    [{"type": "KeepAlive"}, {"type": "ForceEndpoint"}, {"type": "UpdateConfiguration"}],
)
def test_every_message_is_activity(message: JsonObject) -> None:
    game = played(inactivity_timeout=5.0)
    game.now = 4.0
    game.text(message)
    assert game.session.deadline() == 9.0


def test_speed_makes_every_timer_faster() -> None:
    game = played(inactivity_timeout=5.0, limits=Limits(speed=10, session_seconds=100))
    assert game.session.deadline() == 0.5
    assert refused(game.session.tick(0.5))[0] == 3006


# What is only told on request


def test_a_heartbeat_comes_every_five_seconds() -> None:
    game = played(session_heartbeat=True, limits=Limits(speed=10))
    game.session.start()
    game.audio(1000)
    assert game.session.deadline() == 0.5
    (beat,) = said(game.session.tick(0.5))
    assert beat == {
        "type": "Heartbeat",
        "total_audio_received_ms": 1000,
        "total_duration_ms": 5000,
        "realtime_factor": 0.2,
        "max_speech_probability": 1.0,
    }
    assert game.session.deadline() == 1.0
    game.text({"type": "UpdateConfiguration", "session_heartbeat": False})
    assert game.session.tick(1.0) == []


def test_silence_is_acknowledged_by_models_that_can() -> None:
    for model, told in {"universal-3-6-pro": True, "universal-streaming-english": False}.items():
        game = played("long-silence", acknowledge_silence=True, speech_model=model)
        silences = [message for message in said(game.all_audio()) if message["type"] == "Silence"]
        assert (len(silences) >= 15) is told
        assert all(message.keys() == {"type", "start_ms", "end_ms"} for message in silences)


@pytest.mark.parametrize("parameter", [{"include_partial_turns": False}, {"redact_pii": True}])
def test_partials_can_be_switched_off(parameter: JsonObject) -> None:
    game = played(**parameter)
    turns = [message for message in said(game.all_audio()) if message["type"] == "Turn"]
    assert finals(turns) == FINALS[:2]
    assert all(turn["end_of_turn"] for turn in turns)


def labelled() -> Recording:
    """Return the dictation as a session with speakers and languages was told it."""
    extra = {"speaker_label": "A", "speaker_confidence": 0.9, "language_code": "en", "language_confidence": 1.0}
    events = []
    for event in recording().events:
        if (turn := turn_of(event)) is not None:
            words = [word | {"speaker": "A"} for word in words_of(turn)]
            event = replace(event, message=turn | extra | {"words": words})
        events.append(event)
    return replace(recording(), events=tuple(events))


@pytest.mark.parametrize("speakers", [False, True])
@pytest.mark.parametrize("languages", [False, True])
def test_speakers_and_languages_are_told_if_asked_for(speakers: bool, languages: bool) -> None:
    game = played(said=labelled(), speaker_labels=speakers, language_detection=languages)
    turn = next(message for message in said(game.all_audio()) if message["type"] == "Turn")
    assert ("speaker_label" in turn) is speakers
    assert ("speaker_confidence" in turn) is speakers
    assert ("language_code" in turn) is languages
    assert ("speaker" in turn["words"][0]) is speakers  # type: ignore[index]


def test_what_a_recording_does_not_hold_is_said_not_to_be_there() -> None:
    asked = Parameters({"speaker_labels": True, "language_detection": True})
    assert [note.partition(":")[0] for note in lacking(recording(), asked)] == ["speaker_labels", "language_detection"]
    assert list(lacking(labelled(), asked)) == []
