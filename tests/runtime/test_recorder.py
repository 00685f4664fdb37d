"""What passes through the recorder comes out the same, and is written down without secrets."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
import urllib.request
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest
import websocket

from runtime.recording import Close, JsonObject, Recording, read
from runtime.recording.recorder import Recorder
from runtime.replay import ReplayServer
from runtime.replay.script import EMPTY_TURN
from tests.runtime.sessions import FINALS, SPEED, V3, Client, finals, recording

# As long as the vendor's keys, made up here so that none is in the repository.
KEY = "ab" * 16


def talk(url: str, audio: bytes, speed: float = SPEED, headers: dict[str, str] | None = None, **query: str) -> Client:
    """Run a whole session."""
    client = Client(f"{url}/v3/ws", headers or {"Authorization": KEY}, **(V3 | query))
    client.play(audio, speed=speed)
    client.say({"type": "Terminate"})
    client.drain()
    return client


def leave(url: str, audio: bytes) -> Client:
    """Send audio until the connection is lost."""
    client = Client(f"{url}/v3/ws", **V3)
    with suppress(OSError, websocket.WebSocketException):
        client.play(audio)
    client.drain()
    return client


def recorded(path: Path, session: Recording | None = None) -> tuple[Client, Recording]:
    """Record a session of the dictation; return what the client saw, and the recording."""
    session = session or recording()
    with ReplayServer(session, speed=SPEED) as server, Recorder(path, server.url) as recorder:
        client = talk(recorder.url, session.load_audio())
    return client, read(path)


@pytest.mark.parametrize("name", ["dictation-f1", "dictation-f2", "dictation-f3"])
def test_what_was_recorded_replays_to_the_same_messages(tmp_path: Path, name: str) -> None:
    original = recording(name)
    seen, copy = recorded(tmp_path / "copy.jsonl", session=original)
    with ReplayServer(copy, speed=SPEED) as server:
        again = talk(server.url, copy.load_audio())
    assert finals(seen.messages) == FINALS
    assert again.texts[1:] == seen.texts[1:]
    today = {"expires_at": again.messages[0]["expires_at"]}
    assert again.messages[0] == seen.messages[0] | today


def test_positions_are_those_of_the_audio(tmp_path: Path) -> None:
    _, copy = recorded(tmp_path / "copy.jsonl")
    places = {str(event.message): event.at for event in recording().events if event.message}
    places[str(EMPTY_TURN | {"turn_order": len(FINALS)})] = 8200
    for event in copy.events:
        if event.sender == "server" and event.message and event.message["type"] == "Turn":
            # The recorder hears of a message after the chunk that released it, and perhaps after the next ones.
            assert event.at >= places[str(event.message)] - 100
    header = copy.header
    assert header.audio is not None
    assert header.audio.milliseconds == 8200
    assert copy.load_audio() == recording().load_audio()[: 8200 * 32]


def test_what_the_client_said_is_recorded_too(tmp_path: Path) -> None:
    _, copy = recorded(tmp_path / "copy.jsonl")
    said = [event.message for event in copy.events if event.sender == "client"]
    assert said == [{"type": "Terminate"}]
    assert copy.events[-1].sender == "server"
    assert copy.events[-1].close == Close(1000, "Session Ended")


def test_a_client_that_does_not_wait_for_the_close_leaves_one_in_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "hasty.jsonl"
    with ReplayServer(recording()) as server, Recorder(path, server.url) as recorder:
        client = Client(f"{recorder.url}/v3/ws", **V3)
        client.say({"type": "Terminate"})
        client.socket.close()
    closes = [event.close for event in read(path).events if event.close]
    assert [close.code for close in closes] == [1000]


def test_an_error_close_passes_with_its_code(tmp_path: Path) -> None:
    path = tmp_path / "error.jsonl"
    with ReplayServer(recording(), faults=["close:code=3008@begin"]) as server, Recorder(path, server.url) as recorder:
        client = Client(f"{recorder.url}/v3/ws", **V3)
        client.drain()
    assert (client.code, client.reason) == (3008, "See Error message for details")
    assert read(path).events[-1].close == Close(3008, "See Error message for details")


def test_a_connection_that_is_lost_is_lost_for_the_client_too(tmp_path: Path) -> None:
    path = tmp_path / "lost.jsonl"
    with ReplayServer(recording(), faults=["reset_peer@begin"]) as server, Recorder(path, server.url) as recorder:
        client = Client(f"{recorder.url}/v3/ws", **V3)
        client.drain()
    assert client.code == 1006
    assert read(path).events[-1].close == Close(1006)


def test_a_recording_of_a_lost_connection_is_lost_again(tmp_path: Path) -> None:
    path = tmp_path / "lost.jsonl"
    faults = ["reset_peer@3000"]
    with ReplayServer(recording(), speed=SPEED, faults=faults) as server, Recorder(path, server.url) as recorder:
        seen = leave(recorder.url, recording().load_audio())
    assert seen.code == 1006
    with ReplayServer(path, speed=SPEED) as server:
        again = leave(server.url, read(path).load_audio() + bytes(3200))
    assert again.code == 1006
    assert finals(again.messages) == finals(seen.messages) == FINALS[:1]


def test_a_client_that_leaves_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "left.jsonl"
    with ReplayServer(recording()) as server, Recorder(path, server.url) as recorder:
        client = Client(f"{recorder.url}/v3/ws", **V3)
        client.next()
        client.socket.close(status=1001)
        record = server.wait_for_sessions()[0]
    assert (record.closed_by, record.close_code) == ("client", 1001)
    assert read(path).events[-1].close == Close(1001)
    assert read(path).events[-1].sender == "client"


def test_a_refused_handshake_is_refused_for_the_client_too(tmp_path: Path) -> None:
    with (
        ReplayServer(recording(), faults=["refuse:status=429"]) as server,
        Recorder(tmp_path / "refused.jsonl", server.url) as recorder,
        pytest.raises(websocket.WebSocketBadStatusException) as caught,
    ):
        Client(f"{recorder.url}/v3/ws", **V3)
    assert caught.value.status_code == 429
    assert recorder.recordings == []


def test_a_service_that_is_not_there_is_a_bad_gateway(tmp_path: Path) -> None:
    with ReplayServer(recording()) as server:
        gone = server.url
    with (
        Recorder(tmp_path / "gone.jsonl", gone) as recorder,
        pytest.raises(websocket.WebSocketBadStatusException) as caught,
    ):
        Client(f"{recorder.url}/v3/ws", **V3)
    assert caught.value.status_code == 502


def test_no_secret_is_written(tmp_path: Path) -> None:
    path = tmp_path / "secret.jsonl"
    with ReplayServer(recording(), speed=SPEED) as server, Recorder(path, server.url) as recorder:
        address = f"http://127.0.0.1:{recorder.port}/v3/token?expires_in_seconds=60"
        with urllib.request.urlopen(urllib.request.Request(address, headers={"Authorization": KEY})) as answer:
            token = json.loads(answer.read())["token"]
        client = Client(f"{recorder.url}/v3/ws", {"Cookie": KEY}, speech_model="universal-3-6-pro", token=token)
        client.say({"type": "UpdateConfiguration", "prompt": f"my key is {KEY}, my token {token}"})
        client.say({"type": "Terminate"})
        client.drain()
    assert client.code == 1000
    text = path.read_text()
    assert KEY not in text
    assert token not in text
    session = read(path)
    assert session.header.query["token"] == "REDACTED"
    messages = [event.message for event in session.events if event.sender == "client"]
    assert messages[0] == {"type": "UpdateConfiguration", "prompt": "my key is REDACTED, my token REDACTED"}


def test_a_key_behind_a_word_is_a_secret_too(tmp_path: Path) -> None:
    path, key = tmp_path / "bearer.jsonl", "a-key-of-another-form"
    with ReplayServer(recording()) as server, Recorder(path, server.url) as recorder:
        client = Client(f"{recorder.url}/v3/ws", {"Authorization": f"Bearer {key}"}, **V3, prompt=key)
        client.drain()
    assert client.code == 1008
    assert key not in path.read_text()


def test_a_token_request_that_is_refused_is_refused_for_the_client_too(tmp_path: Path) -> None:
    with ReplayServer(recording()) as server, Recorder(tmp_path / "x.jsonl", server.url) as recorder:
        connection = http.client.HTTPConnection("127.0.0.1", recorder.port, timeout=10)
        connection.request("GET", "/v3/token?expires_in_seconds=60")
        assert connection.getresponse().status == 422
        connection.close()


def test_a_client_that_is_no_client_opens_no_session_at_the_service(tmp_path: Path) -> None:
    """Each of them would be billed until it expires."""
    with ReplayServer(recording()) as server, Recorder(tmp_path / "x.jsonl", server.url) as recorder:
        connection = http.client.HTTPConnection("127.0.0.1", recorder.port, timeout=10)
        connection.request("GET", f"/v3/ws?{urlencode(V3)}", headers={"Authorization": "a key"})
        assert connection.getresponse().status == 426
        connection.close()
        assert server.served == 0


def test_a_client_that_goes_during_the_handshake_leaves_no_session_open(tmp_path: Path) -> None:
    entered, gone = threading.Event(), threading.Event()

    def log(entry: JsonObject) -> None:
        if entry["event"] == "session opened":
            entered.set()
            gone.wait(10)

    with ReplayServer(recording(), log=log) as server, Recorder(tmp_path / "x.jsonl", server.url) as recorder:
        with socket.create_connection(("127.0.0.1", recorder.port)) as client:
            lines = ["Host: x", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
            lines += ["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Authorization: k", "", ""]
            client.sendall("\r\n".join([f"GET /v3/ws?{urlencode(V3)} HTTP/1.1", *lines]).encode())
            assert entered.wait(10)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        gone.set()
        [record] = server.wait_for_sessions()
    assert record.closed_by == "client"


@pytest.mark.parametrize("suffix", [".jsonl", ".wav", ".raw"])
def test_later_sessions_pass_over_files_that_are_there(tmp_path: Path, suffix: str) -> None:
    path, mine = tmp_path / "call.jsonl", tmp_path / f"call-2{suffix}"
    mine.write_text("mine")
    with ReplayServer(recording()) as server, Recorder(path, server.url) as recorder:
        for _ in range(2):
            client = Client(f"{recorder.url}/v3/ws", **V3)
            client.say({"type": "Terminate"})
            client.drain()
    assert recorder.recordings == [path, tmp_path / "call-3.jsonl"]
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("status", [302, 307])
def test_no_redirect_takes_the_key_elsewhere(tmp_path: Path, status: int) -> None:
    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    asked: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as service:
        thread = threading.Thread(target=service.serve_forever)
        thread.start()
        with Recorder(tmp_path / "x.jsonl", f"ws://127.0.0.1:{service.server_port}") as recorder:
            connection = http.client.HTTPConnection("127.0.0.1", recorder.port, timeout=10)
            connection.request("GET", "/v3/token", headers={"Authorization": KEY})
            assert connection.getresponse().status == status
            connection.close()
            with pytest.raises(websocket.WebSocketException):
                websocket.create_connection(f"{recorder.url}/v3/ws", redirect_limit=0)
        service.shutdown()
        thread.join()
    assert asked == ["/v3/token", "/v3/ws"]


def test_later_sessions_get_numbers(tmp_path: Path) -> None:
    path = tmp_path / "call.jsonl"
    with ReplayServer(recording()) as server, Recorder(path, server.url, with_audio=False) as recorder:
        for _ in range(2):
            client = Client(f"{recorder.url}/v3/ws", **V3)
            client.say({"type": "Terminate"})
            client.drain()
    assert recorder.recordings == [path, tmp_path / "call-2.jsonl"]
    assert read(recorder.recordings[1]).events[-1].close == Close(1000, "Session Ended")
    assert sorted(tmp_path.iterdir()) == sorted(recorder.recordings)


def test_a_recording_is_not_replaced_unless_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        Recorder(path)
    recorded_anew = Recorder(path, overwrite=True)
    assert path.read_text() == "mine"
    assert recorded_anew.recordings == []


@pytest.mark.parametrize(
    ("name", "service", "words"),
    [
        ("nowhere/call.jsonl", "ws://host", "there is no folder"),
        ("call.wav", "ws://host", "name it .jsonl"),
        ("call.jsonl", "https://host", "a scheme and a host"),
        ("call.jsonl", "wss://host/v3/ws", "a scheme and a host"),
    ],
)
def test_what_would_cost_a_session_is_an_error_at_once(tmp_path: Path, name: str, service: str, words: str) -> None:
    with pytest.raises((ValueError, OSError), match=words):
        Recorder(tmp_path / name, service)


def test_audio_of_the_users_is_not_replaced_either(tmp_path: Path) -> None:
    (tmp_path / "speech.wav").write_text("mine")
    with pytest.raises(FileExistsError, match=r"speech\.wav"):
        Recorder(tmp_path / "speech.jsonl")


def test_audio_can_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "silent.jsonl"
    with ReplayServer(recording(), speed=SPEED) as server, Recorder(path, server.url, with_audio=False) as recorder:
        talk(recorder.url, recording().load_audio())
    audio = read(path).header.audio
    assert audio is not None
    assert (audio.file, audio.milliseconds) == (None, 8200)
    assert list(tmp_path.iterdir()) == [path]
