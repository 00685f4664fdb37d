"""The server over real sockets: paths, keys, tokens, many sessions, its end."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import websocket

from runtime.recording import JsonObject, RecordingError
from runtime.replay import Frame, Limits, ReplayServer, SessionRecord
from runtime.replay.records import MOST, MOST_TEXT
from tests.runtime.sessions import FINALS, SPEED, V2, V3, Client, finals, recording

KEY = "a key that must not be written down"


def fetch(
    server: ReplayServer, method: str, path: str, body: object = None, key: str | None = KEY
) -> tuple[int, JsonObject]:
    """Send a plain HTTP request."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    headers = {"Content-Type": "application/json"} | ({"Authorization": key} if key is not None else {})
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, json.loads(text) if text.startswith("{") else {"text": text}


def refused(
    server: ReplayServer, path: str = "/v3/ws", headers: dict[str, str] | None = None, **query: str
) -> tuple[int | None, object]:
    client = Client(server.url + path, headers, **query)
    messages = client.drain()
    # Why stands in the message before the close, and in v2's close as well.
    return client.code, messages[-1]["error"]


def play(server: ReplayServer) -> Client:
    client = Client(f"{server.url}/v3/ws", **V3)
    client.play(recording().load_audio())
    client.say({"type": "Terminate"})
    client.drain()
    return client


# Sessions


def test_one_port_serves_both_dialects() -> None:
    audio = recording().load_audio()
    with ReplayServer(recording(), speed=SPEED) as server:
        for path, query, end in [
            ("/v3/ws", V3, {"type": "Terminate"}),
            ("/v2/realtime/ws", V2, {"terminate_session": True}),
        ]:
            client = Client(server.url + path, **query)
            client.play(audio)
            client.say(end)
            assert finals(client.drain()) == FINALS
            assert client.code == 1000
        records = server.wait_for_sessions(2)
    assert [record.api for record in records] == ["v3", "v2"]
    for record in records:
        assert record.finals == FINALS
        assert record.terminated
        assert record.violations == []
        assert record.closed_by == "server"
        assert record.close_code == 1000


def test_the_record_says_what_was_heard() -> None:
    audio = recording().load_audio()[: 3200 * 10]
    with ReplayServer(recording(), speed=SPEED, keep_audio=True) as server:
        client = Client(f"{server.url}/v3/ws", **V3)
        client.play(audio)
        client.say({"type": "Terminate"})
        client.drain()
        (record,) = server.wait_for_sessions()
    assert bytes(record.audio or b"") == audio
    assert [frame.milliseconds for frame in record.frames] == [100.0] * 10 + [None]
    assert record.frames[-1].control == {"type": "Terminate"}
    assert record.query == V3
    assert record.sent == client.texts


def test_a_client_that_leaves_without_terminate_is_noted() -> None:
    with ReplayServer(recording()) as server:
        Client(f"{server.url}/v3/ws", **V3).socket.close()
        (record,) = server.wait_for_sessions()
    assert not record.terminated
    assert record.closed_by == "client"
    assert record.violations == ["the client closed without Terminate"]


def test_a_client_that_vanishes_is_noted() -> None:
    with ReplayServer(recording()) as server:
        client = Client(f"{server.url}/v3/ws", **V3)
        client.next()
        client.socket.sock.shutdown(socket.SHUT_RDWR)
        client.socket.sock.close()
        (record,) = server.wait_for_sessions()
    assert (record.closed_by, record.close_code) == (None, 1006)


def test_many_sessions_at_once_do_not_disturb_each_other() -> None:
    with ReplayServer(recording(), speed=SPEED) as server, ThreadPoolExecutor(25) as pool:
        clients = list(pool.map(lambda _: play(server), range(25)))
        records = server.wait_for_sessions(25)
    assert all(finals(client.messages) == FINALS for client in clients)
    assert all(record.violations == [] for record in records)
    assert sorted(record.number for record in records) == list(range(1, 26))


def test_sessions_over_the_limit_are_refused_until_one_ends() -> None:
    with ReplayServer(recording(), limits=Limits(sessions=1)) as server:
        first = Client(f"{server.url}/v3/ws", **V3)
        first.next()
        assert refused(server, **V3) == (3009, "Unauthorized Connection: Too many concurrent sessions")
        assert refused(server, "/v2/realtime/ws", **V2)[0] == 4102
        first.say({"type": "Terminate"})
        first.drain()
        server.wait_for_sessions(3)
        again = Client(f"{server.url}/v3/ws", **V3)
        assert again.next()["type"] == "Begin"
        again.socket.close()


def test_a_session_that_expires_is_closed_by_the_clock() -> None:
    with ReplayServer(recording(), limits=Limits(session_seconds=0.2, overtime=0)) as server:
        assert refused(server, **V3) == (3008, "Session Expired: Maximum session duration exceeded")


def test_an_idle_session_is_closed_by_the_clock() -> None:
    with ReplayServer(recording(), speed=SPEED) as server:
        assert refused(server, **V3, inactivity_timeout="5") == (
            3006,
            "Session terminated due to inactivity: No messages received for 5 seconds",
        )


# Who may


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "Missing Authorization header"),
        ({"Authorization": "None"}, "Missing Authorization header"),
        ({"Authorization": "another key"}, "Invalid API key"),
        ({"Authorization": f"Bearer {KEY}"}, "Invalid API key"),
    ],
)
def test_without_a_good_key_there_is_no_session(headers: dict[str, str], reason: str) -> None:
    with ReplayServer(recording(), keys=[KEY]) as server:
        assert refused(server, headers=headers, **V3) == (1008, f"Unauthorized Connection: {reason}")
        assert refused(server, "/v2/realtime/ws", headers, **V2) == (4001, "Not authorized")


def test_the_key_is_looked_at_before_the_parameters() -> None:
    with ReplayServer(recording()) as server:
        assert refused(server, headers={}, speech_model="nova")[0] == 1008


def test_an_error_message_goes_before_the_close() -> None:
    with ReplayServer(recording()) as server:
        client = Client(f"{server.url}/v3/ws", sample_rate="16000", speech_model="nova")
        (error,) = client.drain()
        assert (error["type"], error["error_code"]) == ("Error", 3006)
        assert str(error["error"]).startswith("Invalid parameter: speech_model must be one of")
        # However short the error is: a program that shows only the reason learns nothing.
        assert (client.code, client.reason) == (3006, "See Error message for details")


def test_a_normal_end_has_the_services_reason() -> None:
    with ReplayServer(recording(), speed=SPEED) as server:
        client = play(server)
    assert (client.code, client.reason) == (1000, "Session Ended")


def test_a_server_of_v3_only_answers_v2_as_the_service_does_today() -> None:
    with ReplayServer(recording(), api="v3") as server:
        with pytest.raises(websocket.WebSocketBadStatusException) as caught:
            Client(f"{server.url}/v2/realtime/ws", **V2)
        assert caught.value.status_code == 410
        with socket.create_connection((server.host, server.port), timeout=10) as peer:
            peer.sendall(b"POST /v2/realtime/token HTTP/1.1\r\nHost: x\r\nAuthorization: k\r\n\r\n")
            answer = b"".join(iter(lambda: peer.recv(4096), b"")).decode()
        assert answer.startswith("HTTP/1.1 404 ")
        assert "text/plain" in answer
        assert answer.endswith("\r\n\r\nNot found")
        # Whoever asks for v2 is on record all the same.
        (record,) = server.sessions
        assert (record.api, record.status, record.close_code) == ("v2", 410, None)


def test_a_server_of_v2_only_knows_no_v3() -> None:
    with ReplayServer(recording(), api="v2") as server:
        with pytest.raises(websocket.WebSocketBadStatusException) as caught:
            Client(f"{server.url}/v3/ws", **V3)
        assert caught.value.status_code == 404
        assert fetch(server, "GET", "/v3/token?expires_in_seconds=60")[0] == 404


@pytest.mark.parametrize("path", ["/", "/v3/ws/", "/v2/ws", "/v3/realtime/ws"])
def test_other_paths_are_not_found(path: str) -> None:
    with ReplayServer(recording()) as server:
        assert fetch(server, "GET", path)[0] == 404


# Tokens


def test_a_v3_token_opens_sessions_until_it_expires() -> None:
    with ReplayServer(recording(), keys=[KEY]) as server:
        status, answer = fetch(server, "GET", "/v3/token?expires_in_seconds=60")
        assert status == 200
        assert answer["expires_in_seconds"] == 60
        token = str(answer["token"])
        clients = [Client(f"{server.url}/v3/ws", {}, **V3, token=token) for _ in range(2)]  # also at once
        for client in clients:
            assert client.next()["type"] == "Begin"
            client.socket.close()
        records = server.wait_for_sessions(2)
        assert records[0].authorized_by == "token"
        assert records[0].query["token"] == "REDACTED"
        (request,) = server.token_requests
        assert (request.api, request.method, request.status, request.authorized) == ("v3", "GET", 200, True)


def test_a_v3_token_opens_nothing_when_it_has_expired() -> None:
    with ReplayServer(recording(), keys=[KEY]) as server:
        token = str(fetch(server, "GET", "/v3/token?expires_in_seconds=1")[1]["token"])
        deadline = time.monotonic() + 10
        while (answer := first(server, token))["type"] == "Begin":
            assert time.monotonic() < deadline
        assert answer["error"] == "Unauthorized Connection: Token expired"


def first(server: ReplayServer, token: str) -> JsonObject:
    """Return the first message of a session that a token opens, or does not."""
    with closing(Client(f"{server.url}/v3/ws", {}, **V3, token=token)) as client:
        return client.next()


def test_a_token_may_stand_in_the_header() -> None:
    with ReplayServer(recording(), keys=[KEY]) as server:
        headers = {"Authorization": str(fetch(server, "GET", "/v3/token?expires_in_seconds=60")[1]["token"])}
        client = Client(f"{server.url}/v3/ws", headers, **V3)
        assert client.next()["type"] == "Begin"
        client.socket.close()
        assert server.wait_for_sessions()[0].authorized_by == "token"


def test_a_v2_token_opens_sessions_until_it_expires() -> None:
    with ReplayServer(recording()) as server:
        status, answer = fetch(server, "POST", "/v2/realtime/token", {"expires_in": 60})
        assert status == 200
        assert list(answer) == ["token"]
        for _ in range(2):
            client = Client(f"{server.url}/v2/realtime/ws", {}, **V2, token=str(answer["token"]))
            assert client.next()["message_type"] == "SessionBegins"
            client.socket.close()
        assert refused(server, headers={}, **V3, token=str(answer["token"]))[0] == 1008


def test_a_token_nobody_issued_opens_nothing() -> None:
    with ReplayServer(recording(), keys=[KEY]) as server:
        assert refused(server, headers={}, **V3, token="made up") == (1008, "Unauthorized Connection: Invalid token")
        assert refused(server, "/v2/realtime/ws", {}, **V2, token="made up")[0] == 4001


@pytest.mark.parametrize("strict", [False, True])
def test_a_key_in_the_place_of_a_token_is_taken_and_noted(strict: bool) -> None:
    with ReplayServer(recording(), keys=[KEY], strict=strict) as server:
        client = Client(f"{server.url}/v3/ws", {}, **V3, token=KEY)
        begun = client.next()["type"] == "Begin"
        client.socket.close()
        (record,) = server.wait_for_sessions()
    assert begun is not strict
    assert bool(record.notes) is not strict


@pytest.mark.parametrize("token", ["", "None"])
def test_no_key_in_the_place_of_a_token_is_none(token: str) -> None:
    with ReplayServer(recording()) as server:
        assert refused(server, headers={}, **V3, token=token)[0] == 1008


def test_a_token_limits_its_session() -> None:
    with ReplayServer(recording(), speed=600, limits=Limits(overtime=0)) as server:
        path = "/v3/token?expires_in_seconds=600&max_session_duration_seconds=60"
        token = str(fetch(server, "GET", path)[1]["token"])
        assert refused(server, headers={}, **V3, token=token)[0] == 3008


@pytest.mark.parametrize(
    ("method", "path", "body", "key", "status"),
    [
        ("GET", "/v3/token?expires_in_seconds=60", None, None, 422),
        ("GET", "/v3/token?expires_in_seconds=60", None, "another", 401),
        ("GET", "/v3/token?expires_in_seconds=60", None, f"Bearer {KEY}", 200),
        ("GET", "/v3/token?expires_in_seconds=0", None, KEY, 422),
        ("GET", "/v3/token?expires_in_seconds=601", None, KEY, 422),
        ("GET", "/v3/token?expires_in=60", None, KEY, 422),
        ("GET", "/v3/token?expires_in_seconds=soon", None, KEY, 422),
        ("GET", "/v3/token?expires_in_seconds=60&unknown=1", None, KEY, 200),
        ("GET", "/v3/token?expires_in_seconds=60&max_session_duration_seconds=59", None, KEY, 422),
        ("POST", "/v3/token", {"expires_in": 60}, KEY, 405),
        ("POST", "/v2/realtime/token", {"expires_in": 59}, KEY, 400),
        ("POST", "/v2/realtime/token", {"expires_in": 360_001}, KEY, 400),
        ("POST", "/v2/realtime/token", [60], KEY, 400),
        ("POST", "/v2/realtime/token", {"expires_in": 60}, None, 401),
        ("GET", "/v2/realtime/token", None, KEY, 405),
    ],
)
def test_requests_for_tokens_are_checked(method: str, path: str, body: object, key: str | None, status: int) -> None:
    with ReplayServer(recording(), keys=[KEY]) as server:
        answered, answer = fetch(server, method, path, body, key)
        assert answered == status
        assert server.token_requests[0].status == status
        assert ("detail" in answer) is (status == 422)


@pytest.mark.parametrize(
    "target", ["//[x", "/v3/ws", "/v3/token?expires_in_seconds=60"], ids=["no address", "a session", "a token"]
)
@pytest.mark.parametrize("field", ["Content-Length: " + "9" * 5000, "Content-Length: -1", "Content-Length: \u0662"])
def test_a_request_that_makes_no_sense_is_answered(target: str, field: str, caplog: pytest.LogCaptureFixture) -> None:
    with (
        ReplayServer(recording()) as server,
        socket.create_connection((server.host, server.port), timeout=10) as peer,
    ):
        peer.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: k\r\n{field}\r\n\r\n".encode())
        assert peer.recv(100).startswith(b"HTTP/1.1 400 ")
    assert caplog.records == []


def test_an_address_that_is_none_is_answered(caplog: pytest.LogCaptureFixture) -> None:
    with ReplayServer(recording()) as server:
        assert fetch(server, "GET", "//[x")[0] == 400
    assert caplog.records == []


def test_half_a_letter_is_refused_and_stays_on_record(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    log = tmp_path / "log.jsonl"
    with ReplayServer(recording(), log=log) as server:
        client = Client(f"{server.url}/v3/ws", **V3)
        client.say(r'{"type": "\ud800"}')
        error = client.drain()[-1]
        assert (client.code, error["error"]) == (3006, "Invalid Message Type: \ud800")
        (record,) = server.wait_for_sessions()
    assert record.violations == ["3006: Invalid Message Type: \ud800"]
    assert json.loads(log.read_text().splitlines()[-2])["violations"] == record.violations
    assert caplog.records == []


@pytest.mark.parametrize(("size", "code"), [(128 * 1024, 3006), (128 * 1024 + 1, 1009)])
def test_a_message_over_128_kilobytes_is_too_big(size: int, code: int) -> None:
    with ReplayServer(recording()) as server:
        client = Client(f"{server.url}/v3/ws", **V3)
        client.say("x" * size)
        client.drain()
        (record,) = server.wait_for_sessions()
    assert client.code == code
    assert record.violations[0].startswith(f"{code}: ")


def test_a_body_that_comes_in_pieces_is_waited_for() -> None:
    with ReplayServer(recording()) as server, socket.create_connection((server.host, server.port), timeout=10) as peer:
        head = "POST /v2/realtime/token HTTP/1.1\r\nHost: x\r\nAuthorization: k\r\nContent-Length: 18\r\n\r\n"
        peer.sendall(head.encode() + b'{"expires')
        peer.sendall(b'_in": 60}')
        assert peer.recv(100).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "request_", [b"\x16\x03\x01", b"GET /v3/token?expires_in_seconds=60 HTTP/1.1\r\nAuthorization: k\r\n\r\n"]
)
def test_what_comes_after_an_answer_is_ignored(request_: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with ReplayServer(recording()) as server:
        with socket.create_connection((server.host, server.port), timeout=10) as peer:
            peer.sendall(request_)
            answer = b""
            while part := peer.recv(4096):
                answer += part
            peer.sendall(b"and more")
        while server.connections:
            time.sleep(0.01)
    assert answer.count(b"HTTP/1.1") == 1
    assert caplog.records == []


# What is written down


def test_the_log_has_a_line_for_everything_and_no_secret(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with ReplayServer(recording(), log=log) as server:
        token = str(fetch(server, "GET", "/v3/token?expires_in_seconds=60")[1]["token"])
        refused(server, headers={}, speech_model="nova", token=token)
        refused(server, headers={"Authorization": KEY, "Cookie": KEY}, speech_model="nova")
        server.wait_for_sessions(2)
        assert KEY not in repr(server.sessions)
        assert token not in repr(server.sessions)
    text = log.read_text()
    assert KEY not in text
    assert token not in text
    entries = [json.loads(line) for line in text.splitlines()]
    opened_closed = ["session opened", "session closed"]
    assert [entry["event"] for entry in entries] == ["listening", "token", *opened_closed, *opened_closed, "stopped"]
    assert entries[3]["violations"][0].startswith("3006: Invalid parameter: speech_model must be one of")


def test_only_as_many_sessions_are_kept_as_asked_for() -> None:
    closed = threading.Semaphore(0)

    def log(entry: JsonObject) -> None:
        if entry["event"] == "session closed":
            closed.release()

    with ReplayServer(recording(), log=log, keep=3) as server:
        kept: list[list[int]] = []
        for _ in range(5):
            Client(f"{server.url}/v3/ws", **V3).socket.close()
            assert closed.acquire(timeout=10)
            kept.append([record.number for record in server.sessions])
        assert kept == [[1], [1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]]
        assert server.served == 5


# The end


def test_a_server_that_ends_says_so_to_its_clients() -> None:
    with ReplayServer(recording()) as server:
        client = Client(f"{server.url}/v3/ws", **V3)
        client.next()
    client.drain()
    assert (client.code, client.reason) == (1001, "the server is going away")
    assert server.sessions[0].close_code == 1001
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, server.port), timeout=10)


def test_a_port_that_is_taken_is_an_error_at_once() -> None:
    with (
        ReplayServer(recording()) as server,
        pytest.raises(OSError, match="in use"),
        ReplayServer(recording(), port=server.port),
    ):
        pass


def test_what_keeps_it_from_starting_is_raised() -> None:
    silent = recording()
    header = replace(silent.header, audio=None)
    with pytest.raises(RecordingError, match="no audio"), ReplayServer(replace(silent, header=header), resume=True):
        pass


def test_it_also_runs_on_the_loop_of_the_caller() -> None:
    import asyncio

    async def run() -> list[SessionRecord]:
        async with ReplayServer(recording(), speed=SPEED) as server:
            await asyncio.to_thread(play, server)
            await asyncio.to_thread(server.wait_for_sessions)
            return server.sessions

    assert asyncio.run(run())[0].finals == FINALS


@pytest.mark.parametrize("wrong", [{"api": "v4"}, {"variant": "F9"}, {"speed": 0}, {"faults": ["nonsense"]}])
def test_wrong_arguments_are_refused_before_it_starts(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        ReplayServer(recording(), **wrong)  # type: ignore[arg-type]


def test_a_record_keeps_so_much_of_what_a_client_says_and_counts_the_rest() -> None:
    record = SessionRecord(1, "v3", "", "/v3/ws", {}, [])
    size = MOST_TEXT // 10
    for at in range(30):
        record.note_frame(Frame(at, "text", size, control={"type": "ForceEndpoint"}))
    assert [frame.control is not None for frame in record.frames] == [True] * 10 + [False] * 20
    for at in range(MOST + 10):
        record.note_frame(Frame(at, "binary", 1600, 50.0))
        record.note_sent("{}", at)
    assert (len(record.frames), record.audio_frames) == (MOST, MOST + 10)
    assert (len(record.sent), record.messages_sent) == (MOST, MOST + 10)
