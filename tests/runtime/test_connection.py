"""One connection: what it never does with a key, after a close, and once it was given up."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from websockets.utils import accept_key

from runtime.client.connection import ClientConnection
from runtime.client.errors import (
    AuthenticationError,
    ConnectError,
    ConnectionLostError,
    ProtocolError,
    ServerError,
    StreamingError,
    TooManySessionsError,
    from_handshake,
)
from runtime.replay import ReplayServer
from runtime.tls import throwaway
from tests.runtime.sessions import V3, recording
from tests.runtime.speech import sockets_to

QUERY = "&".join(f"{name}={value}" for name, value in V3.items())


def connection(url: str) -> ClientConnection:
    return ClientConnection(url, {"Authorization": "a key"}, io_timeout=5, silence_timeout=5)


@contextmanager
def peer(answer: Callable[[socket.socket, bytes], None]) -> Iterator[int]:
    """A server that takes one connection, reads its request and does with both as `answer` says."""

    def serve() -> None:
        accepted, _ = listening.accept()
        with accepted:
            request = b""
            while b"\r\n\r\n" not in request:
                request += accepted.recv(4096)
            answer(accepted, request)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def shake_hands(sock: socket.socket, request: bytes) -> None:
    [key] = re.findall(rb"Sec-WebSocket-Key: (\S+)", request)
    head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
    sock.sendall(f"{head}{accept_key(key.decode())}\r\n\r\n".encode())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_for_it_would_hand_over_the_key(status: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        location = f"ws://127.0.0.1:{elsewhere.getsockname()[1]}/v3/ws"

        def redirect(sock: socket.socket, request: bytes) -> None:
            sock.sendall(f"HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())

        with peer(redirect) as port:
            redirected = connection(f"ws://127.0.0.1:{port}/v3/ws")
            with pytest.raises(ConnectError):
                redirected.open(5)
            redirected.close()
        assert sockets_to(port) == 0
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n\r\n",
        b"\x15\x03\x03\x00\x02\x02\x28",
        b"220 mail.example ESMTP\r\n\r\n",
        b"HTTP/1.1 many\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 302 Found\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: some\r\n\r\n",
    ],
)
def test_a_host_that_speaks_something_else_cannot_be_connected_to(answer: bytes) -> None:
    with peer(lambda sock, _: sock.sendall(answer)) as port:
        other = connection(f"ws://127.0.0.1:{port}/v3/ws")
        with pytest.raises(ConnectError):
            other.open(5)
        other.close()
        assert sockets_to(port) == 0


TEXT = b"\x81"
BROKEN_FRAMES = {
    "reserved opcode": b"\x83\x00",
    "reserved bit": b"\xc1\x00",
    "not UTF-8": TEXT + b"\x02\xc3\x28",
    "continuation of nothing": b"\x80\x01x",
    "fragmented ping": b"\x09\x00",
    "ping over 125 bytes": b"\x89\x7e\x00\x80" + bytes(128),
    "close of one byte": b"\x88\x01\x03",
    "close code nobody may send": b"\x88\x02\x03\xed",
    "close reason that is not UTF-8": b"\x88\x03\x03\xe8\xff",
    "cut short": TEXT + b"\x7e\x10\x00{",
}


@pytest.mark.parametrize("broken", BROKEN_FRAMES.values(), ids=BROKEN_FRAMES)
def test_a_broken_frame_is_a_typed_error(broken: bytes) -> None:
    def send(sock: socket.socket, request: bytes) -> None:
        shake_hands(sock, request)
        sock.sendall(broken)

    with peer(send) as port:
        open_ = connection(f"ws://127.0.0.1:{port}/v3/ws")
        open_.open(5)
        with pytest.raises((ProtocolError, ConnectionLostError)):
            while True:
                open_.receive(5)
        open_.close()
        assert sockets_to(port) == 0


def test_nothing_follows_the_answer_to_a_close() -> None:
    heard: list[bytes] = []

    def close(sock: socket.socket, request: bytes) -> None:
        shake_hands(sock, request)
        sock.sendall(b"\x88\x02\x0b\xbd")  # close, 3005
        while data := sock.recv(4096):
            heard.append(data)

    with peer(close) as port:
        closed = connection(f"ws://127.0.0.1:{port}/v3/ws")
        closed.open(5)
        with pytest.raises(ServerError) as caught:
            while True:
                closed.receive(5)
        closed.close()
        closed.close()
    assert caught.value.code == 3005
    [answer] = [b"".join(heard)]
    assert answer[0] == 0x88
    assert len(answer) == 2 + 4 + (answer[1] & 0x7F)  # head, mask, and what the head says: one frame


def test_what_is_given_up_before_it_is_open_is_never_opened() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        given_up = connection(f"ws://127.0.0.1:{listening.getsockname()[1]}/v3/ws")
        given_up.abort()
        with pytest.raises(ConnectError, match="given up"):
            given_up.open(5)
        given_up.close()
        with pytest.raises(BlockingIOError):
            listening.accept()


@pytest.mark.parametrize("tls", [False, True], ids=["ws", "wss"])
def test_abort_ends_what_another_thread_waits_for(tls: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = throwaway()
    trusted = tmp_path / "ca.pem"
    made.write(trusted)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    ends: list[StreamingError] = []

    def read() -> None:
        try:
            while True:
                open_.receive(60)
        except StreamingError as error:
            ends.append(error)

    with ReplayServer(recording(), tls=made.context if tls else None) as server:
        open_ = connection(f"{server.url}/v3/ws?{QUERY}")
        open_.open(5)
        reader = threading.Thread(target=read)
        reader.start()
        open_.abort()
        reader.join()
        with pytest.raises(ConnectionLostError):
            open_.send_audio(b"\x00" * 3200)
        open_.close()
        [record] = server.wait_for_sessions()
        assert sockets_to(server.port) == 0
    assert [type(end) for end in ends] == [ConnectionLostError]
    assert record.frames == []


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (401, '{"error": "Not authorized"}', AuthenticationError, "Not authorized (code 401)"),
        (429, "", TooManySessionsError, "too many sessions at once (code 429)"),
        (502, "<html>\n<body>Bad Gateway</body>\n</html>", ServerError, "the service failed (code 502)"),
        (503, "over\n  loaded", ServerError, "over loaded (code 503)"),
        (500, "x" * 10_000, ServerError, "x" * 200 + " (code 500)"),
        (404, "[1]", StreamingError, "[1] (code 404)"),
    ],
)
def test_a_refused_handshake_is_told_in_one_line(status: int, body: str, kind: type[Exception], words: str) -> None:
    error = from_handshake(status, body)
    assert isinstance(error, kind)
    assert str(error) == words


def told_length(length: int) -> bytes:
    """The head of a text frame that says how long it is."""
    return b"\x81\x7f" + length.to_bytes(8, "big")


@pytest.mark.parametrize(
    "frames",
    [
        told_length(2_000_000_000),
        told_length((1 << 20) + 1),
        b"\x01\x7e\xff\xff" + b"x" * 65535 + (b"\x00\x7e\xff\xff" + b"x" * 65535) * 16,
        b"\x89\x7f" + (1 << 40).to_bytes(8, "big"),
    ],
    ids=["2 GB", "a byte over 1 MiB", "in fragments", "a ping"],
)
def test_a_message_that_is_too_long_is_refused_before_it_is_read(frames: bytes) -> None:
    heard = b""

    def answer(sock: socket.socket, request: bytes) -> None:
        nonlocal heard
        shake_hands(sock, request)
        sock.sendall(frames)
        sock.settimeout(5)
        heard = sock.recv(100)

    with peer(answer) as port:
        open_ = connection(f"ws://127.0.0.1:{port}/v3/ws")
        open_.open(5)
        with pytest.raises(ProtocolError, match="over 1 MiB") as caught:
            while True:
                open_.receive(5)
        open_.abort()
        open_.close()
    assert caught.value.code == 1009
    mask = heard[2:6]
    assert bytes(byte ^ mask[index % 4] for index, byte in enumerate(heard[6:8])) == (1009).to_bytes(2, "big")


def test_an_answer_that_comes_a_line_at_a_time_is_not_waited_for_without_end() -> None:
    over = threading.Event()

    def answer(sock: socket.socket, request: bytes) -> None:
        with suppress(OSError):
            sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\n")
            while not over.wait(0.05):  # well within the limit of each read
                sock.sendall(b"X-More: to come\r\n")

    with peer(answer) as port:
        open_ = connection(f"ws://127.0.0.1:{port}/v3/ws")
        with pytest.raises(ConnectError, match="no whole answer"):
            open_.open(0.3)
        over.set()
        open_.close()
