"""Every fault, as a client that looks at each frame sees it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing

import pytest
import websocket

from runtime.recording import JsonObject
from runtime.replay import FAULTS, FaultError, ReplayServer, SessionRecord, parse_fault
from tests.runtime.sessions import FINALS, SPEED, V2, V3, Client, finals, recording

BEGIN = recording().events[0].message


def play(
    *faults: str, path: str = "/v3/ws", stop: Callable[[Client], None] = Client.drain
) -> tuple[Client, SessionRecord]:  # type: ignore[assignment]
    """Play the dictation to a client; return what it saw and what the server says of it."""
    query = V3 if path == "/v3/ws" else V2
    with (
        ReplayServer(recording(), speed=SPEED, faults=faults) as server,
        closing(Client(server.url + path, **query)) as client,
    ):
        try:
            client.play(recording().load_audio())
            client.say({"type": "Terminate"} if path == "/v3/ws" else {"terminate_session": True})
        except (OSError, websocket.WebSocketException):
            pass  # the fault has ended the connection while audio was being sent
        stop(client)
        (record,) = server.wait_for_sessions()
        return client, record


def leave(client: Client) -> None:
    """Take what comes within a moment, then go."""
    client.socket.settimeout(0.3)
    try:
        client.drain()
    except websocket.WebSocketTimeoutException:
        client.socket.shutdown()


# Faults at a moment


def test_close_comes_with_the_code_that_was_asked_for() -> None:
    client, record = play("close:code=3008@3000")
    assert (client.code, client.reason) == (3008, "See Error message for details")
    assert client.messages[-1] == {"type": "Error", "error_code": 3008, "error": "fault: close 3008"}
    assert finals(client.messages) == FINALS[:1]
    assert record.faults == ["close"]
    assert record.close_code == 3008


def test_a_normal_close_has_no_error_message() -> None:
    client, _ = play("close:code=1000@3000")
    assert client.code == 1000
    assert client.messages[-1]["type"] == "Turn"


def test_v2_says_why_before_it_closes_and_while_it_does() -> None:
    client, _ = play("close:code=4008@3000", path="/v2/realtime/ws")
    assert (client.code, client.reason) == (4008, "fault: close 4008")
    assert client.messages[-1] == {"error": "fault: close 4008"}


def test_reset_peer_ends_the_connection_without_a_close() -> None:
    client, record = play("reset_peer@3000")
    assert client.code == 1006
    assert record.close_code == 1006
    assert record.audio_milliseconds == 3000


def test_timeout_says_nothing_more_and_closes_nothing() -> None:
    client, record = play("timeout@3000", stop=leave)
    assert finals(client.messages) == FINALS[:1]
    assert client.code is None
    assert record.terminated  # the server hears its client all the time


def test_garbage_is_a_frame_no_client_may_take() -> None:
    with pytest.raises(websocket.WebSocketProtocolException):
        play("garbage@1000")


def test_invalid_utf8_is_a_text_no_client_may_take() -> None:
    with pytest.raises(websocket.WebSocketPayloadException):
        play("invalid_utf8@1000")


def test_not_json_comes_between_good_messages() -> None:
    client, _ = play("not_json@1000")
    assert "this is not JSON" in client.texts
    assert finals(client.messages) == FINALS


def test_an_unknown_type_comes_between_good_messages() -> None:
    client, _ = play("unknown_type@1000")
    assert {"type": "Novelty", "value": 1} in client.messages
    assert finals(client.messages) == FINALS


def test_one_message_is_truncated() -> None:
    client, _ = play("truncated_json@2100")
    broken = [text for text in client.texts if not text.endswith("}")]
    assert len(broken) == 1
    assert broken[0].startswith('{"type":"Turn","turn_order":0')
    assert finals(client.messages) == FINALS


@pytest.mark.parametrize("name", [name for name, kind in FAULTS.items() if kind.moment is not None])
@pytest.mark.parametrize("moment", ["begin", "terminate"])
def test_every_moment_can_also_be_the_begin_or_the_end(name: str, moment: str) -> None:
    try:
        client, record = play(f"{name}@{moment}", stop=leave)
    except websocket.WebSocketException:
        assert name in ("garbage", "invalid_utf8")
        return
    assert record.faults == [name]
    if moment == "begin" and client.messages:
        assert client.messages[0]["id"] == (BEGIN or {})["id"]


# Faults of the whole session


def test_turns_are_duplicated() -> None:
    client, _ = play("duplicate_turns")
    assert finals(client.messages) == [final for final in FINALS for _ in range(2)]
    assert [message["type"] for message in client.messages if message["type"] != "Turn"] == ["Begin", "Termination"]


def test_ends_of_turns_come_after_the_next_turn_has_begun() -> None:
    client, _ = play("reorder_turns")
    orders = [
        (message["turn_order"], message["end_of_turn"]) for message in client.messages if message["type"] == "Turn"
    ]
    assert orders.index((1, False)) < orders.index((0, True))
    assert orders.index((2, False)) < orders.index((1, True))
    assert finals(client.messages) == FINALS
    assert client.messages[-1]["type"] == "Termination"


def test_without_begin_the_first_message_is_a_turn() -> None:
    client, _ = play("no_begin")
    assert client.messages[0]["type"] == "Turn"


def test_terminate_is_never_answered() -> None:
    client, record = play("no_termination", stop=leave)
    assert record.terminated
    assert client.code is None
    assert finals(client.messages) == FINALS[:2]


def test_the_socket_stays_open_after_the_last_message() -> None:
    client, _ = play("no_close", stop=leave)
    assert client.messages[-1]["type"] == "Termination"
    assert client.code is None


# Faults of the connection


@pytest.mark.parametrize("fault", ["latency:ms=120,jitter=100,seed=7", "slicer:size=100,ms=0"])
def test_bytes_that_are_late_or_in_pieces_arrive_whole_and_in_order(fault: str) -> None:
    client, _ = play(fault)
    undisturbed, _ = play()
    assert client.texts[1:-1] == undisturbed.texts[1:-1]  # when the session expires is in the first
    assert client.messages[-1]["type"] == "Termination"  # how long the session took is in it


def test_latency_delays_what_the_server_says() -> None:
    with ReplayServer(recording(), faults=["latency:ms=300"]) as server:
        client = Client(f"{server.url}/v3/ws", **V3)
        began = time.monotonic()
        client.next()
        assert time.monotonic() - began > 0.2  # some of it may have passed before the client looked
        client.socket.close()


def test_the_connection_ends_after_so_many_bytes() -> None:
    client, record = play("limit_data:bytes=1500")
    assert client.code == 1006
    assert sum(map(len, client.texts)) < 1500
    assert record.close_code == 1006


# Faults before the session


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_the_handshake_is_refused(status: int) -> None:
    with ReplayServer(recording(), faults=[f"refuse:status={status}"]) as server:
        with pytest.raises(websocket.WebSocketBadStatusException) as caught:
            Client(f"{server.url}/v3/ws", **V3)
        assert caught.value.status_code == status
        assert server.sessions == []


@pytest.mark.parametrize(("form", "code"), [("4105", 4105), ("0", None)])
def test_v2_is_deprecated_in_each_way_the_service_has_said_so(form: str, code: int | None) -> None:
    client, _ = play(f"deprecated:as={form}", path="/v2/realtime/ws", stop=leave)
    assert client.messages[0] == {"error": "Model deprecated. See docs for new model information"}
    assert client.code == (code if code else 1000)


@pytest.mark.parametrize(("fault", "status"), [("deprecated", 410), ("deprecated:as=401", 401)])
def test_v2_is_deprecated_in_the_handshake(fault: str, status: int) -> None:
    with ReplayServer(recording(), faults=[fault]) as server:
        with pytest.raises(websocket.WebSocketBadStatusException) as caught:
            Client(f"{server.url}/v2/realtime/ws", **V2)
        assert caught.value.status_code == status
        assert b"Model deprecated" in (caught.value.resp_body or b"")


def test_deprecation_does_not_touch_v3() -> None:
    client, _ = play("deprecated")
    assert finals(client.messages) == FINALS


def test_a_fault_of_the_first_sessions_leaves_the_next_alone() -> None:
    with ReplayServer(recording(), faults=["refuse:status=503,times=1", "close:times=2@begin"]) as server:
        with pytest.raises(websocket.WebSocketBadStatusException):
            Client(f"{server.url}/v3/ws", **V3)
        second = Client(f"{server.url}/v3/ws", **V3)
        second.drain()
        assert second.code == 3005
        third = Client(f"{server.url}/v3/ws", **V3)
        third.say({"type": "Terminate"})
        third.drain()
        assert third.code == 1000


def test_several_faults_go_together() -> None:
    client, record = play("duplicate_turns", "slicer:size=50,ms=0", "close:code=3005@3000")
    assert client.code == 3005
    assert finals(client.messages) == FINALS[:1] * 2
    assert sorted(record.faults) == ["close", "duplicate_turns", "slicer"]


# A client that connects again


def test_a_second_session_goes_on_where_the_first_was_lost() -> None:
    """The client sends again what was not answered: from the end of the last final's turn."""
    audio = recording().load_audio()
    answered = 2200 * 32  # bytes up to which the first turn has been answered
    with ReplayServer(recording(), speed=SPEED, faults=["reset_peer:times=1@3600"], resume=True) as server:
        first = Client(f"{server.url}/v3/ws", **V3)
        with pytest.raises((OSError, websocket.WebSocketException)):
            for _ in range(100):
                first.play(audio)
        first.drain()
        assert finals(first.messages) == FINALS[:1]
        second = Client(f"{server.url}/v3/ws", **V3)
        second.play(audio[answered:])
        second.say({"type": "Terminate"})
        messages = second.drain()
    assert finals(messages) == FINALS[1:]
    turns: list[JsonObject] = [message for message in messages if message["type"] == "Turn"]
    assert turns[0]["turn_order"] == 0
    first_word = json.loads(json.dumps(turns[0]))["words"][0]
    assert first_word["start"] == 2766 - 2200


def test_words_that_began_before_are_not_heard_again() -> None:
    audio = recording().load_audio()
    with ReplayServer(recording(), speed=SPEED, resume=True) as server:
        client = Client(f"{server.url}/v3/ws", **V3)
        client.play(audio[3000 * 32 :])  # in the middle of "The"
        client.say({"type": "Terminate"})
        assert finals(client.drain()) == ["meeting starts at ten.", FINALS[2]]


def test_audio_that_is_not_the_recordings_begins_at_the_beginning() -> None:
    with ReplayServer(recording(), speed=SPEED, resume=True) as server:
        client = Client(f"{server.url}/v3/ws", **V3)
        client.play(b"\x01\x02" * 16 * 3000)
        client.say({"type": "Terminate"})
        assert finals(client.drain()) == FINALS[:2]


# How faults are written


def test_what_is_not_given_has_a_default() -> None:
    fault = parse_fault("close")
    assert (fault["code"], fault.moment, fault.times) == (3005, 1000, None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "unknown fault 'nonsense'; there are: latency"),
        ("close:cod=1", "close has no setting 'cod'; it has: code, times"),
        ("close:code=x", "code of close must be a number"),
        ("close:code=-1", "code of close must be a number, not negative"),
        ("slicer:size=inf", "size of slicer must be a number"),
        ("close:times=nan", "times of close must be a number"),
        ("close:code=1006", "no close frame can carry 1006; `reset_peer`"),
        ("deprecated:as=200", "no close frame can carry 200"),
        ("refuse:status=101", "must be an HTTP status that refuses"),
        ("close@soon", "a moment is milliseconds of audio"),
        ("duplicate_turns@100", "holds for the whole session"),
    ],
)
def test_a_fault_that_is_written_wrong_says_how_it_is_written(text: str, words: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse_fault(text)
    assert words in str(caught.value)
